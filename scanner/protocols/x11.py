"""X11: whether anyone may open the display. The setup and nothing after it: no window is listed, no picture taken, no key sent.

X Window System Protocol (X11R7.7), chapter 8, "Connection Setup": the client says its byte order, the version and no authorization, and the server accepts,
refuses with a reason, or asks for more. Where it accepts we are a client of the display for the moment that it takes to close. Then a server that has no other
client starts afresh (Xserver(1), -noreset): what is forgotten then nobody was looking at. It is of class B all the same.
"""

from inventory.errors import ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Read, Safety, Say, Send, Target

NAME = "x11"
TRANSPORT = "tcp"
PORTS = (6000,)
SAFETY = Safety.B
OVER_TLS = False
SPEAKS_FIRST = False
# Least significant byte first, version 11.0, no authorization's name and no data.
SETUP = bytes.fromhex("6c00 0b00 0000 0000 0000 0000")
SAYS = (Say.exactly("connection setup without authorization", SETUP),)
FACTS = {
    "x11.open": "whether anyone may open the display",
    "x11.answer": "how it answers the setup: 'accepted', 'refused' or 'asks for more'",
    "x11.reason": "why it refuses, in its own words",
    "x11.vendor": "who made the server, as it says to whom it accepts",
    "x11.release": "the server's release number",
}
_REFUSED, _ACCEPTED, _MORE = 0, 1, 2
_ANSWERS = {_REFUSED: "refused", _ACCEPTED: "accepted", _MORE: "asks for more"}
_HEADER, _VENDOR_LENGTH, _VENDOR = 8, 24, 40
_ENOUGH = 512
"""Bytes of the answer that are read: the vendor's name comes before the formats and screens, which may be long."""


def probe(target: Target) -> Conversation[Heard]:
    """Set up, and leave."""
    yield Send(SETUP)
    header = yield Read(_HEADER)
    return parse(header + (yield Read(min(_length(header), _ENOUGH))))


def parse(answer: bytes) -> Heard:
    """The facts in the answer to a setup; `ProtocolError` where it is none."""
    rest, proof = answer[_HEADER:], answer
    if len(rest) < min(_length(answer[:_HEADER]), _ENOUGH):
        raise ProtocolError("an X11 answer that is cut short")
    facts: dict[str, FactValue] = {"x11.open": answer[0] == _ACCEPTED, "x11.answer": _ANSWERS[answer[0]]}
    if answer[0] == _ACCEPTED:
        facts["x11.release"] = int.from_bytes(answer[_HEADER : _HEADER + 4], "little")
        size = int.from_bytes(answer[_VENDOR_LENGTH : _VENDOR_LENGTH + 2], "little")
        proof = answer[: _VENDOR + size]
        facts |= _text("x11.vendor", answer[_VENDOR : _VENDOR + size])
    else:
        facts |= _text("x11.reason", rest[: answer[1]] if answer[0] == _REFUSED else rest.rstrip(b"\0"))
    return Heard(facts, proof[:EVIDENCE_LIMIT])


def _text(name: str, said: bytes) -> dict[str, FactValue]:
    text = one_line(said[:200], 200)
    return {name: text} if text else {}


def _length(header: bytes) -> int:
    """How many bytes follow the header; `ProtocolError` where it is none."""
    if len(header) < _HEADER or header[0] not in _ANSWERS:
        raise ProtocolError("not X11")
    size = 4 * int.from_bytes(header[6:8], "little")
    if header[0] != _MORE and header[2:4] != b"\x0b\0":
        raise ProtocolError("not X11: another version of the protocol")
    if header[0] == _ACCEPTED and size < _VENDOR - _HEADER:
        raise ProtocolError("an X11 server that accepts and says nothing of itself")
    if header[0] == _REFUSED and size < header[1]:
        raise ProtocolError("an X11 refusal that is shorter than its reason")
    return size
