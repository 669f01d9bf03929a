"""Siemens S7: which module a controller is, read from two lists of its system status.

RFC 1006 (TPKT) and ISO 8073 class 0 (COTP) carry S7 communication, which Siemens documents only in part: the lists and their records are those of the
System Software for S7-300/400 reference manual, chapter "System Status Lists" (W#16#0011 module identification, W#16#001C component identification). The
session is set up, both lists are read, and it is ended with a Disconnect Request before the FIN. No data block, no input and no output is read.
"""

import re
from typing import TypeVar

from inventory.errors import PeerClosed, ProtocolError, TimedOut
from inventory.model import FactValue
from inventory.text import one_line
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Read, Reconnect, Safety, Say, Send, Target

T = TypeVar("T")
NAME = "s7"
TRANSPORT = "tcp"
PORTS = (102,)
SAFETY = Safety.B
OVER_TLS = False
SPEAKS_FIRST = False
CONNECTIONS = 2
FACTS = {
    "s7.order_number": "the order number of the module (SZL 0x0011, index 1)",
    "s7.hardware_version": "the version of the hardware (SZL 0x0011, index 1 or 6)",
    "s7.firmware_version": "the version of the firmware, 'V3.3.12' (SZL 0x0011, index 7)",
    "s7.system_name": "the name of the station (SZL 0x001C, index 1)",
    "s7.module_name": "the name of the module (SZL 0x001C, index 2)",
    "s7.plant": "the plant identification (SZL 0x001C, index 3)",
    "s7.copyright": "the copyright entry (SZL 0x001C, index 4)",
    "s7.serial": "the serial number of the module (SZL 0x001C, index 5)",
    "s7.module_type": "the module's type (SZL 0x001C, index 7)",
    "s7.tsap": "the TSAP of the controller that took the connection, four hexadecimal digits",
    "s7.error": "the error where it gives no list, four hexadecimal digits",
}
TSAPS = (0x0102, 0x0200)
"""Programming device to rack 0, slot 2, which is an S7-300; and any slot, as S7-400, S7-1200 and S7-1500 take it."""
SETUP = bytes.fromhex("03000019 02f080 32010000000000080000 f0000001000101e0")
_OUR_REFERENCE = b"\0\x14"
_LISTS = (0x0011, 0x001C)
_COMPONENTS = {1: "system_name", 2: "module_name", 3: "plant", 4: "copyright", 5: "serial", 7: "module_type"}
_FRAGMENTS = 4
_HEADER, _USERDATA_PARAMETERS = 10, 12


def connection_request(tsap: int) -> bytes:
    """COTP CR, class 0, from TSAP 0x0100."""
    return bytes.fromhex("03000016 11e00000") + _OUR_REFERENCE + bytes.fromhex(f"00c1020100c202{tsap:04x}c0010a")


def disconnect_request(reference: bytes) -> bytes:
    """COTP DR, normal disconnect, to the connection that the controller calls `reference`."""
    return bytes.fromhex("0300000b 0680") + reference + _OUR_REFERENCE + b"\x80"


def read_list(number: int) -> bytes:
    """The first request for a list of the system status."""
    return bytes.fromhex(f"03000021 02f080 32070000{number:04x}00080008 0001120411440100 ff090004{number:04x}0000")


def read_on(number: int, sequence: int) -> bytes:
    """The request for the rest of a list that was longer than one message."""
    parameters = f"00011208124401{sequence:02x}00000000"
    return bytes.fromhex(f"03000021 02f080 32070000{number:04x}000c0004 {parameters} 0a000000")


def _like_read_on(number: int) -> Say:
    head, tail = read_on(number, 0)[:24], read_on(number, 0)[25:]
    return Say.like(f"the rest of SZL {number:#06x}", re.escape(head) + b"." + re.escape(tail))


SAYS = (
    *(Say.exactly(f"connect to TSAP {tsap:#06x}", connection_request(tsap)) for tsap in TSAPS),
    Say.exactly("set up communication", SETUP),
    *(Say.exactly(f"read SZL {number:#06x}", read_list(number)) for number in _LISTS),
    *(_like_read_on(number) for number in _LISTS),
    Say.like("disconnect", re.escape(disconnect_request(b"")[:6]) + b".." + re.escape(disconnect_request(b"")[6:])),
)


def probe(target: Target) -> Conversation[Heard]:
    """Connect to one of the two TSAPs, read both lists, and disconnect."""
    tsap, reference = yield from _connect()
    facts: dict[str, FactValue] = {"s7.tsap": f"{tsap:04x}"}
    evidence = b""
    for number in _LISTS:
        records, proof, error = yield from _or_disconnect(reference, _read(number))
        evidence += proof
        if error:
            facts["s7.error"] = f"{error:04x}"
        facts |= parse(number, records)
    yield Send(disconnect_request(reference))
    return Heard(facts, evidence[:EVIDENCE_LIMIT])


