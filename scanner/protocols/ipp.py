"""IPP: a printer's own description of itself, the safe way to ask one who it is. Nothing is printed, and no job is looked at.

Get-Printer-Attributes (RFC 8011, section 4.2.5) with a list of the attributes wanted, in one HTTP POST (RFC 8010) to /ipp/print, the path that IPP Everywhere
(PWG 5100.14, section 4.2.1) sets. Version 1.1 is asked for, which every printer must know. Where port 631 is open and says nothing of this in clear, the same
is asked inside TLS (IPPS, RFC 7472). printer-device-id is IEEE 1284's, PWG 5107.2; printer-firmware-string-version PWG 5100.13.
"""

import re
from collections.abc import Iterator

from inventory.errors import PeerClosed, ProtocolError
from inventory.model import Device, FactValue
from inventory.text import one_line
from scanner.codecs.http1 import SAFE_HOST, USER_AGENT, authority, read_response, request
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Safety, Say, Send, Target

NAME = "ipp"
TRANSPORT = "tcp"
PORTS = (631,)
SAFETY = Safety.A
OVER_TLS = True
SPEAKS_FIRST = False
PATH = "/ipp/print"
FACTS = {
    "ipp.status": "the status code of the answer: 0 where it went well",
    "ipp.server": "the Server header of the HTTP answer",
    "ipp.make_and_model": "printer-make-and-model",
    "ipp.info": "printer-info, the name that its people gave it",
    "ipp.firmware": "printer-firmware-string-version",
    "ipp.device_id": "printer-device-id",
    "ipp.manufacturer": "MFG in the device id",
    "ipp.model": "MDL in the device id",
    "ipp.serial": "SN in the device id",
    "ipp.uuid": "printer-uuid",
    "ipp.state": "printer-state: 'idle', 'processing' or 'stopped'",
    "ipp.tls": "whether this was said inside TLS",
}
_WANTED = (
    "printer-make-and-model",
    "printer-info",
    "printer-firmware-string-version",
    "printer-device-id",
    "printer-uuid",
    "printer-state",
)
_TEXTS = {
    "printer-make-and-model": "ipp.make_and_model",
    "printer-info": "ipp.info",
    "printer-firmware-string-version": "ipp.firmware",
    "printer-device-id": "ipp.device_id",
    "printer-uuid": "ipp.uuid",
}
_STATES = {3: "idle", 4: "processing", 5: "stopped"}
_DEVICE_ID = {
    "mfg": "ipp.manufacturer",
    "manufacturer": "ipp.manufacturer",
    "mdl": "ipp.model",
    "model": "ipp.model",
    "sn": "ipp.serial",
    "sern": "ipp.serial",
    "serialnumber": "ipp.serial",
}
_GET_PRINTER_ATTRIBUTES = 0x000B
_OPERATION, _END, _ENUM, _TEXT_WITH_LANGUAGE, _NAME_WITH_LANGUAGE = 1, 3, 0x23, 0x35, 0x36
_URI, _KEYWORD, _CHARSET, _LANGUAGE = 0x45, 0x44, 0x47, 0x48
_ATTRIBUTES = 256


def _attribute(tag: int, name: str, value: str) -> bytes:
    return b"".join((bytes((tag,)), *(len(t).to_bytes(2, "big") + t for t in (name.encode(), value.encode()))))


def _body(uri: str) -> bytes:
    """The operation (RFC 8010, section 3.1): further values of an attribute have an empty name."""
    head = b"\x01\x01" + _GET_PRINTER_ATTRIBUTES.to_bytes(2, "big") + b"\0\0\0\1" + bytes((_OPERATION,))
    wanted = (_attribute(_KEYWORD, "" if at else "requested-attributes", name) for at, name in enumerate(_WANTED))
    return b"".join(
        (
            head,
            _attribute(_CHARSET, "attributes-charset", "utf-8"),
            _attribute(_LANGUAGE, "attributes-natural-language", "en"),
            _attribute(_URI, "printer-uri", uri),
            *wanted,
            bytes((_END,)),
        )
    )


def _request(target: Target) -> bytes:
    host = authority(target, 631)
    body = _body(f"{'ipps' if target.tls else 'ipp'}://{host}{PATH}")
    headers = (("Content-Type", "application/ipp"), ("Content-Length", str(len(body))))
    return request("POST", PATH, host, headers) + body


