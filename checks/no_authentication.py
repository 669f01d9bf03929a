"""A service lets everyone in: it does not ask for an account at all.

What: a service answered a stranger what it should tell or do for an account only. Tocsin connects, reads the answer and leaves: it subscribes to no topic
but the broker's version, types no command, plays no stream, fetches no file, presses no button and opens no desktop.

- MQTT (1883): the broker accepts a connection that carries no credentials. High.
- Telnet (23): a command shell without a login. High.
- VNC (5900): a desktop without a password (security type None). High.
- RTSP (554): the stream is described to anyone (DESCRIBE, with its SDP). Playing it is the next command and was not tried: likely. High.
- A web page whose own buttons or forms restart the device, load firmware, reset it or set its network or its users, on a device that was identified, with no
  login on the page or behind a link of it. No button was pressed, so it is likely. High. Where only links lead there, the pages behind them may yet ask:
  inferred.
- A database that is asked over HTTP: Elasticsearch and OpenSearch greet a stranger only where their security is off. High.
- OPC UA (4840): anonymous users are taken, if only at endpoints that sign or encrypt. Medium: the server's own rights decide what they may do. An endpoint
  with neither is the finding unauthenticated-control, and is not reported twice.
- LwM2M over CoAP without DTLS: the device object was read, and the restart and the factory reset are resources of the same object. Medium.
- Redis (6379): commands are taken from anybody (PING was answered). High: with its own commands a stranger also writes files where the server may.
- MongoDB (27017): commands are taken from anybody. High: whoever reads it also changes it.
- memcached (11211): commands are taken from anybody (its version was told). Medium: what it holds, sessions among it, is a copy and short-lived.
- FTP (21): the greeting invites strangers to log in as anonymous; none did. Likely. Medium.
- ONVIF, ISAPI (Hikvision) and magicBox (Dahua): the device says who it is, serial number and firmware included, to anyone who asks, where the interface
  should ask for an account first (ONVIF Core, access classes for service requests: GetDeviceInformation is READ_SYSTEM, not PRE_AUTH). Medium: whether it
  lets strangers do more was not asked.

Not reported: an IPP printer, VAPIX's unrestricted properties of Axis, and a UPnP or WS-Discovery description, which are made to be read by anybody.

Why it matters in a city: through an open broker anyone reads what every lamp, meter and parking sensor reports, and sends commands in the gateway's
name. An open shell is the whole device, and from there the network behind it. An open desktop is the kiosk's or the operator's own mouse and keyboard:
whoever finds it sells tickets to himself or switches the pumps. An open stream is a camera over a school yard that anyone watches, and what it may show to
whom is a matter of law. A page with a restart button needs no attacker: a curious child is enough.

How to fix: turn anonymous access off and give each client its own account or certificate (mosquitto: `allow_anonymous false` and a password file).
Turn the Telnet service off, or set a login for it where the maker offers no SSH. Set a password in the VNC server, or better, let it listen on the
device itself only and reach it through SSH or a VPN. Turn on authentication for RTSP and ONVIF in the camera's security settings (Digest), set an
administrator's password for the web page, turn on the security of a database, anonymous access of FTP off. What has no such setting belongs into a
network of its own, behind a gateway that asks.
"""

from collections.abc import Callable
from dataclasses import dataclass

from checks.contract import Act, Flaw, Judgement, check
from checks.standards import clauses
from inventory.model import Confidence, Device, Family, Observation, Severity

Shows = Callable[[Device, Observation], bool]
_STRONG = frozenset(("restart", "firmware", "factory-defaults", "users", "addresses"))
"""What of a page's controls is administration and nothing else; "settings" may be a reader's own."""


@dataclass(frozen=True, slots=True)
class Service:
    """One way to let everyone in: what shows it, what is wrong, what to do about it and what kind of work that is, and where it stands that it is open."""

    protocol: str
    shows: Shows
    wrong: str
    remedy: str
    severity: Severity = Severity.HIGH
    confidence: Confidence = Confidence.CONFIRMED
    title: str = ""
    source: str = ""
    act: Act | None = None


def _says(fact: str, value: object = True) -> Shows:
    """Whether a fact has exactly this value: what was not asked shows nothing."""
    return lambda _, seen: seen.facts.get(fact) == value and type(seen.facts.get(fact)) is type(value)