def _connect() -> Conversation[tuple[int, bytes]]:
    """Connect and set up; the TSAP that was taken, and the controller's reference of the connection."""
    for at, tsap in enumerate(TSAPS):
        if at:
            yield Reconnect()
        yield Send(connection_request(tsap))
        try:
            confirmed = yield from _message()
            if len(confirmed) < 6 or confirmed[1] & 0xF0 != 0xD0:
                continue
            answer = yield from _or_disconnect(confirmed[4:6], _set_up())
        except PeerClosed:
            continue
        if answer[1] == 3 and len(answer) >= 12 and answer[10:12] == b"\0\0":
            return tsap, confirmed[4:6]
        yield Send(disconnect_request(confirmed[4:6]))
    raise ProtocolError("no TSAP took the connection")


def _set_up() -> Conversation[bytes]:
    yield Send(SETUP)
    return _data((yield from _message()))


def _or_disconnect(reference: bytes, conversation: Conversation[T]) -> Conversation[T]:
    """What comes of the conversation; where nothing does, the connection is given back first, of which a controller has few."""
    try:
        return (yield from conversation)
    except (ProtocolError, TimedOut):
        yield Send(disconnect_request(reference))
        raise


def _message() -> Conversation[bytes]:
    """One TPKT's content: the COTP header and what it carries (RFC 1006, section 6)."""
    header = yield Read(4)
    size = int.from_bytes(header[2:4], "big")
    if header[:2] != b"\x03\0" or not 7 <= size <= 2048:
        raise ProtocolError("not ISO transport on TCP")
    return (yield Read(size - 4))


def _data(content: bytes) -> bytes:
    """The S7 message inside a COTP DT."""
    length = content[0]
    message = content[length + 1 :]
    if content[1] != 0xF0 or len(message) < _HEADER or message[0] != 0x32:
        raise ProtocolError("ISO transport, and not S7 inside it")
    return message


def _read(number: int) -> Conversation[tuple[bytes, bytes, int]]:
    """A whole list, its first message as evidence, and the error in place of a list."""
    yield Send(read_list(number))
    message = _data((yield from _message()))
    proof, records = message, b""
    for _ in range(_FRAGMENTS):
        error, sequence, more, data = fragment(message)
        records += data
        if error or not more:
            break
        yield Send(read_on(number, sequence))
        message = _data((yield from _message()))
    else:
        error = 0
    return records, proof[: EVIDENCE_LIMIT // 2], error


def fragment(message: bytes) -> tuple[int, int, bool, bytes]:
    """The error, the sequence number, whether more is to come, and the data of one answer to a reading of a list."""
    parameters = message[_HEADER : _HEADER + _USERDATA_PARAMETERS]
    data = message[_HEADER + _USERDATA_PARAMETERS :]
    if message[1:2] != b"\x07" or len(parameters) < _USERDATA_PARAMETERS or parameters[5] & 0x0F != 0x04:
        raise ProtocolError("an S7 message that answers no reading of a list")
    error = int.from_bytes(parameters[10:12], "big")
    if error:
        return error, 0, False, b""
    size = int.from_bytes(data[2:4], "big")
    if len(data) < 4 or len(data) < 4 + size:
        raise ProtocolError("an S7 list that is longer than its message")
    failed = 0 if data[0] == 0xFF else data[0]
    return failed, parameters[7], parameters[9] != 0, b"" if failed else data[4 : 4 + size]


def parse(number: int, content: bytes) -> dict[str, FactValue]:
    """The facts of a list: its header (number, index, size and count of the records) and the records."""
    size = int.from_bytes(content[4:6], "big")
    if int.from_bytes(content[:2], "big") != number or size < 2:
        return {}
    count = min(int.from_bytes(content[6:8], "big"), (len(content) - 8) // size, 64)
    facts: dict[str, FactValue] = {}
    for at in range(count):
        record = content[8 + at * size : 8 + (at + 1) * size]
        index, body = int.from_bytes(record[:2], "big"), record[2:]
        facts |= _module(index, body) if number == _LISTS[0] else _component(index, body)
    return facts


def _module(index: int, body: bytes) -> dict[str, FactValue]:
    """A record of 0x0011: order number (20 characters), type, and the version in two words."""
    order, version = one_line(body[:20].split(b"\0")[0]), body[22:26]
    if index == 1:
        return {"s7.order_number": order} if order else {}
    if index == 6 and len(version) >= 2:
        return {"s7.hardware_version": str(int.from_bytes(version[:2], "big"))}
    if index == 7 and len(version) == 4 and version[:1] == b"V":
        return {"s7.firmware_version": "V" + ".".join(str(byte) for byte in version[1:])}
    return {}


def _component(index: int, body: bytes) -> dict[str, FactValue]:
    """A record of 0x001C: up to 32 characters."""
    text = one_line(body.split(b"\0")[0])
    return {f"s7.{_COMPONENTS[index]}": text} if text and index in _COMPONENTS else {}
