"""ONVIF: the device's time, which everyone may ask, and then who it is, without credentials.

ONVIF Device Management Service: GetSystemDateAndTime (access class PRE_AUTH) and GetDeviceInformation (READ_SYSTEM: a device that answers it to a stranger lets
strangers read), SOAP 1.2 over HTTP. Two requests, one connection each. Where WS-Discovery named no place, the default one of the specification is asked of
what is believed to be a camera.
"""

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from inventory.errors import PeerError, ProtocolError
from inventory.model import Device, FactValue
from scanner.codecs.http1 import Response, authority, post, post_pattern, read_response
from scanner.codecs.xml_reader import first, local_name, named, read_xml, text_of, texts
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Reconnect, Safety, Say, Send, Target
from scanner.invitation import is_kind, made_by, web_servers

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

NAME = "onvif"
TRANSPORT = "tcp"
PORTS: tuple[int, ...] = ()
SAFETY = Safety.A
OVER_TLS = True
SPEAKS_FIRST = False
CONNECTIONS = 2
DEFAULT_PATH = "/onvif/device_service"
_NAMESPACE = "http://www.onvif.org/ver10/device/wsdl"


def question(operation: str) -> tuple[str, bytes]:
    """The content type and the SOAP envelope of an operation without parameters."""
    kind = f'application/soap+xml; charset=utf-8; action="{_NAMESPACE}/{operation}"'
    envelope = (
        '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
        f'<{operation} xmlns="{_NAMESPACE}"/></s:Body></s:Envelope>'
    )
    return kind, envelope.encode()


TIME, INFORMATION = question("GetSystemDateAndTime"), question("GetDeviceInformation")
_ANY_PATH = rb"/[!-~]{0,1023}"
SAYS = (
    Say.like("GetSystemDateAndTime", post_pattern(_ANY_PATH, *TIME)),
    Say.like("GetDeviceInformation", post_pattern(_ANY_PATH, *INFORMATION)),
)
FACTS = {
    "onvif.time": "the device's own time in UTC, ISO 8601",
    "onvif.time_source": "where it has it from: 'NTP' or 'Manual'",
    "onvif.time_zone": "its time zone in POSIX form",
    "onvif.manufacturer": "who made it",
    "onvif.model": "the model",
    "onvif.firmware": "the version of its firmware",
    "onvif.serial": "the serial number",
    "onvif.hardware": "the hardware's identifier",
    "onvif.authentication": "whether it asks for an account before it says who it is",
    "onvif.path": "the path of the service that asks for an account",
    "onvif.fault": "the code of the fault where it answered with another one",
}
_ELEMENTS = {
    "Manufacturer": "onvif.manufacturer",
    "Model": "onvif.model",
    "FirmwareVersion": "onvif.firmware",
    "SerialNumber": "onvif.serial",
    "HardwareId": "onvif.hardware",
}
_REFUSALS = frozenset(
    ("NotAuthorized", "SenderNotAuthorized", "FailedAuthentication", "InvalidSecurity", "InvalidSecurityToken")
)
_KINDS = frozenset(("camera", "recorder", "intercom"))
_MAKERS = frozenset(
    (
        "Hikvision",
        "Dahua",
        "Axis",
        "Uniview",
        "Hanwha Vision",
        "Bosch",
        "MOBOTIX",
        "VIVOTEK",
        "Reolink",
        "GeoVision",
        "Milesight",
        "Tiandy",
        "Amcrest",
        "Avigilon",
        "Pelco",
        "ACTi",
        "i-PRO",
    )
)
_DOCUMENT_LIMIT = 32768
_NUMBER = re.compile(r"[0-9]{1,4}")


def invited(device: Device) -> tuple[Target, ...]:
    """The default place at the web servers of what is believed to be a camera, a recorder or an intercom, as long as it has not answered elsewhere."""
    believed = is_kind(device, _KINDS) or made_by(device, _MAKERS) or device.speaking("rtsp")
    if not believed or device.speaking("onvif"):
        return ()
    return tuple(web_servers(device, DEFAULT_PATH))