def _operable(device: Device, seen: Observation) -> bool:
    """A page without a login, of a known device, with controls of its own that are administration and nothing else."""
    operable = _named(seen, "http.operable")
    return _is_open_page(device, seen) and bool(operable & _STRONG) and _offers_administration(seen)


def _linked(device: Device, seen: Observation) -> bool:
    return _is_open_page(device, seen) and _offers_administration(seen) and not _operable(device, seen)


def _offers_administration(seen: Observation) -> bool:
    offered = _named(seen, "http.administration")
    return len(offered) > 1 and bool(offered & _STRONG)


def _is_open_page(device: Device, seen: Observation) -> bool:
    facts = seen.facts
    asks = facts.get("http.auth") or facts.get("http.password_form")
    return facts.get("http.status") == 200 and not asks and bool(device.claim("vendor") and device.claim("kind"))


def _named(seen: Observation, fact: str) -> frozenset[str]:
    said = seen.facts.get(fact)
    return frozenset(said) if isinstance(said, tuple) else frozenset()


def _asks_but_signs(_: Device, seen: Observation) -> bool:
    return seen.facts.get("opcua.anonymous") is True and seen.facts.get("opcua.open") is not True


_CAMERA = "Update the firmware, turn on authentication for this interface, and let only the recorders and the management network reach it."
_TOLD = "The device tells strangers who it is"
_PAGE = "Set an administrator's password; where the page knows none, let only the maintenance network reach it."
_DATABASE = "A database lets everyone in without an account"
_ON_THE_WEB = frozenset(("dahua_http", "isapi", "onvif"))
"""What may stand on the endpoint of a web page, and of each other."""
SERVICES = (
    Service(
        "dahua_http",
        _says("dahua_http.authentication", value=False),
        "Dahua's HTTP API (magicBox, getSystemInfo) answered without an account.",
        _CAMERA,
        Severity.MEDIUM,
        title=_TOLD,
        source="Dahua HTTP API: magicBox",
    ),
    Service(
        "ftp",
        _says("ftp.anonymous_offered"),
        "The FTP server's greeting invites strangers to log in as anonymous; it was not tried.",
        "Turn anonymous access off (vsftpd: anonymous_enable=NO), or FTP itself, and give the data to those who need it by SFTP or HTTPS.",
        Severity.MEDIUM,
        Confidence.LIKELY,
        source="RFC 1635 (anonymous FTP)",
    ),
    Service(
        "http",
        _operable,
        "The web page has the controls of its administration, and no login; none was used.",
        _PAGE,
        confidence=Confidence.LIKELY,
        title="The device is administered by a web page without a login",
        source="OWASP Web Security Testing Guide 4.2: WSTG-ATHN-04",
    ),
    Service(
        "http",
        _linked,
        "The web page leads to its administration, and asks for no login; whether the pages behind its links do was not tried.",
        _PAGE,
        confidence=Confidence.INFERRED,
        title="The device's web page leads to its administration without a login",
        source="OWASP Web Security Testing Guide 4.2: WSTG-ATHN-04",
    ),
    Service(
        "http",
        lambda _, seen: bool(seen.facts.get("http.database")),
        "A database greeted us as it greets whoever may read and write it.",
        "Turn on the database's security and give each client its own account, or let it listen on its own machine only.",
        title=_DATABASE,
        source="Elasticsearch and OpenSearch manuals: security",
    ),
    Service(
        "isapi",
        _says("isapi.authentication", value=False),
        "Hikvision's ISAPI (System/deviceInfo) answered without an account.",
        _CAMERA,
        Severity.MEDIUM,
        title=_TOLD,
        source="Hikvision ISAPI: System/deviceInfo",
    ),
    Service(
        "lwm2m",
        lambda _device, _seen: True,
        "The LwM2M device object was read over CoAP without DTLS; restart and factory reset are resources of the same object.",
        "Turn on DTLS (a pre-shared key or a certificate for each device) and switch its mode without security off.",
        Severity.MEDIUM,
        source="OMA LwM2M Core 1.2: the Device object (3)",
        act=Act.ENCRYPT,
    ),
    Service(
        "memcached",
        _says("memcached.open"),
        "Memcached told its version to a stranger, and so takes every other command.",
        "Let it listen on its own machine only, or turn its authentication on.",
        Severity.MEDIUM,
        title=_DATABASE,
        source="memcached: doc/protocol.txt",
    ),
    Service(
        "mongodb",
        _says("mongodb.open"),
        "MongoDB takes commands from a stranger: it asks for no account.",
        "Turn its authorization on (security.authorization: enabled), give each client its own user, and let it listen where only they reach it.",
        Severity.HIGH,
        title=_DATABASE,
        source="MongoDB manual: Enable Access Control",
    ),
    Service(
        "mqtt",
        _says("mqtt.anonymous"),
        "The MQTT broker accepted a connection without credentials (CONNACK return code 0).",
        "Turn anonymous access off in the broker (mosquitto: allow_anonymous false) and give each client its own account or certificate.",
        source="OASIS MQTT 3.1.1: 3.2.2.3",
    ),
    Service(
        "onvif",
        _says("onvif.authentication", value=False),
        "ONVIF answered GetDeviceInformation, which is of the access class READ_SYSTEM, without an account.",
        _CAMERA,
        Severity.MEDIUM,
        title=_TOLD,
        source="ONVIF Core Specification: access classes for service requests",
    ),
    Service(
        "opcua",
        _asks_but_signs,
        "The OPC UA server takes anonymous users at an endpoint that signs or encrypts.",
        "Take the anonymous token out of the server's endpoints and give each client its own user or certificate.",
        Severity.MEDIUM,
        source="OPC 10000-4: UserTokenPolicy",
    ),
    Service(
        "redis",
        _says("redis.open"),
        "Redis answered PING without a password, and so takes every other command.",
        "Set a password (requirepass, or users by ACL) and let it listen on its own machine or its own network only.",
        title=_DATABASE,
        source="Redis documentation: Redis security",
    ),
    Service(
        "rtsp",
        _says("rtsp.described"),
        "The stream was described without an account (DESCRIBE, 200, with its SDP); it was not played.",
        "Turn on authentication for RTSP (Digest), and let only the recorders reach this port.",
        confidence=Confidence.LIKELY,
        title="A camera's stream is open to everyone",
        source="RFC 2326: 10.2 (DESCRIBE)",
    ),
    Service(
        "telnet",
        _says("telnet.prompt", value="shell"),
        "Telnet showed a command shell without asking for a login.",
        "Turn the Telnet service off, or set a login for it, and let only the maintenance network reach it.",
        source="RFC 854 (Telnet)",
        act=Act.SWITCH_OFF,
    ),
    Service(
        "vnc",
        _says("vnc.no_authentication"),
        "The VNC server offers its desktop without a password (security type None).",
        "Set a password in the VNC server, or let it listen on the device only and reach it through SSH or a VPN.",
        source="RFC 6143: 7.2.1 (security type None)",
    ),
)


