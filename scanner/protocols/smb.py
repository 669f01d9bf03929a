"""SMB: does a file server still speak version 1, and must messages be signed? It is only negotiated: no session is set up, no share is listed.

Version 1 is offered alone ([MS-CIFS] 2.2.4.52), for a server that is offered both takes the later one and hides whether it has the older. Who has given it up
closes, or says that it takes no dialect ([MS-SMB2] 3.3.5.3.1); then one more connection offers versions 2 and 3 ([MS-SMB2] 2.2.3) and hears what it chooses.
At 445 the messages go over TCP as they are; at 139 a NetBIOS session to *SMBSERVER comes first (RFC 1002, section 4.3.2), and 139 is asked only where 445 is
closed.
"""

from contextlib import suppress

from inventory.errors import PeerClosed, PeerError, ProtocolError
from inventory.model import Device, Endpoint, FactValue
from inventory.text import one_line
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Read, Reconnect, Safety, Say, Send, Target

NAME = "smb"
TRANSPORT = "tcp"
PORTS = (445,)
SAFETY = Safety.B
OVER_TLS = False
SPEAKS_FIRST = False
HARDY = True
CONNECTIONS = 2


def _framed(message: bytes) -> bytes:
    """A message with its length before it (RFC 1002, section 4.3.1; [MS-SMB2] 2.1)."""
    return b"\0" + len(message).to_bytes(3, "big") + message


_DIALECT = b"\x02NT LM 0.12\0"
# Command 0x72; flags: case-insensitive, canonical paths; flags 2: long names, NT status, Unicode, and no extended security, so that the server says its name.
_HEAD1 = b"\xffSMB\x72\0\0\0\0\x18\x01\xc0" + bytes(12) + b"\xff\xff\xfe\xff\0\0\0\0"
NEGOTIATE1 = _framed(_HEAD1 + b"\0" + len(_DIALECT).to_bytes(2, "little") + _DIALECT)
# Command 0, one credit; 36 bytes, four dialects (2.0.2, 2.1, 3.0, 3.0.2), signing enabled, no capabilities, and a GUID that says who asks.
_HEAD2 = b"\xfeSMB\x40\0" + bytes(8) + b"\x01\0" + bytes(48)
_BODY2 = b"\x24\0\x04\0\x01\0\0\0\0\0\0\0" + b"tocsin scanner\0\0" + bytes(8) + bytes.fromhex("0202 1002 0003 0203")
NEGOTIATE2 = _framed(_HEAD2 + _BODY2)
_CALLED, _CALLING = b"*SMBSERVER".ljust(16), b"TOCSIN".ljust(15) + b"\0"


def _first_level(name: bytes) -> bytes:
    """A NetBIOS name as RFC 1001, section 14.1, encodes it."""
    return b"\x20" + b"".join(bytes((0x41 + (byte >> 4), 0x41 + (byte & 15))) for byte in name) + b"\0"


SESSION = b"\x81\0\0\x44" + _first_level(_CALLED) + _first_level(_CALLING)
SAYS = (
    Say.exactly("NetBIOS session request", SESSION),
    Say.exactly("negotiate NT LM 0.12", NEGOTIATE1),
    Say.exactly("negotiate SMB 2 and 3", NEGOTIATE2),
)
FACTS = {
    "smb.smb1": "whether it speaks version 1 (NT LM 0.12)",
    "smb.dialect": "the dialect that it takes of those that were offered: 'NT LM 0.12', '2.1', '3.0.2'",
    "smb.signing": "whether messages are signed: 'required', 'offered' or 'none'",
    "smb.domain": "the domain or workgroup that a server of version 1 names",
    "smb.name": "the name that a server of version 1 has",
}
_DIALECTS = {0x0202: "2.0.2", 0x0210: "2.1", 0x0300: "3.0", 0x0302: "3.0.2", 0x0311: "3.1.1"}
_MOST = 65535
_SESSION_PORT, _POSITIVE = 139, 0x82
_WORDS, _NO_DIALECT = 17, 0xFFFF
_ENABLED1, _REQUIRED1, _ENABLED2, _REQUIRED2 = 0x04, 0x08, 0x01, 0x02
_EXTENDED_SECURITY, _NAMES_LIMIT = 0x80000000, 512
"""The capability by which a security blob stands in the place of the names, and the bytes that are read of them."""


