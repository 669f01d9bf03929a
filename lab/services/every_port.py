"""A host that takes a connection at each of its 65,535 TCP ports: a TCP that holds as little as it can (RFC 9293), after LaBrea and after SYN proxies.

It acknowledges whatever comes, greets, and closes when the client does. It keeps no more of a connection than that it is open.
"""

import hashlib
import struct
from dataclasses import dataclass, field

from lab.fake import Log, Stack

_IP, _TCP = b"\x08\x00", 6
_FIN, _SYN, _RST, _PSH, _ACK = 0x01, 0x02, 0x04, 0x08, 0x10
_WINDOW = 64240


@dataclass(frozen=True, slots=True)
class _Segment:
    """What came: from which port to which, and the fields that are answered."""

    client: bytes
    ports: tuple[int, int]
    sequence: int
    acknowledged: int
    flags: int
    size: int

    @property
    def first(self) -> int:
        """The number with which this side begins the connection: the same whenever it is asked, so that nothing must be kept."""
        said = self.client + struct.pack("!HH", *self.ports)
        return int.from_bytes(hashlib.blake2s(said, digest_size=4).digest(), "big")


@dataclass(frozen=True)
class EveryPort(Stack):
    """The host; `greeting` is said at every port to who has connected."""

    greeting: bytes = b""
    open_now: set[tuple[bytes, tuple[int, int]]] = field(default_factory=set, compare=False)

    def answers(self, frame: bytes, mac: bytes, address: bytes, log: Log) -> tuple[bytes, ...]:
        """The segments that answer a segment; nothing answers all else."""
        came = _segment(frame, mac, address)
        if came is None:
            return ()
        made = self._answer(came, log)
        return tuple(_frame(frame[6:12], mac, address, came, *one) for one in made)

    def _answer(self, came: _Segment, log: Log) -> tuple[tuple[int, int, int, bytes], ...]:
        """Of each segment to send: sequence number, acknowledgement, flags and data."""
        here, name = came.first, (came.client, came.ports)
        if came.flags & _RST:
            self._close(name, log)
            return ()
        if came.flags & _SYN:
            return ((here, came.sequence + 1, _SYN | _ACK, b""),)
        heard = came.sequence + came.size
        if came.flags & _FIN:
            self._close(name, log)
            return ((came.acknowledged, heard + 1, _FIN | _ACK, b""),)
        if name not in self.open_now and came.acknowledged == (here + 1) % 2**32:
            self.open_now.add(name)
            log.connections += 1
            log.open_now = len(self.open_now)
            log.most_open = max(log.most_open, log.open_now)
            if self.greeting:
                return ((here + 1, heard, _PSH | _ACK, self.greeting),)
        return ((came.acknowledged, heard, _ACK, b""),) if came.size else ()

    def _close(self, name: tuple[bytes, tuple[int, int]], log: Log) -> None:
        self.open_now.discard(name)
        log.open_now = len(self.open_now)


def _segment(frame: bytes, mac: bytes, address: bytes) -> _Segment | None:
    """The TCP segment to this address in a frame to this MAC address; None where there is none."""
    if frame[:6] != mac or frame[12:14] != _IP or len(frame) < 54 or frame[23] != _TCP or frame[30:34] != address:
        return None
    length, header = int.from_bytes(frame[16:18], "big"), (frame[14] & 15) * 4
    tcp = frame[14 + header : 14 + length]
    if len(tcp) < 20:
        return None
    source, target, sequence, acknowledged, offset, flags = struct.unpack_from("!HHIIBB", tcp)
    return _Segment(frame[26:30], (source, target), sequence, acknowledged, flags, len(tcp) - (offset >> 4) * 4)


def _frame(
    to: bytes, mac: bytes, address: bytes, came: _Segment, sequence: int, acknowledged: int, flags: int, data: bytes
) -> bytes:
    source, target = came.ports
    numbers = (target, source, sequence % 2**32, acknowledged % 2**32, 5 << 4, flags, _WINDOW, 0, 0)
    tcp = struct.pack("!HHIIBBHHH", *numbers)
    pseudo = address + came.client + struct.pack("!BBH", 0, _TCP, len(tcp) + len(data))
    tcp = tcp[:16] + _checksum(pseudo + tcp + data) + tcp[18:]
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp) + len(data), 0, 0x4000, 64, _TCP, 0, address, came.client)
    return to + mac + _IP + ip[:10] + _checksum(ip) + ip[12:] + tcp + data


def _checksum(data: bytes) -> bytes:
    """The Internet's checksum (RFC 1071)."""
    words: tuple[int, ...] = struct.unpack(f"!{(len(data) + 1) // 2}H", data + bytes(len(data) % 2))
    total = sum(words)
    total = (total & 0xFFFF) + (total >> 16)
    return (~(total + (total >> 16)) & 0xFFFF).to_bytes(2, "big")