@check(
    id="no-authentication",
    title="A service lets everyone in without an account",
    severity=Severity.HIGH,
    family=Family.CREDENTIALS,
    needs=tuple(sorted({service.protocol for service in SERVICES})),
    remedy="Turn anonymous access off and give each client its own account.",
    standards=clauses("CWE-306", "no-authentication"),
    act=Act.ACCESS,
    sources=("the protocols' specifications, each service with its own source",),
)
def no_authentication(device: Device) -> Judgement:
    """Every service of the table that showed itself open."""
    for service in SERVICES:
        for seen in device.speaking(service.protocol):
            if service.shows(device, seen):
                yield _flaw(service, seen)
    return "showed nothing to a stranger that should ask for an account"


def _flaw(service: Service, seen: Observation) -> Flaw:
    return Flaw(
        seen.endpoint,
        f"{service.wrong}{_detail(seen)}",
        seen.evidence,
        service.confidence,
        service.severity,
        title=service.title,
        remedy=service.remedy,
        act=service.act,
        sources=(service.source,),
        facet=f"{seen.endpoint.transport}/{seen.endpoint.port} {service.protocol}"
        if service.protocol in _ON_THE_WEB
        else "",
    )


def _detail(seen: Observation) -> str:
    """Which controls, or which database; the fact's own words."""
    if seen.facts.get("http.database"):
        return f" It is {seen.facts['http.database']}."
    offered = seen.facts.get("http.administration")
    return f" It offers: {', '.join(offered)}." if isinstance(offered, tuple) else ""
