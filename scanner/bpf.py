"""The capture filter of a listener in classic BPF (bpf(4), the kernel's filter.rst): the kernel passes on only frames that a reader reads. No I/O.

The kernel has taken a VLAN tag off before a packet socket sees the frame, so the type of the network layer stands where it does without one.
"""

import struct
from collections.abc import Iterable

_LD_W, _LD_H, _LD_B = 0x20, 0x28, 0x30
_AT_X_W, _AT_X_H, _AT_X_B = 0x40, 0x48, 0x50
_X_IS, _X_IS_HEADER, _X_IS_A = 0x01, 0xB1, 0x07
_AND, _SHIFT_RIGHT, _ADD_X = 0x54, 0x74, 0x0C
_EQUAL, _GREATER, _AT_LEAST, _HAS_BITS, _RETURN = 0x15, 0x25, 0x35, 0x45, 0x06
_PACKET_TYPE, _OUTGOING = 0xFFFFF004, 4  # SKF_AD_OFF + SKF_AD_PKTTYPE; what this machine itself sends
_SNAP, _CDP = 0xAAAA0300, 0x000C2000
_BEGINNINGS = (b"HTTP", b"GET ", b"POST", b"HEAD", b"PUT ", b"OPTI", b"SUBS", b"NOTI")
_HANDSHAKE = 0x1603

_Line = tuple[int, int, str, str]


class _Program:
    """Instructions whose jumps name labels; "" is the next one."""

    def __init__(self) -> None:
        self._lines: list[_Line] = []
        self._labels: dict[str, int] = {}

    def label(self, name: str) -> None:
        self._labels[name] = len(self._lines)

    def do(self, code: int, value: int = 0, then: str = "", otherwise: str = "") -> None:
        self._lines.append((code, value, then, otherwise))

    def assembled(self) -> tuple[bytes, int]:
        """The instructions as the kernel takes them, and how many they are."""
        packed = []
        for at, (code, value, *targets) in enumerate(self._lines):
            jumps = [self._labels[name] - at - 1 if name else 0 for name in targets]
            packed.append(struct.pack("HBBI", code, *jumps, value))
        return b"".join(packed), len(packed)


def listening(udp_ports: Iterable[int]) -> tuple[bytes, int]:
    """Takes what others send: ARP, LLDP, CDP, PROFINET DCP, neighbour discovery, UDP from or to those ports, and TCP that begins HTTP or TLS."""
    program = _Program()
    program.do(_LD_W, _PACKET_TYPE)
    program.do(_EQUAL, _OUTGOING, "drop")
    program.do(_LD_H, 12)
    for kind in (0x0806, 0x88CC, 0x8892):
        program.do(_EQUAL, kind, "take")
    program.do(_EQUAL, 0x0800, "ipv4")
    program.do(_EQUAL, 0x86DD, "ipv6")
    program.do(_GREATER, 0x05FF, "drop")
    program.do(_LD_W, 14)
    program.do(_EQUAL, _SNAP, "", "drop")
    program.do(_LD_W, 18)
    program.do(_EQUAL, _CDP, "take", "drop")
    _network_layers(program)
    _transports(program, udp_ports)
    program.label("take")
    program.do(_RETURN, 0x40000)
    program.label("drop")
    program.do(_RETURN, 0)
    return program.assembled()


def _network_layers(program: _Program) -> None:
    """X becomes the length of the network layer's header; the transport begins at 14 + X."""
    program.label("ipv4")
    program.do(_LD_H, 20)
    program.do(_HAS_BITS, 0x1FFF, "drop")  # a later fragment has no header of its own
    program.do(_X_IS_HEADER, 14)
    program.do(_LD_B, 23)
    program.do(_EQUAL, 17, "udp")
    program.do(_EQUAL, 6, "tcp", "drop")
    program.label("ipv6")
    program.do(_X_IS, 40)
    program.do(_LD_B, 20)
    program.do(_EQUAL, 17, "udp")
    program.do(_EQUAL, 6, "tcp")
    program.do(_EQUAL, 58, "", "drop")
    program.do(_LD_B, 54)
    program.do(_AT_LEAST, 133, "", "drop")
    program.do(_GREATER, 136, "drop", "take")


def _transports(program: _Program, udp_ports: Iterable[int]) -> None:
    program.label("udp")
    ports = sorted(set(udp_ports))
    for at in (14, 16):
        program.do(_AT_X_H, at)
        for port in ports:
            program.do(_EQUAL, port, "take")
    program.do(_RETURN, 0)
    program.label("tcp")
    program.do(_AT_X_B, 26)  # the data offset, in four-byte words, in the upper half
    program.do(_AND, 0xF0)
    program.do(_SHIFT_RIGHT, 2)
    program.do(_ADD_X)
    program.do(_X_IS_A)
    program.do(_AT_X_H, 14)  # where the segment has no data, this ends the program: not taken
    program.do(_EQUAL, _HANDSHAKE, "take")
    program.do(_AT_X_W, 14)
    for beginning in _BEGINNINGS:
        program.do(_EQUAL, int.from_bytes(beginning, "big"), "take")
    program.do(_RETURN, 0)
