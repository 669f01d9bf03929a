"""Administration goes over the network in clear.

What: the device is administered by Telnet, FTP or an HTTP page with a login, and offers no encrypted way in their stead (for HTTP: no HTTPS on any of
its ports); it answers SNMP v1 or v2c; or a camera asks for its stream's password in a way that shows it. How bad that is depends on what a listener gets:

- Telnet, and HTTP or RTSP with Basic alone: the password itself, with every single request (Basic is base64, which is no encryption). High.
- FTP, and a password form: the password when somebody logs in, unless the page's own script hides it. Medium. FTP that offers TLS, but may not insist: low.
- Basic beside Digest: what the client chooses; somebody in between takes Digest out of the offer. Medium.
- SNMP v1 and v2c: the community, which is their only password, with every single question. Medium: what Tocsin was given, or found, reads; it never tries
  whether the same or another one writes. Only a device that answered a community is reported: one that speaks SNMPv3 alone passes.
- Digest alone: not the password, but a hash to guess it from, the session and every setting. Medium. RTSP with Digest is not reported.

What speaks like Telnet at the port of a maker's setup menu or console (Lantronix, Xiongmai) is one finding, management-channel, which also says that it is in
clear.

Why it matters in a city: roadside cabinets, school networks and shared switches are within many people's reach. Whoever listens there reads the
password as it is typed, or alters the configuration on its way; with a password that serves for the whole fleet, one cabinet is enough.

How to fix: turn HTTPS and SSH on and Telnet, FTP and HTTP off, and SNMPv3 with authPriv on and v1 and v2c off. Where the device cannot encrypt, put it into
a management network of its own that only the maintenance hosts reach (VPN or VLAN with an access list), and plan its replacement.
"""

from collections.abc import Iterator

from checks.contract import Act, Flaw, Judgement, check
from checks.exposure import channels
from checks.standards import clauses
from inventory.model import Confidence, Device, Family, Observation, Severity

_FTP_READY = 220
_INTERFACES = {
    "axis": "axis.authentication",
    "dahua_http": "dahua_http.authentication",
    "isapi": "isapi.authentication",
}
"""By what the pages of some makers log in, whose login is made by a script and stands in no form."""
_BY_COMMUNITY = frozenset(
    ("snmp.sys_descr", "snmp.sys_object_id", "snmp.sys_name", "snmp.sys_uptime", "snmp.sys_location")
)


@check(
    id="cleartext-administration",
    title="Administration in clear text",
    severity=Severity.MEDIUM,
    family=Family.PORTS,
    needs=("telnet", "ftp", "http", "rtsp", "snmp"),
    remedy="Turn the encrypted service on and this one off, or let only the maintenance network reach it.",
    standards=clauses("CWE-319", "cleartext"),
    act=Act.SWITCH_OFF,
    sources=(
        "RFC 854 (Telnet)",
        "RFC 959 (FTP)",
        "RFC 7617 (Basic authentication)",
        "RFC 2326 (RTSP)",
    ),
)
def cleartext_administration(device: Device) -> Judgement:
    """Telnet, FTP, streams that ask for Basic, communities, and HTTP logins on a device without HTTPS."""
    told = channels(device, "telnet")
    yield from (_telnet(seen) for seen in device.speaking("telnet") if seen.endpoint not in told)
    yield from (_ftp(seen) for seen in device.speaking("ftp") if seen.facts.get("ftp.code") == _FTP_READY)
    yield from (_rtsp(seen) for seen in device.speaking("rtsp") if _shows_its_password(seen))
    yield from (_snmp(seen) for seen in device.speaking("snmp") if _answered_a_community(seen))
    logins = tuple(logins_in_clear(device))
    if logins and has_https(device):
        return "its web login is also offered by HTTPS"
    yield from (_http(seen, sure=not _may_have_https(device)) for seen in logins)
    return "offers no login in clear text"


def _telnet(seen: Observation) -> Flaw:
    asked = seen.facts.get("telnet.prompt") != "none"
    return Flaw(
        seen.endpoint,
        "Telnet sends every keystroke, passwords included, in clear."
        if asked
        else "Speaks Telnet, in clear; no prompt was seen.",
        seen.evidence,
        severity=Severity.HIGH,
        confidence=Confidence.CONFIRMED if asked else Confidence.LIKELY,
        remedy="Turn Telnet off and use SSH; where there is no SSH, let only the maintenance network reach this port.",
        sources=("RFC 854 (Telnet)",),
    )


