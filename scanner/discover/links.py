"""This machine's own place in the network: its addresses, its segments, its ARP table, and whether it may send raw frames."""

import fcntl
import socket
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scanner.spans import Span, address_text, of_address

_RTM_NEWADDR, _RTM_GETADDR, _NLMSG_DONE, _NLMSG_ERROR = 20, 22, 3, 2
_RTM_NEWNEIGH, _RTM_GETNEIGH = 28, 30
_REQUEST_DUMP = 0x301
_REQUEST = 0x001
_NDA_DST, _NDA_LLADDR = 1, 2
_NUD_VALID = 0x02 | 0x04 | 0x08 | 0x10 | 0x80  # reachable, stale, delay, probe, permanent
_IFA_ADDRESS, _IFA_LOCAL = 1, 2
_SIOCGIFFLAGS, _SIOCGIFHWADDR = 0x8913, 0x8927
_UP, _LOOPBACK, _NOARP = 0x1, 0x8, 0x80
_ETHERNET = 1


@dataclass(frozen=True, slots=True)
class Link:
    """One address of this machine: its interface, the network it is in, and whether that is Ethernet, where ARP (or, for IPv6, ND) is spoken."""

    interface: str
    address: str
    network: Span
    ethernet: bool

    @property
    def number(self) -> int:
        """The address as a number."""
        family = socket.AF_INET if self.network.version == 4 else socket.AF_INET6
        return int.from_bytes(socket.inet_pton(family, self.address), "big")


def links() -> tuple[Link, ...]:
    """Every address of this machine, asked of the kernel by rtnetlink(7); () where there is none to ask (not Linux)."""
    return tuple(_read(_dump(_RTM_GETADDR, _RTM_NEWADDR, bytes(8))))


def _dump(question: int, answer: int, header: bytes) -> Iterator[bytes]:
    """What the kernel has of one kind, each without its own header; nothing where there is no kernel to ask (not Linux)."""
    if not hasattr(socket, "AF_NETLINK"):
        return
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as kernel:
        kernel.send(struct.pack("=IHHII", 16 + len(header), question, _REQUEST_DUMP, 1, 0) + header)
        more = True
        while more:
            data = kernel.recv(65536)
            more = not _ends(data)
            yield from (message for kind, message in _messages(data) if kind == answer)


def _ends(data: bytes) -> bool:
    return any(kind in (_NLMSG_DONE, _NLMSG_ERROR) for kind, _ in _messages(data))


def _messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    while len(data) >= 16:
        length, kind = struct.unpack_from("=IH", data)
        yield kind, data[16:length]
        data = data[max(16, (length + 3) & ~3) :]


def _read(messages: Iterable[bytes]) -> Iterator[Link]:
    for message in messages:
        family, prefix, _, _, index = struct.unpack_from("=BBBBI", message)
        values = dict(_attributes(message[8:]))
        raw = values.get(_IFA_LOCAL) or values.get(_IFA_ADDRESS)
        if raw is None or len(raw) != {socket.AF_INET: 4, socket.AF_INET6: 16}.get(family):
            continue
        version, number, host_bits = (4 if len(raw) == 4 else 6), int.from_bytes(raw, "big"), len(raw) * 8 - prefix
        first = number >> host_bits << host_bits
        interface = socket.if_indextoname(index)
        network = Span(version, first, first + (1 << host_bits) - 1)
        yield Link(interface, address_text(version, number), network, _is_ethernet(interface))


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        yield kind, data[4:length]
        data = data[max(4, (length + 3) & ~3) :]


def _is_ethernet(interface: str) -> bool:
    request = struct.pack("16s24x", interface.encode())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        flags: int = struct.unpack_from("=H", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request), 16)[0]
        hardware: int = struct.unpack_from("=H", fcntl.ioctl(any_socket, _SIOCGIFHWADDR, request), 16)[0]
    return hardware == _ETHERNET and bool(flags & _UP) and not flags & (_LOOPBACK | _NOARP)


def may_send_raw() -> bool:
    """Whether this process may open raw sockets: root, or CAP_NET_RAW in the network's own user namespace."""
    if not hasattr(socket, "AF_PACKET"):
        return False
    try:
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0).close()
    except OSError:
        return False
    return True


class Segments:
    """The segments of this machine as they are now, and whom it sends to there."""

    def __init__(self) -> None:
        self._links = tuple(link for link in links() if link.ethernet)

    def mac_of(self, address: str) -> str | None:
        """The MAC address that the kernel sends to for an address on a segment: its own entry, which costs no packet; None where it has none."""
        bare = address.partition("%")[0]
        span = of_address(bare)
        here = (one for one in self._links if one.network.version == span.version)
        link = next((one for one in here if one.network.first <= span.first <= one.network.last), None)
        if link is None or not hasattr(socket, "AF_NETLINK"):
            return None
        try:
            return _mac_in(_entry_of(bare, socket.if_nametoindex(link.interface)))
        except OSError:  # the interface has gone, or the kernel is older than 5.0 and tells of all entries only
            return None


def _entry_of(address: str, interface: int) -> bytes:
    """The kernel's answer to the question for one entry."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    wanted = socket.inet_pton(family, address)
    body = struct.pack("=BBHiHBBHH", family, 0, 0, interface, 0, 0, 0, 4 + len(wanted), _NDA_DST) + wanted
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as kernel:
        kernel.send(struct.pack("=IHHII", 16 + len(body), _RTM_GETNEIGH, _REQUEST, 1, 0) + body)
        return kernel.recv(4096)


def _mac_in(answer: bytes) -> str | None:
    for kind, message in _messages(answer):
        mac = dict(_attributes(message[12:])).get(_NDA_LLADDR, b"") if kind == _RTM_NEWNEIGH else b""
        if len(mac) == 6 and struct.unpack_from("=H", message, 8)[0] & _NUD_VALID:
            return mac.hex(":")
    return None


def neighbours() -> dict[str, str]:
    """The complete entries of this machine's ARP and ND tables: address to MAC, a link-local IPv6 address with its zone. Anyone may read them."""
    return _arp_table() | _nd_table()


def _arp_table() -> dict[str, str]:
    try:
        lines = Path("/proc/net/arp").read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return {}
    fields = [line.split() for line in lines]
    return {entry[0]: entry[3] for entry in fields if len(entry) >= 6 and int(entry[2], 16) & 0x2}


def _nd_table() -> dict[str, str]:
    found: dict[str, str] = {}
    for message in _dump(_RTM_GETNEIGH, _RTM_NEWNEIGH, struct.pack("=BBHiHBB", socket.AF_INET6, 0, 0, 0, 0, 0, 0)):
        family, index, state = struct.unpack_from("=B3xiH", message)
        values = dict(_attributes(message[12:]))
        address, mac = values.get(_NDA_DST, b""), values.get(_NDA_LLADDR, b"")
        if family == socket.AF_INET6 and len(address) == 16 and len(mac) == 6 and state & _NUD_VALID:
            text = address_text(6, int.from_bytes(address, "big"))
            zone = f"%{socket.if_indextoname(index)}" if address[0] == 0xFE and address[1] & 0xC0 == 0x80 else ""
            found[text + zone] = mac.hex(":")
    return found
