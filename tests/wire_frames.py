"""Frames and captures built byte by byte for tests of listening; the layouts are those of the standards named at each function."""

import struct
from ipaddress import ip_address

CAMERA = bytes.fromhex("accc8e012345")
PLC = bytes.fromhex("0080f4000007")
EVERYBODY = b"\xff" * 6
CAMERA_IP, ROUTER_IP, WEB_IP = "10.20.0.7", "10.20.0.1", "93.184.216.34"


def raw(address: str) -> bytes:
    return ip_address(address).packed


def ethernet(kind: int, payload: bytes, source: bytes = CAMERA, target: bytes = EVERYBODY) -> bytes:
    """IEEE 802.3, clause 3."""
    return target + source + struct.pack("!H", kind) + payload


def ipv4(protocol: int, payload: bytes, source: str = CAMERA_IP, target: str = "255.255.255.255") -> bytes:
    """RFC 791, section 3.1; a bridge drops what has no right checksum."""
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0) + raw(source) + raw(target)
    total = sum(struct.unpack("!10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    return head[:10] + struct.pack("!H", ~(total + (total >> 16)) & 0xFFFF) + head[12:] + payload


def ipv6(following: int, payload: bytes, source: str, target: str, hops: int = 255) -> bytes:
    """RFC 8200, section 3."""
    return struct.pack("!IHBB", 6 << 28, len(payload), following, hops) + raw(source) + raw(target) + payload


def udp(source: int, target: int, payload: bytes) -> bytes:
    """RFC 768."""
    return struct.pack("!HHHH", source, target, 8 + len(payload), 0) + payload


def tcp(source: int, target: int, payload: bytes) -> bytes:
    """RFC 9293, section 3.1."""
    return struct.pack("!HHIIBBHHH", source, target, 1, 1, 0x50, 0x18, 1024, 0, 0) + payload


def datagram(
    port: int, payload: bytes, *, source: str = CAMERA_IP, target: str = "255.255.255.255", mac: bytes = CAMERA
) -> bytes:
    """A whole frame with a UDP datagram from and to that port."""
    return ethernet(0x0800, ipv4(17, udp(port, port, payload), source, target), mac)


def segment(
    payload: bytes, *, source: str = CAMERA_IP, target: str = WEB_IP, ports: tuple[int, int] = (40000, 80)
) -> bytes:
    """A whole frame with a TCP segment."""
    return ethernet(0x0800, ipv4(6, tcp(*ports, payload), source, target), target=PLC)


def arp(mac: bytes = CAMERA, address: str = CAMERA_IP, target: str = ROUTER_IP, operation: int = 1) -> bytes:
    """RFC 826."""
    body = b"\0\1\x08\0\6\4" + struct.pack("!H", operation) + mac + raw(address) + bytes(6) + raw(target)
    return ethernet(0x0806, body, mac)


def dhcp(kind: int, options: bytes = b"", mac: bytes = CAMERA, *, reply: bool = False, yours: str = "0.0.0.0") -> bytes:
    """RFC 2131, section 2, with option 53 first."""
    body = bytes((2 if reply else 1, 1, 6, 0)) + b"\1\2\3\4" + bytes(4) + bytes(4) + raw(yours) + bytes(8)
    body += mac + bytes(10) + bytes(192) + bytes.fromhex("63825363") + bytes((53, 1, kind)) + options + b"\xff"
    return datagram(67, body, source=ROUTER_IP if reply else "169.254.9.9", mac=PLC if reply else mac)


def option(code: int, value: bytes) -> bytes:
    return bytes((code, len(value))) + value


def tlv(kind: int, value: bytes) -> bytes:
    """IEEE 802.1AB, section 8.4.1."""
    return struct.pack("!H", kind << 9 | len(value)) + value


def lldp(*tlvs: bytes, mac: bytes = PLC) -> bytes:
    return ethernet(0x88CC, b"".join(tlvs) + tlv(0, b""), mac, bytes.fromhex("0180c200000e"))


def pcap(*frames: bytes, order: str = "<", nanoseconds: bool = False, link: int = 1, when: int = 1763000000) -> bytes:
    """https://www.tcpdump.org/manpages/pcap-savefile.5.txt"""
    magic = 0xA1B23C4D if nanoseconds else 0xA1B2C3D4
    head = struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 65535, link)
    return head + b"".join(struct.pack(f"{order}IIII", when, 500, len(f), len(f)) + f for f in frames)


def block(order: str, kind: int, body: bytes) -> bytes:
    """draft-ietf-opsawg-pcapng, section 3.1."""
    body += bytes(-len(body) % 4)
    size = struct.pack(f"{order}I", 12 + len(body))
    return struct.pack(f"{order}I", kind) + size + body + size


def pcapng(*frames: bytes, order: str = "<", link: int = 1, when: int = 1763000000) -> bytes:
    """A section, an interface with nanoseconds, a block of an unknown kind, and enhanced packets (sections 4.1, 4.2, 4.3)."""
    section = block(order, 0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1))
    interface = block(
        order, 1, struct.pack(f"{order}HHI", link, 0, 65535) + struct.pack(f"{order}HHB3xHH", 9, 1, 9, 0, 0)
    )
    ticks = when * 10**9
    packets = (
        block(order, 6, struct.pack(f"{order}IIIII", 0, ticks >> 32, ticks & 0xFFFFFFFF, len(f), len(f)) + f)
        for f in frames
    )
    return section + interface + block(order, 0x0BAD, b"unknown") + b"".join(packets)
