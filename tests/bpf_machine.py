"""Classic BPF, as far as our filters use it, run by hand: bpf(4), "FILTER MACHINE"."""

import struct

_WIDTHS = {0x00: 4, 0x08: 2, 0x10: 1}
_PACKET_TYPE = 0xFFFFF004


def run(program: bytes, frame: bytes, packet_type: int = 0) -> int:  # noqa: PLR0912 - one branch for each instruction
    """What the program returns for the frame: the bytes to take, 0 to drop it."""
    a = x = 0
    at = 0
    while True:
        code, then, otherwise, k = struct.unpack_from("=HBBI", program, at * 8)
        at += 1
        if code & 7 == 0:  # ld
            place = k + (x if code & 0xE0 == 0x40 else 0)
            width = _WIDTHS[code & 0x18]
            if k == _PACKET_TYPE:
                a = packet_type
            elif place + width > len(frame):
                return 0
            else:
                a = int.from_bytes(frame[place : place + width], "big")
        elif code == 0x01:
            x = k
        elif code == 0xB1:
            x = (frame[k] & 0x0F) * 4
        elif code == 0x07:
            x = a
        elif code == 0x54:
            a &= k
        elif code == 0x74:
            a >>= k
        elif code == 0x0C:
            a += x
        elif code == 0x06:
            return int(k)
        else:
            tests = {0x15: a == k, 0x25: a > k, 0x35: a >= k, 0x45: bool(a & k)}
            at += then if tests[code] else otherwise