def probe(target: Target) -> Conversation[Heard]:
    """Ask for the time; whoever answers that speaks ONVIF, and is asked who it is."""
    response = yield from _ask(target, TIME)
    facts = answer(response)
    evidence = _evidence(response)
    if facts.get("onvif.authentication"):
        return Heard({**facts, "onvif.path": target.path}, evidence)
    try:
        yield Reconnect()
        response = yield from _ask(target, INFORMATION)
        facts |= answer(response, speaks_onvif=True)
    except PeerError:
        return Heard(facts, evidence)  # the time has shown that it speaks ONVIF
    if facts.get("onvif.authentication"):
        facts["onvif.path"] = target.path
    return Heard(facts, _evidence(response))


def _ask(target: Target, asked: tuple[str, bytes]) -> Conversation[Response]:
    kind, envelope = asked
    yield Send(post(target.path, authority(target, 443 if target.tls else 80), kind, envelope))
    return (yield from read_response(limit=_DOCUMENT_LIMIT))


def answer(response: Response, *, speaks_onvif: bool = False) -> dict[str, FactValue]:
    """The facts of an answer: a SOAP envelope under whatever status, or a bare 401, which says that an account is missing only of what speaks ONVIF."""
    if response.version.startswith("RTSP"):
        raise ProtocolError(f"{response.version} in answer to ONVIF")
    try:
        return parse(response.body)
    except ProtocolError:
        if response.status == 401 and (speaks_onvif or "soap" in (response.header("Content-Type") or "").lower()):
            return {"onvif.authentication": True}
        raise


def parse(document: bytes) -> dict[str, FactValue]:
    """The facts of one envelope: the time, who it is, or a fault."""
    envelope = read_xml(document, "an ONVIF answer")
    body = first(envelope, "Body") if local_name(envelope) == "Envelope" else None
    if body is None:
        raise ProtocolError("an ONVIF answer that is no SOAP envelope")
    fault = first(body, "Fault")
    if fault is not None:
        return _fault(fault)
    information = first(body, "GetDeviceInformationResponse")
    if information is not None:
        return {**texts(information, _ELEMENTS), "onvif.authentication": False}
    now = first(body, "SystemDateAndTime")
    if now is not None:
        return _time(now)
    raise ProtocolError("an ONVIF answer to another question")


def _fault(fault: "Element") -> dict[str, FactValue]:
    """SOAP 1.2 part 1, section 5.4: the innermost Value says what is wrong; ONVIF Core, section 5.8.2.2: which words say that an account is missing."""
    codes = [text_of(value, 80).rpartition(":")[2] for value in named(fault, "Value")]
    codes += [text_of(value, 80).rpartition(":")[2] for value in named(fault, "faultcode")]  # SOAP 1.1
    if not _REFUSALS.isdisjoint(codes):
        return {"onvif.authentication": True}
    return {"onvif.fault": codes[-1] if codes and codes[-1] else "unnamed"}


def _time(now: "Element") -> dict[str, FactValue]:
    facts: dict[str, FactValue] = {}
    moment = first(now, "UTCDateTime")
    said = "" if moment is None else _moment(moment)
    zone = first(now, "TimeZone")
    texts_of = {
        "onvif.time": said,
        "onvif.time_source": text_of(first(now, "DateTimeType"), 40),
        "onvif.time_zone": "" if zone is None else text_of(first(zone, "TZ"), 80),
    }
    facts |= {name: text for name, text in texts_of.items() if text}
    if not facts:
        raise ProtocolError("an ONVIF time that says nothing")
    return facts


def _moment(moment: "Element") -> str:
    """UTCDateTime in ISO 8601, "" where it is none."""
    parts = [text_of(first(moment, name)) for name in ("Year", "Month", "Day", "Hour", "Minute", "Second")]
    if not all(_NUMBER.fullmatch(part) for part in parts):
        return ""
    year, month, day, hour, minute, second = map(int, parts)
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC).isoformat()
    except ValueError:
        return ""


def _evidence(response: Response) -> bytes:
    """The status line, and the body from the SOAP Body on."""
    status, _, _ = response.head.partition(b"\r\n")
    at = response.body.find(b"Body>")
    return (status + b"\r\n" + response.body[max(at, 0) :])[:EVIDENCE_LIMIT]
