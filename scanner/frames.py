"""The frames of a raw sweep: templates in which a few bytes are patched, and the answers, read. No I/O.

Offsets count from the Ethernet header: ARP (RFC 826) and IPv4 (RFC 791) begin at 14, TCP (RFC 9293) at 34 where IPv4 has no options, as in what we send.
"""

import hashlib
import struct
from typing import TypeAlias

Program: TypeAlias = tuple[tuple[int, int, int, int], ...]
"""Classic BPF: the code, the jumps if true and false, and the operand of each line."""

NEIGHBOUR_FILTER: Program = (
    (0x28, 0, 0, 12),  # ldh [12], the EtherType
    (0x15, 0, 6, 0x86DD),  # jeq IPv6, else drop
    (0x30, 0, 0, 20),  # ldb [20], the next header
    (0x15, 0, 4, 58),  # jeq ICMPv6, else drop
    (0x30, 0, 0, 54),  # ldb [54], the type
    (0x15, 1, 0, 129),  # jeq echo reply: accept
    (0x35, 0, 1, 135),  # jge neighbour solicitation (advertisements and redirects are above it), else drop
    (0x06, 0, 0, 2048),  # accept
    (0x06, 0, 0, 0),  # drop
)
"""ICMPv6 echo replies, neighbour solicitations and advertisements."""


def checksum(data: bytes | bytearray) -> int:
    """The Internet checksum of RFC 1071 over an even number of bytes."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


class Frames:
    """Asks from one interface and reads what comes back.

    `arp` is an ARP request and `syn` a SYN with 24 bytes of TCP header, both with our MAC, address and source port in them. `key` makes the sequence numbers.
    """

    def __init__(self, arp: bytes, syn: bytes, key: bytes) -> None:
        if len(arp) < 42 or len(syn) != 58:
            raise ValueError("templates of another layout")
        self._arp = arp
        self._syn = bytearray(syn)
        self._source = syn[26:30]
        self._source_port = int.from_bytes(syn[34:36], "big")
        self._key = key

    def arp(self, number: int) -> bytes:
        """Who has that IPv4 address?"""
        return self._arp[:38] + struct.pack("!I", number) + self._arp[42:]

    def syn(self, mac: bytes, number: int, port: int) -> bytes:
        """A SYN to that port; its sequence number is the cookie."""
        frame, target = self._syn, struct.pack("!I", number)
        frame[0:6] = mac
        frame[24:26] = b"\0\0"
        frame[30:34] = target
        struct.pack_into("!H", frame, 24, checksum(frame[14:34]))
        struct.pack_into("!HI", frame, 36, port, self.cookie(number, port))
        frame[50:52] = b"\0\0"
        struct.pack_into("!H", frame, 50, checksum(self._source + target + b"\0\x06\0\x18" + frame[34:58]))
        return bytes(frame)

    def cookie(self, number: int, port: int) -> int:
        """The sequence number that goes to that port of that address, and that its answer must acknowledge."""
        where = struct.pack("!IH", number, port)
        return int.from_bytes(hashlib.blake2s(where, digest_size=4, key=self._key).digest(), "big")

    def read_arp(self, frame: bytes) -> tuple[int, bytes] | None:
        """The address and MAC of an ARP reply; None for anything else."""
        if len(frame) < 42 or frame[12:22] != b"\x08\x06\0\x01\x08\0\x06\x04\0\x02":
            return None
        return int.from_bytes(frame[28:32], "big"), frame[22:28]

    def read_tcp(self, frame: bytes) -> tuple[int, int, bool] | None:
        """The address, port and whether it is open, of the answer to one of our SYNs; None for anything else."""
        if len(frame) < 54 or frame[12:14] != b"\x08\0" or frame[14] >> 4 != 4 or frame[23] != 6:
            return None
        start = 14 + (frame[14] & 0x0F) * 4
        if start < 34 or len(frame) < start + 20:
            return None
        number = int.from_bytes(frame[26:30], "big")
        port, target, _, acknowledged, _, flags = struct.unpack_from("!HHIIBB", frame, start)
        if target != self._source_port or acknowledged != (self.cookie(number, port) + 1) & 0xFFFFFFFF:
            return None
        if flags & 0x04:
            return number, port, False
        return (number, port, True) if flags & 0x12 == 0x12 else None


def sweep_filter(source_port: int) -> Program:
    """ARP replies and TCP to our source port, and nothing else."""
    return (
        (0x28, 0, 0, 12),  # ldh [12], the EtherType
        (0x15, 0, 2, 0x0806),  # jeq ARP
        (0x28, 0, 0, 20),  # ldh [20], the operation
        (0x15, 8, 9, 2),  # jeq reply: accept, else drop
        (0x15, 0, 8, 0x0800),  # jeq IPv4, else drop
        (0x30, 0, 0, 23),  # ldb [23], the protocol
        (0x15, 0, 6, 6),  # jeq TCP, else drop
        (0x28, 0, 0, 20),  # ldh [20], the fragment offset
        (0x45, 4, 0, 0x1FFF),  # jset: a later fragment has no TCP header, drop
        (0xB1, 0, 0, 14),  # ldxb 4*([14]&0xf)
        (0x48, 0, 0, 16),  # ldh [x+16], the destination port
        (0x15, 0, 1, source_port),  # jeq ours, else drop
        (0x06, 0, 0, 2048),  # accept
        (0x06, 0, 0, 0),  # drop
    )


def read_neighbour(frame: bytes) -> tuple[int, bytes] | None:
    """Who sent an ICMPv6 echo reply, neighbour solicitation or advertisement: the IPv6 address and the MAC; None for anything else.

    Solicitations and advertisements count with a hop limit of 255 only, which no router lets pass (RFC 4861, section 7.1).
    """
    if len(frame) < 62 or frame[12:14] != b"\x86\xdd" or frame[14] >> 4 != 6 or frame[20] != 58:
        return None
    kind, source = frame[54], frame[22:38]
    if kind not in (129, 135, 136) or (kind != 129 and frame[21] != 255):
        return None
    nobody = not any(source) or source[0] == 0xFF
    return None if nobody else (int.from_bytes(source, "big"), frame[6:12])