def _ftp(seen: Observation) -> Flaw:
    if seen.facts.get("ftp.starttls") is True:
        return Flaw(
            seen.endpoint,
            "FTP offers TLS (AUTH TLS); whether it also takes a login in clear was not tried.",
            seen.evidence,
            severity=Severity.LOW,
            confidence=Confidence.INFERRED,
            remedy="Let FTP take logins inside TLS alone, or turn it off where SFTP or HTTPS does the same.",
            act=Act.ENCRYPT,
            sources=("RFC 4217 (FTP over TLS)",),
        )
    return Flaw(
        seen.endpoint,
        "FTP takes its login and moves files (configuration, firmware) in clear.",
        seen.evidence,
        remedy="Turn FTP off, or on only for an update; use SFTP or HTTPS where the device offers them.",
        sources=("RFC 959 (FTP)",),
    )


def _rtsp(seen: Observation) -> Flaw:
    return Flaw(
        seen.endpoint,
        "RTSP asks for HTTP Basic: the stream's password is readable on the wire with every request.",
        seen.evidence,
        severity=Severity.HIGH,
        title="The stream's password goes over the network in clear",
        remedy="Set RTSP authentication to Digest only, or the stream to RTSP over TLS, then change the password, which may have been read.",
        act=Act.ACCESS,
        sources=("RFC 2326 (RTSP)", "RFC 7617 (Basic authentication)"),
    )


def _snmp(seen: Observation) -> Flaw:
    return Flaw(
        seen.endpoint,
        "Answered SNMP v1 or v2c, whose community is readable on the wire with every question.",
        seen.evidence,
        title="The SNMP community goes over the network in clear",
        remedy="Set up SNMPv3 with authentication and privacy (authPriv) and turn v1 and v2c off; where the device has no SNMPv3, let only the hosts that"
        f" ask it reach UDP port {seen.endpoint.port}.",
        facet=f"udp/{seen.endpoint.port} snmp",
    )


def _answered_a_community(seen: Observation) -> bool:
    """Whether it gave something of the system group, which it gives for a community alone."""
    return not _BY_COMMUNITY.isdisjoint(seen.facts)


def _shows_its_password(seen: Observation) -> bool:
    """Whether Basic is all that it asks for, outside TLS."""
    return seen.facts.get("rtsp.auth") == "basic" and not seen.facts.get("rtsp.tls")


def _http(seen: Observation, *, sure: bool) -> Flaw:
    doubt = "" if sure else " An open port could not be examined, so HTTPS may be there."
    basic = seen.facts.get("http.auth") == "basic"
    return Flaw(
        seen.endpoint,
        f"The web login ({_scheme(seen)}) is offered by HTTP only; no HTTPS was found on the device.{doubt}",
        seen.evidence,
        severity=Severity.HIGH if basic else None,
        confidence=Confidence.CONFIRMED if sure else Confidence.LIKELY,
        title="The web password goes over the network in clear" if basic else "",
        remedy="Turn HTTPS on and HTTP off, then change the password, which may have been read.",
        act=Act.ENCRYPT,
        sources=("RFC 7617 (Basic authentication)",) if basic else ("RFC 9110 (HTTP)",),
    )


def _scheme(seen: Observation) -> str:
    asked = seen.facts.get("http.auth")
    if not asked:
        return "a password form" if seen.facts.get("http.password_form") else "the interface that its page logs in by"
    schemes = {
        "digest": "Digest, which hides the password but neither the session nor the settings",
        "basic": "HTTP Basic, whose password is readable on the wire with every request",
    }
    return schemes.get(
        str(asked),
        "HTTP Basic beside Digest, so that the password is readable on the wire where the client chooses Basic",
    )


def logins_in_clear(device: Device) -> Iterator[Observation]:
    """The web servers with a login that came outside TLS: what the page asks for, or what the interface asks for by which the page's script logs in."""
    asking = {
        seen.endpoint for seen in device.speaking(*_INTERFACES) if seen.facts.get(_INTERFACES[seen.protocol]) is True
    }
    for seen in device.speaking("http"):
        asks = seen.facts.get("http.auth") or seen.facts.get("http.password_form") or seen.endpoint in asking
        if asks and not seen.facts.get("http.tls"):
            yield seen


def has_https(device: Device) -> bool:
    """Whether a page came over TLS, or TLS stands where the page itself could not be fetched."""
    silent = {gap.endpoint for gap in device.gaps if gap.protocol == "http"}
    paged = any(seen.facts.get("http.tls") for seen in device.speaking("http"))
    return paged or any(seen.endpoint in silent for seen in device.speaking("tls"))


def _may_have_https(device: Device) -> bool:
    return any(gap.protocol in {"tls", "http"} for gap in device.gaps)
