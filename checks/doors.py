"""The doors of a device: every login that it offers, and the protocol it asks in.

One row of WAYS for each protocol of `scanner/logins/`: its name in a sentence, and what of that protocol's facts says that a login is asked for, and where.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from checks.forms import HTML, forms_for
from inventory.model import Device, Endpoint, Observation


@dataclass(frozen=True, slots=True)
class Door:
    """An endpoint that asks for a login, and the protocol it asks in; `path` and `form` as in `checks.contract.Login`."""

    endpoint: Endpoint
    protocol: str
    path: str = ""
    form: str = ""

    def __str__(self) -> str:
        return f"{WAYS[self.protocol].title} on {self.endpoint.port}/{self.endpoint.transport}"


@dataclass(frozen=True, slots=True)
class Way:
    """How a login is offered: its protocol's name in a sentence, the protocol that is heard there, and what must have been said.

    `doors` gives the doors that one observation of that protocol shows. `anonymous` says that the control without an account is asked first: it costs the
    device no failed login, and tells a service that asks for nothing, or that is too busy to ask. `accounts` is the catalogue's word for what opens it, where
    that is another, `maker` who made the service itself, whose entries stand for it on any device, and `locks` says whether a refusal counts as a failed login.
    """

    title: str
    heard: str
    doors: Callable[[Device, Observation], Iterator[Door]]
    anonymous: bool = False
    accounts: str = ""
    maker: str = ""
    locks: bool = True


def doors(device: Device) -> tuple[Door, ...]:
    """Every login of the device, in the order in which they are tried."""
    found = {door for way in WAYS.values() for seen in device.speaking(way.heard) for door in way.doors(device, seen)}
    ranks = {name: rank for rank, name in enumerate(WAYS)}
    return tuple(sorted(found, key=lambda one: (ranks[one.protocol], one.endpoint.sort_key, one.path, one.form)))


def _http(_: Device, seen: Observation) -> Iterator[Door]:
    if seen.facts.get("http.auth"):
        yield Door(seen.endpoint, "http")


def _http_form(device: Device, seen: Observation) -> Iterator[Door]:
    """The web forms that may stand there, the maker's own first; none where HTTP asks itself, or where a password is yet to be set."""
    facts = seen.facts
    if facts.get("http.auth") or facts.get("http.first_run"):
        return
    names = [form.id for form in forms_for(device, seen)]
    if facts.get("http.password_form"):
        names.append(HTML)
    if names:
        yield Door(seen.endpoint, "http-form", str(facts.get("http.login_page", "/")), "+".join(names))


def _telnet(_: Device, seen: Observation) -> Iterator[Door]:
    if seen.facts.get("telnet.prompt") == "login":
        yield Door(seen.endpoint, "telnet")


def _ssh(_: Device, seen: Observation) -> Iterator[Door]:
    yield Door(seen.endpoint, "ssh")


def _ftp(_: Device, seen: Observation) -> Iterator[Door]:
    if seen.facts.get("ftp.code") == 220:
        yield Door(seen.endpoint, "ftp")


def _rtsp(_: Device, seen: Observation) -> Iterator[Door]:
    if seen.facts.get("rtsp.auth"):
        yield Door(seen.endpoint, "rtsp", path="/")


def _onvif(_: Device, seen: Observation) -> Iterator[Door]:
    if seen.facts.get("onvif.authentication") is True:
        yield Door(seen.endpoint, "onvif", path=str(seen.facts.get("onvif.path", "")))


def _sip(_: Device, seen: Observation) -> Iterator[Door]:
    if _registers(seen):
        yield Door(seen.endpoint, "sip")


def _sip_tcp(device: Device, seen: Observation) -> Iterator[Door]:
    """Only where there is no door over UDP: it is one register, and one count of failed logins."""
    if _registers(seen) and not any(_registers(other) for other in device.speaking("sip")):
        yield Door(seen.endpoint, "sip_tcp")


def _registers(seen: Observation) -> bool:
    """Whether it asks for a password, or takes phones into a register, where it asks for one then."""
    allowed = seen.facts.get("sip.allow")
    return "digest" in str(seen.facts.get("sip.auth", "")) or (isinstance(allowed, tuple) and "REGISTER" in allowed)


def _snmpv3(_: Device, seen: Observation) -> Iterator[Door]:
    if seen.facts.get("snmp.engine_id"):
        yield Door(seen.endpoint, "snmpv3")


def _ipmi(_: Device, seen: Observation) -> Iterator[Door]:
    if "2.0" in str(seen.facts.get("ipmi.version", "")):  # the sessions of 1.5 are not spoken
        yield Door(seen.endpoint, "ipmi")


def _vnc(_: Device, seen: Observation) -> Iterator[Door]:
    types = seen.facts.get("vnc.security_types")
    asked = isinstance(types, tuple) and "VNC Authentication" in types
    if asked and not seen.facts.get("vnc.no_authentication"):
        yield Door(seen.endpoint, "vnc")


def _mqtt(_: Device, seen: Observation) -> Iterator[Door]:
    if seen.facts.get("mqtt.return_code") in _MQTT_REFUSALS:
        yield Door(seen.endpoint, "mqtt")


_MQTT_REFUSALS = (4, 5, 0x86, 0x87)
"""Bad user name or password, and not authorised: in MQTT 3.1.1 and in 5."""


def _redis(_: Device, seen: Observation) -> Iterator[Door]:
    if seen.facts.get("redis.answer") in ("NOAUTH", "NOPERM"):
        yield Door(seen.endpoint, "redis")


def _postgresql(_: Device, seen: Observation) -> Iterator[Door]:
    yield Door(seen.endpoint, "postgresql")


def _mysql(_: Device, seen: Observation) -> Iterator[Door]:
    if seen.facts.get("mysql.version"):  # else it has taken no login from our address
        yield Door(seen.endpoint, "mysql")


WAYS: Mapping[str, Way] = {
    "telnet": Way("Telnet", "telnet", _telnet),
    "ssh": Way("SSH", "ssh", _ssh),
    "http": Way("HTTP", "http", _http, anonymous=True),
    "http-form": Way("the web form", "http", _http_form, anonymous=True, accounts="http"),
    "ipmi": Way("IPMI", "ipmi", _ipmi, anonymous=True),
    # Each connection is a mark against us (scanner/logins/vnc.py), and the list of locks has answered the control already.
    "vnc": Way("VNC", "vnc", _vnc),
    "postgresql": Way("PostgreSQL", "postgresql", _postgresql, anonymous=True, maker="PostgreSQL"),
    "mysql": Way("MySQL", "mysql", _mysql, maker="MariaDB"),
    "redis": Way("Redis", "redis", _redis, anonymous=True, maker="Redis"),
    "mqtt": Way("MQTT", "mqtt", _mqtt, anonymous=True),
    "onvif": Way("ONVIF", "onvif", _onvif, anonymous=True),
    "ftp": Way("FTP", "ftp", _ftp, anonymous=True),
    "rtsp": Way("RTSP", "rtsp", _rtsp, anonymous=True),
    "sip": Way("SIP", "sip", _sip, anonymous=True),
    "sip_tcp": Way("SIP over a stream", "sip_tcp", _sip_tcp, anonymous=True, accounts="sip"),
    "snmpv3": Way("SNMPv3", "snmp", _snmpv3, anonymous=True, locks=False),  # RFC 3414 knows no lock
}
"""In the order in which they are tried, for a device bears few failed logins: those behind which there is most to be had come first."""
HEARD = tuple(sorted({way.heard for way in WAYS.values()}))
"""The protocols that show a door."""
