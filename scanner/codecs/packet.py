"""A frame as it was heard, taken apart up to the payload: Ethernet, VLAN tags, IPv4, IPv6, UDP, TCP. The one place where they are decoded; no I/O.

IEEE 802.3 and 802.1Q, RFC 791 (IPv4), 8200 (IPv6), 768 (UDP), 9293 (TCP). What is broken, cut short before its payload or of no interest is None: a listener
hears much that is not meant for it. A payload may be cut by the capture; its reader finds out.
"""

import ipaddress
from dataclasses import dataclass

ETHERNET = 1
LINKS = {0: "BSD loopback", 1: "Ethernet", 12: "raw IP", 14: "raw IP", 101: "raw IP", 108: "OpenBSD loopback", 113: "Linux cooked", 228: "raw IPv4",
         229: "raw IPv6", 276: "Linux cooked 2"}  # fmt: skip
"""The link types that are decoded, by their number in https://www.tcpdump.org/linktypes.html."""

_ARP, _IPV4, _IPV6, _LLDP, _PROFINET = 0x0806, 0x0800, 0x86DD, 0x88CC, 0x8892
_NAMED = {_ARP: "arp", _LLDP: "lldp", _PROFINET: "profinet"}
_TAGS = (0x8100, 0x88A8, 0x9100)  # 802.1Q, 802.1ad, and the QinQ of before
_CDP = bytes.fromhex("aaaa0300000c2000")  # LLC to SNAP, Cisco's OUI, CDP
_EXTENSIONS = (0, 43, 60, 135)  # hop by hop, routing, destination, mobility: RFC 8200, section 4
_FRAGMENT = 44
_NOBODY = bytes(6)
_TOLD_FIRST = frozenset(bytes((octet,)) for octet in b"\x16ABCDEFGHIJKLMNOPQRSTUVWXYZ")
"""How a segment begins that opens a conversation in the clear: a TLS handshake, or the name of an HTTP method or version."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame. `kind` is "arp", "lldp", "cdp", "profinet", "udp", "tcp" or "icmp6"; addresses are raw, b"" where there are none.

    `when` is the Unix time at which it was heard, `hops` the TTL or hop limit, `vlan` 0 where the frame had no tag.
    """

    kind: str
    payload: bytes
    source_mac: bytes = b""
    target_mac: bytes = b""
    source: bytes = b""
    target: bytes = b""
    source_port: int = 0
    target_port: int = 0
    hops: int = 0
    vlan: int = 0
    when: float = 0.0

    @property
    def mac(self) -> str:
        """The MAC address of whoever sent the frame on this link, "" where none is told: for what was routed, the router's."""
        return mac_text(self.source_mac)

    @property
    def address(self) -> str:
        """The IP address it comes from."""
        return address_text(self.source)

    @property
    def is_from_this_link(self) -> bool:
        """Whether no router can have passed it on, so that the MAC address is the sender's own: link-local in address or in reach."""
        to, source = self.target, self.source
        group = to == b"\xff\xff\xff\xff" or to[:3] == b"\xe0\0\0" or (len(to) == 16 and to[:2] == b"\xff\x02")
        return group or (len(source) == 16 and source[0] == 0xFE and source[1] & 0xC0 == 0x80)


def mac_text(raw: bytes) -> str:
    """The MAC address of one device, "" where the bytes are none: a group's, or all zero."""
    return raw.hex(":") if len(raw) == 6 and not raw[0] & 1 and raw != _NOBODY else ""


def address_text(raw: bytes) -> str:
    """The IP address of one host, "" where the bytes are none: unspecified, multicast or broadcast."""
    if len(raw) not in (4, 16):
        return ""
    address = ipaddress.ip_address(raw)
    mapped = getattr(address, "ipv4_mapped", None) or address
    if mapped.is_unspecified or mapped.is_multicast or raw == b"\xff\xff\xff\xff":
        return ""
    return str(mapped)


