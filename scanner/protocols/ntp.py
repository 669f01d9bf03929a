"""NTP: what software keeps a device's time, and when it was compiled. One question is asked, and nothing of the time.

RFC 9327 (control messages, mode 6): READVAR of the system, association 0, for three variables by name, so that the answer stays short. Nothing is set, and no
list of clients (mode 7) is asked for. Most servers of today answer strangers in no control message (`restrict default noquery`): then there is silence. One
that answers in another mode, with a kiss code (RFC 5905, section 7.4) or with an error, speaks NTP all the same.
"""

import re
from dataclasses import dataclass, replace

from inventory.errors import ProtocolError, TimedOut
from inventory.model import FactValue
from inventory.text import one_line
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, ReadSome, Safety, Say, Send, Target

NAME = "ntp"
TRANSPORT = "udp"
PORTS = (123,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = False
_ASKED = b"version,processor,system"
# Version 2 (as ntpq says it: the oldest that every server knows) and mode 6; opcode 2 READVAR; our number; no status, no association, no offset; the length.
REQUEST = bytes.fromhex("16 02 0001 0000 0000 0000") + len(_ASKED).to_bytes(2, "big") + _ASKED
SAYS = (Say.exactly("read version, processor and system", REQUEST),)
FACTS = {
    "ntp.version": "the software's own name, version and day of compiling, 'ntpd 4.2.6p5@1.2349-o Mon Nov  2 04:29:47 UTC 2015 (1)'",
    "ntp.processor": "the processor that it says it runs on, 'armv6l'",
    "ntp.system": "the operating system that it says it runs on, 'Linux/4.1.17+'",
    "ntp.stratum": "how far it is from a clock, where it says so unasked: 1 beside it, 16 without one",
    "ntp.refusal": "why it did not say: an error of RFC 9327, or a kiss code",
}
_CONTROL = 6
_TIME_MODES = frozenset((2, 4, 5))
"""Symmetric passive, server, broadcast: what answers to an ordinary request has."""
_HEADER, _TIME_HEADER = 12, 48
_LIMIT = 2048
_RESPONSE, _ERROR, _MORE, _READVAR = 0x80, 0x40, 0x20, 2
_ERRORS = {
    1: "authentication failed",
    2: "bad length or format",
    3: "bad opcode",
    4: "unknown association",
    5: "unknown variable",
    6: "bad value",
    7: "prohibited",
}
_VARIABLE = re.compile(rb'(?:^|[,\s])([a-z_]{1,32}+)=(?:"([^"]{0,256}+)"|([^",]{0,256}+))')
_TEXTS = ("version", "processor", "system")


def probe(target: Target) -> Conversation[Heard]:
    """Ask once; an answer may come in two datagrams, of which either is enough."""
    yield Send(REQUEST)
    first = yield ReadSome(_LIMIT)
    if first[:1] and first[0] & 7 in _TIME_MODES:
        return _of_time(first)
    told = read_control(first)
    if told.refusal:
        return Heard({"ntp.refusal": told.refusal}, first[:EVIDENCE_LIMIT])
    if not told.more:
        return _of_variables(told.data)
    try:
        rest = read_control((yield ReadSome(_LIMIT)))
    except TimedOut:
        return _of_variables(told.data)
    except ProtocolError as error:
        return replace(_of_variables(told.data), failed=error)
    return _of_variables(told.data + rest.data if told.offset <= rest.offset else rest.data + told.data)


@dataclass(frozen=True, slots=True)
class Control:
    """A part of an answer to our control message: where its data belong, whether another part follows, and why there are none ("": there are)."""

    offset: int
    data: bytes
    more: bool
    refusal: str = ""


def read_control(datagram: bytes) -> Control:
    """Read an answer (RFC 9327, section 2)."""
    if len(datagram) < _HEADER or datagram[0] & 7 != _CONTROL:
        raise ProtocolError("not a control message of NTP")
    flags, number = datagram[1], int.from_bytes(datagram[2:4], "big")
    if not flags & _RESPONSE or flags & 0x1F != _READVAR or number != 1:
        raise ProtocolError("not an answer to our control message of NTP")
    if flags & _ERROR:
        return Control(0, b"", False, _ERRORS.get(datagram[4], f"error {datagram[4]}"))
    offset, size = int.from_bytes(datagram[8:10], "big"), int.from_bytes(datagram[10:12], "big")
    if size > len(datagram) - _HEADER:
        raise ProtocolError("a control message of NTP that is cut short")
    return Control(offset, datagram[_HEADER : _HEADER + size], bool(flags & _MORE))


def _of_variables(data: bytes) -> Heard:
    """What the list of variables says (RFC 9327, section 4), of which a server may send more than it was asked for."""
    said = {name.decode(): one_line(quoted or bare) for name, quoted, bare in _VARIABLE.findall(data)}
    facts: dict[str, FactValue] = {f"ntp.{name}": said[name] for name in _TEXTS if said.get(name)}
    if re.fullmatch("[0-9]{1,2}", said.get("stratum", "")):
        facts["ntp.stratum"] = int(said["stratum"])
    return Heard(facts, data[:EVIDENCE_LIMIT])


def _of_time(datagram: bytes) -> Heard:
    """A packet of the time itself (RFC 5905, section 7.3): its stratum, or the kiss code that stands for one."""
    if len(datagram) < _TIME_HEADER or not 1 <= datagram[0] >> 3 & 7 <= 4 or datagram[1] > 16:
        raise ProtocolError("not a packet of NTP")
    stratum, kiss = datagram[1], datagram[12:16].rstrip(b"\0")
    facts: dict[str, FactValue] = {"ntp.stratum": stratum}
    if stratum == 0 and re.fullmatch(b"[A-Z]{1,4}", kiss):
        facts = {"ntp.refusal": kiss.decode()}
    return Heard(facts, datagram[:_TIME_HEADER])
