"""Siemens S7 communication over RFC 1006: setup and two lists of the system status, which is all that may be read; anything else is harm.

The lists and their records are those of Siemens' System Software for S7-300/400 reference manual, "System Status Lists".
"""

import asyncio
import struct
from dataclasses import dataclass

from lab.fake import TLS, Stream, Visit

_CONNECT, _CONFIRM, _DISCONNECT, _DATA = 0xE0, 0xD0, 0x80, 0xF0
_SETUP, _USERDATA = 0xF0, 0x07
_MODULE, _COMPONENT = 0x0011, 0x001C
_READ_LIST, _READ_ON = bytes.fromhex("0001120411440100"), bytes.fromhex("00011208124401")
_OVERHEAD = 26  # S7 header, parameters and data header of one answer


@dataclass(frozen=True)
class S7(Stream):
    """A controller that takes connections to `tsap` only. `firmware` is as in "V3.2.14".

    `texts` are the component identifications by index (1 system, 2 module, 3 plant, 5 serial, 7 type).

    A connection that ends without a Disconnect Request is harm: the controller keeps the place for it.
    """

    order_number: str
    hardware: int
    firmware: str
    texts: tuple[tuple[int, str], ...]
    tsap: int = 0x0102
    pdu: int = 240
    port: int = 102
    tls: TLS | None = None

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Take a connection, then answer until the Disconnect Request."""
        session = _Session(self, visit)
        while not session.over:
            try:
                header = await reader.readexactly(4)
                size = int.from_bytes(header[2:4], "big")
                if header[:2] != b"\x03\0" or not 7 <= size <= 1024:
                    visit.harm(f"no TPKT: {header.hex(' ')}")
                    return
                answer = session.answer(await reader.readexactly(size - 4))
            except asyncio.IncompleteReadError:
                break
            if answer:
                writer.write(b"\x03\0" + (len(answer) + 4).to_bytes(2, "big") + answer)
                await writer.drain()
        if session.connected:
            visit.harm("an S7 connection that was not disconnected")

    def list_of(self, number: int) -> bytes:
        """A whole list: number, index, size and count of the records, and the records."""
        if number == _MODULE:
            order = self.order_number.encode().ljust(20)
            module = struct.pack(">H20sHHH", 1, order, 0x00C0, self.hardware, 1)
            hardware = struct.pack(">H20sHHH", 6, order, 0x00C0, self.hardware, 1)
            version = b"V" + bytes(int(part) for part in self.firmware.lstrip("V").split("."))
            records = [module, hardware, struct.pack(">H20sH4s", 7, bytes(20), 0x00C0, version)]
        else:
            records = [struct.pack(">H32s", index, text.encode()) for index, text in self.texts]
        return struct.pack(">HHHH", number, 0, len(records[0]), len(records)) + b"".join(records)


class _Session:
    """One connection to one controller."""

    def __init__(self, plc: S7, visit: Visit) -> None:
        self._plc = plc
        self._visit = visit
        self._rest = b""
        self._set_up = False
        self.connected = False
        self.over = False

    def answer(self, content: bytes) -> bytes:
        """The COTP header and what it carries; b"" for no answer."""
        kind = content[1] & 0xF0 if content[1] != _DATA else _DATA
        if kind == _CONNECT and not self.connected:
            return self._connect(content)
        if kind == _DISCONNECT and self.connected:
            self.connected, self.over = False, True
            return b""
        if kind == _DATA and self.connected and content[3:4] == b"\x32":
            return b"\x02\xf0\x80" + self._message(content[3:])
        return self._fault(f"an unexpected COTP message {content[:8].hex(' ')}")

    def _fault(self, what: str) -> bytes:
        self._visit.harm(what)
        self.connected, self.over = False, True
        return b""

    def _connect(self, content: bytes) -> bytes:
        """ISO 8073: confirm, or refuse with a Disconnect Request where the TSAP is none of ours."""
        reference = content[4:6]
        if b"\xc2\x02" + self._plc.tsap.to_bytes(2, "big") not in content:
            self.over = True
            return b"\x06\x80" + reference + b"\0\0\x02"
        self.connected = True
        return b"\x11" + bytes((_CONFIRM,)) + reference + b"\x00\x06" + b"\0" + content[7:]

    def _message(self, message: bytes) -> bytes:
        reference, parameters, data = message[4:6], message[10:18], message[18:]
        if message[1] == 1 and parameters[:1] == bytes((_SETUP,)) and len(message) == 18:
            self._set_up = True
            agreed = bytes((_SETUP, 0)) + b"\0\1\0\1" + self._plc.pdu.to_bytes(2, "big")
            return b"\x32\x03\0\0" + reference + b"\0\x08\0\0\0\0" + agreed
        if message[1] != _USERDATA or not self._set_up:
            return self._fault(f"an S7 job {message[:14].hex(' ')}")
        if parameters == _READ_LIST and len(data) == 8 and data[:4] == b"\xff\x09\0\x04":
            number = int.from_bytes(data[4:6], "big")
            if number not in (_MODULE, _COMPONENT):
                return self._fault(f"a reading of list {number:#06x}")
            self._rest = self._plc.list_of(number)
            return self._next(reference)
        if parameters[:7] == _READ_ON and self._rest:
            return self._next(reference)
        return self._fault(f"an S7 request {message[:22].hex(' ')}")

    def _next(self, reference: bytes) -> bytes:
        """As much of the list as fits into one message."""
        size = self._plc.pdu - _OVERHEAD
        part, self._rest = self._rest[:size], self._rest[size:]
        parameters = bytes.fromhex("000112081284010100") + bytes((bool(self._rest), 0, 0))
        data = b"\xff\x09" + len(part).to_bytes(2, "big") + part
        return b"\x32\x07\0\0" + reference + struct.pack(">HH", len(parameters), len(data)) + parameters + data
