"""IEC 60870-5-104: one test frame, which every station must answer, and nothing that starts a data transfer.

IEC 60870-5-104:2006, section 5 (the APCI) and 5.2 (test procedures): TESTFR act is answered with TESTFR con in the stopped state too. STARTDT is never sent: it
would make this connection the one over which the station reports, and may take that away from the control centre.
"""

from inventory.errors import ProtocolError
from inventory.model import FactValue
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Read, Safety, Say, Send, Target

NAME = "iec104"
TRANSPORT = "tcp"
PORTS = (2404,)
SAFETY = Safety.B
OVER_TLS = False
SPEAKS_FIRST = False
TESTFR_ACT = b"\x68\x04\x43\0\0\0"
TESTFR_CON = b"\x68\x04\x83\0\0\0"
SAYS = (Say.exactly("TESTFR act", TESTFR_ACT),)
FACTS = {"iec104.answer": "the frame that proved the protocol: TESTFR con, or one that the station sent unasked"}
_START, _SHORTEST, _LONGEST = 0x68, 4, 253
_FRAMES = 3
_UNNUMBERED = {
    0x07: "STARTDT act",
    0x0B: "STARTDT con",
    0x13: "STOPDT act",
    0x23: "STOPDT con",
    0x43: "TESTFR act",
    0x83: "TESTFR con",
}


def probe(target: Target) -> Conversation[Heard]:
    """Send one test frame; a station may say something of its own before it confirms."""
    yield Send(TESTFR_ACT)
    said = b""
    for _ in range(_FRAMES):
        head = yield Read(2)
        frame = head + (yield Read(body_size(head)))
        said += frame
        if frame == TESTFR_CON:
            break
    return parse(said)


def body_size(head: bytes) -> int:
    """The octets that follow the start octet and the length."""
    if len(head) < 2 or head[0] != _START or not _SHORTEST <= head[1] <= _LONGEST:
        raise ProtocolError("not an APCI of IEC 60870-5-104")
    return head[1]


def parse(said: bytes) -> Heard:
    """Read whole frames, one after the other; the last one counts. Raises `ProtocolError` where one is broken."""
    rest, answer = said, ""
    while rest:
        size = 2 + body_size(rest[:2])
        frame, rest = rest[:size], rest[size:]
        if len(frame) < size:
            raise ProtocolError("an APDU that ends before its length")
        answer = _frame(frame)
    if not answer:
        raise ProtocolError("no answer to TESTFR act")
    facts: dict[str, FactValue] = {"iec104.answer": answer}
    return Heard(facts, said[:EVIDENCE_LIMIT])


def _frame(frame: bytes) -> str:
    """Name a frame by the two lowest bits of its first control octet (section 5.1)."""
    control = frame[2]
    if control & 0b11 == 0b11:
        name = _UNNUMBERED.get(control)
        if name is None or frame[3:] != b"\0\0\0":
            raise ProtocolError("an unnumbered frame that the standard does not know")
        return name
    if control & 0b11 == 0b01:
        if len(frame) != 6 or control != 1 or frame[3] or frame[4] & 1:
            raise ProtocolError("a supervisory frame that the standard does not know")
        return "S format"
    if frame[4] & 1 or len(frame) < 6 + 6:
        raise ProtocolError("an information frame without an ASDU")
    return "I format"