def _like_request() -> Say:
    """The POST with holes for the host, twice, and for the lengths that hang on it; operation and attributes are fixed."""
    host = SAFE_HOST.pattern.encode()
    before, _, after = _body("URI").partition(b"\0\3URI")
    head = (
        rb"POST %b HTTP/1\.1\r\nHost: %b\r\nUser-Agent: %b\r\nAccept: \*/\*\r\nContent-Type: application/ipp\r\nContent-Length: \d{3}\r\n"
        % (
            PATH.encode(),
            host,
            re.escape(USER_AGENT.encode()),
        )
    )
    uri = rb"Connection: close\r\n\r\n%b..ipps?://%b%b%b" % (re.escape(before), host, PATH.encode(), re.escape(after))
    return Say.like("Get-Printer-Attributes", head + uri)


SAYS = (_like_request(),)


def invited(device: Device) -> tuple[Target, ...]:
    """Inside TLS at an open port 631 that did not speak IPP in clear."""
    spoken = {seen.endpoint for seen in device.speaking(NAME) if not seen.facts.get("ipp.tls")}
    return tuple(
        Target(endpoint, tls=True)
        for endpoint in device.open_ports
        if (endpoint.port, endpoint.transport) == (PORTS[0], TRANSPORT) and endpoint not in spoken
    )


def probe(target: Target) -> Conversation[Heard]:
    """Ask once."""
    yield Send(_request(target))
    try:
        response = yield from read_response()
    except PeerClosed as closed:
        if target.tls:
            raise
        raise ProtocolError("closed on HTTP in clear: it may want TLS") from closed
    if response.status != 200 or b"\0" not in response.body[:4]:
        raise ProtocolError(f"HTTP status {response.status} in answer to Get-Printer-Attributes")
    heard = parse(response.body)
    facts = dict(heard.facts) | {"ipp.tls": target.tls}
    server = one_line(response.header("Server") or "")
    if server:
        facts["ipp.server"] = server
    return Heard(facts, heard.evidence)


def parse(body: bytes) -> Heard:
    """The facts of an answer (RFC 8010, section 3.1); one that was cut says what stands before the cut only if it ends with an attribute."""
    if len(body) < 8 or body[0] not in (1, 2) or body[4:8] != b"\0\0\0\1":
        raise ProtocolError("not an answer to our IPP request")
    facts: dict[str, FactValue] = {"ipp.status": int.from_bytes(body[2:4], "big")}
    for name, tag, value in _attributes(body[8:]):
        if name in _TEXTS:
            text = one_line(_without_language(tag, value))
            if text:
                facts.setdefault(_TEXTS[name], text)
        elif name == "printer-state" and tag == _ENUM:
            state = _STATES.get(int.from_bytes(value, "big"))
            facts |= {"ipp.state": state} if state else {}
    for name, text in _device_id(str(facts.get("ipp.device_id", ""))):
        facts.setdefault(name, text)
    return Heard(facts, _evidence(body))


def _attributes(data: bytes) -> Iterator[tuple[str, int, bytes]]:
    """(name, tag, value) of every value in every group."""
    at, name = 0, ""
    for _ in range(_ATTRIBUTES):
        if at >= len(data):
            raise ProtocolError("an IPP answer without its end")
        tag = data[at]
        at += 1
        if tag == _END:
            return
        if tag < 0x10:
            name = ""  # a group begins
            continue
        key, at = _field(data, at)
        value, at = _field(data, at)
        name = key.decode("utf-8", "replace") if key else name
        yield name, tag, value
    raise ProtocolError(f"an IPP answer of more than {_ATTRIBUTES} values")


def _field(data: bytes, at: int) -> tuple[bytes, int]:
    """What a length of two bytes says comes next, and where that ends."""
    size = int.from_bytes(data[at : at + 2], "big")
    end = at + 2 + size
    if at + 2 > len(data) or end > len(data):
        raise ProtocolError("an IPP attribute that is longer than its message")
    return data[at + 2 : end], end


def _without_language(tag: int, value: bytes) -> bytes:
    """The text of a value that may carry its language with it (RFC 8010, section 3.9)."""
    if tag not in (_TEXT_WITH_LANGUAGE, _NAME_WITH_LANGUAGE):
        return value if tag >= 0x40 else b""  # out of band and numbers are no text
    _, at = _field(value, 0)
    return _field(value, at)[0]


def _device_id(text: str) -> Iterator[tuple[str, str]]:
    for pair in text.split(";")[:32]:
        key, colon, value = pair.partition(":")
        fact = _DEVICE_ID.get(key.strip().replace(" ", "").lower())
        if colon and fact and value.strip():
            yield fact, one_line(value)


def _evidence(body: bytes) -> bytes:
    """From the printer's own attributes on."""
    found = [at for name in _WANTED if (at := body.find(name.encode())) >= 0]
    return body[min(found, default=0) :][:EVIDENCE_LIMIT]