def decode(raw: bytes, link: int = ETHERNET, when: float = 0.0) -> Frame | None:
    """The frame, None where nothing of ours is in it. Never raises."""
    source_mac = target_mac = b""
    match link:
        case 1:
            target_mac, source_mac, kind, at = raw[:6], raw[6:12], _number(raw, 12), 14
        case 113:  # SLL: packet type, hardware type, address length, address (8 bytes), protocol
            source_mac, kind, at = raw[6:12] if raw[4:6] == b"\0\6" else b"", _number(raw, 14), 16
        case (
            276
        ):  # SLL2: protocol, reserved, interface index, hardware type, packet type, address length, address (8 bytes)
            source_mac, kind, at = raw[12:18] if raw[11:12] == b"\6" else b"", _number(raw, 0), 20
        case 0 | 108:  # the address family in four bytes of either order; the IP version says as much
            kind, at = _by_version(raw[4:5]), 4
        case _:
            kind, at = _by_version(raw[:1]), 0
    vlan = 0
    for _ in range(2):
        if kind not in _TAGS:
            break
        vlan, kind, at = _number(raw, at) & 0x0FFF, _number(raw, at + 2), at + 4
    if kind == _IPV4:
        return _ipv4(raw, at, source_mac, target_mac, vlan, when)
    if kind == _IPV6:
        return _ipv6(raw, at, source_mac, target_mac, vlan, when)
    if kind in _NAMED:
        return Frame(_NAMED[kind], raw[at:], source_mac, target_mac, vlan=vlan, when=when)
    if kind < 0x0600 and raw[at : at + 8] == _CDP:
        return Frame("cdp", raw[at + 8 : at + kind], source_mac, target_mac, vlan=vlan, when=when)
    return None


def _number(raw: bytes, at: int) -> int:
    return int.from_bytes(raw[at : at + 2], "big")


def _by_version(first: bytes) -> int:
    return {4: _IPV4, 6: _IPV6}.get(first[0] >> 4, 0) if first else 0


def _ipv4(raw: bytes, at: int, source_mac: bytes, target_mac: bytes, vlan: int, when: float) -> Frame | None:
    if len(raw) < at + 20 or raw[at] >> 4 != 4:
        return None
    header, total = (raw[at] & 0x0F) * 4, _number(raw, at + 2)
    if header < 20 or total < header or _number(raw, at + 6) & 0x1FFF:  # a later fragment has no header of its own
        return None
    body = raw[at + header : at + total]
    source, target = raw[at + 12 : at + 16], raw[at + 16 : at + 20]
    return _above(raw[at + 9], body, (source_mac, target_mac, source, target), raw[at + 8], vlan, when)


def _ipv6(raw: bytes, at: int, source_mac: bytes, target_mac: bytes, vlan: int, when: float) -> Frame | None:
    if len(raw) < at + 40 or raw[at] >> 4 != 6:
        return None
    body = raw[at + 40 : at + 40 + _number(raw, at + 4)]
    following = raw[at + 6]
    for _ in range(8):
        if following == _FRAGMENT and len(body) >= 8 and not _number(body, 2) & 0xFFF8:
            following, body = body[0], body[8:]
        elif following in _EXTENSIONS and len(body) >= 8:
            following, body = body[0], body[(body[1] + 1) * 8 :]
        else:
            break
    source, target = raw[at + 8 : at + 24], raw[at + 24 : at + 40]
    return _above(following, body, (source_mac, target_mac, source, target), raw[at + 7], vlan, when)


def _above(
    protocol: int, body: bytes, ends: tuple[bytes, bytes, bytes, bytes], hops: int, vlan: int, when: float
) -> Frame | None:
    if protocol == 17 and len(body) >= 8:
        source_port, target_port, size = _number(body, 0), _number(body, 2), _number(body, 4)
        return Frame("udp", body[8 : max(8, size)], *ends, source_port, target_port, hops, vlan, when)
    if protocol == 6 and len(body) >= 20:
        data = (body[12] >> 4) * 4
        if data < 20 or body[data : data + 1] not in _TOLD_FIRST:  # most of what TCP sends says nothing
            return None
        return Frame("tcp", body[data:], *ends, _number(body, 0), _number(body, 2), hops, vlan, when)
    if protocol == 58 and len(ends[2]) == 16:
        return Frame("icmp6", body, *ends, hops=hops, vlan=vlan, when=when)
    return None