def invited(device: Device) -> tuple[Target, ...]:
    """The NetBIOS session service, where there is no other way to the server."""
    open_ports = {endpoint.port: endpoint for endpoint in device.open_ports if endpoint.transport == "tcp"}
    alone = _SESSION_PORT in open_ports and not set(PORTS) & set(open_ports)
    return (Target(Endpoint(device.address, _SESSION_PORT)),) if alone else ()


def probe(target: Target) -> Conversation[Heard]:
    """Offer version 1; where it is not taken, offer 2 and 3."""
    heard = None
    with suppress(PeerClosed):  # so does a server that has given version 1 up, and so might anything else
        heard = parse((yield from _negotiate(target, NEGOTIATE1)))
    if heard is not None and "smb.dialect" in heard.facts:
        return heard
    try:
        yield Reconnect()
        return parse((yield from _negotiate(target, NEGOTIATE2)))
    except PeerError:
        if heard is None:
            raise
        return heard  # it has said that it takes no dialect of version 1


def _negotiate(target: Target, request: bytes) -> Conversation[bytes]:
    """One message, without its frame."""
    if target.endpoint.port == _SESSION_PORT:
        yield Send(SESSION)
        answer = yield Read(4)
        if answer[0] != _POSITIVE:
            raise ProtocolError("the NetBIOS session was refused")
    yield Send(request)
    frame = yield Read(4)
    size = int.from_bytes(frame[1:], "big")
    if frame[0] or not 32 <= size <= _MOST:
        raise ProtocolError("not SMB")
    return (yield Read(size))


def parse(message: bytes) -> Heard:
    """The facts in the answer to a negotiation, in either version; `ProtocolError` where it is none."""
    facts = _version_1(message) if message[:5] == b"\xffSMB\x72" else _later_version(message)
    return Heard(facts, message[:EVIDENCE_LIMIT])


def _version_1(message: bytes) -> dict[str, FactValue]:
    """[MS-CIFS] 2.2.4.52.2: a header of 32 bytes, the words, and the challenge and names."""
    words = message[33 : 33 + 2 * message[32]] if len(message) > 34 else b""
    if len(words) < 2 or len(words) != 2 * message[32]:
        raise ProtocolError("an SMB answer that is cut short")
    if int.from_bytes(words[:2], "little") == _NO_DIALECT:
        return {"smb.smb1": False}
    if len(words) != 2 * _WORDS:
        raise ProtocolError("an answer to another negotiation than NT LM 0.12")
    signing = "required" if words[2] & _REQUIRED1 else "offered" if words[2] & _ENABLED1 else "none"
    facts: dict[str, FactValue] = {"smb.smb1": True, "smb.dialect": "NT LM 0.12", "smb.signing": signing}
    if not int.from_bytes(words[19:23], "little") & _EXTENDED_SECURITY:
        facts |= _names(message[33 + len(words) + 2 + words[33] :])
    return facts


def _names(said: bytes) -> dict[str, FactValue]:
    """The domain and the server, each ended by a NUL of two bytes."""
    texts = said[:_NAMES_LIMIT].decode("utf-16-le", "replace").split("\0")
    pairs = zip(("smb.domain", "smb.name"), texts, strict=False)
    return {name: clean for name, text in pairs if (clean := one_line(text, 64))}


def _later_version(message: bytes) -> dict[str, FactValue]:
    """[MS-SMB2] 2.2.4: a header of 64 bytes, then the structure's size, the security mode and the dialect."""
    if message[:4] != b"\xfeSMB" or len(message) < 64 + 65 or message[12:14] != b"\0\0" or message[64:66] != b"\x41\0":
        raise ProtocolError("not SMB")
    if any(message[8:12]):
        raise ProtocolError("an SMB server that refuses to negotiate")
    mode = int.from_bytes(message[66:68], "little")
    number = int.from_bytes(message[68:70], "little")
    return {
        "smb.smb1": False,
        "smb.dialect": _DIALECTS.get(number, f"{number:04x}"),
        "smb.signing": "required" if mode & _REQUIRED2 else "offered" if mode & _ENABLED2 else "none",
    }
