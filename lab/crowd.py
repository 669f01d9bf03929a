"""A large city behind one interface and a few sockets, where every device still has a MAC address and ports of its own.

An interface for each device costs the kernel 100 kB and copies every broadcast to all of them, which ends at about a thousand; a socket for each port costs
an open file, of which an ordinary user may have 20,000 or fewer. Here all addresses of the city's network are local (a route of type local: ip-route(8)), one
socket takes in what comes to a port of any of them, nftables refuses what comes to a closed one (nft(8): `reject`) and exchanges the MAC addresses on the way
(a map, at the hooks `ingress` and, since Linux 5.16, `egress` of the netdev family), and this process answers ARP for each device with its own.
"""

import os
import select
import socket
import struct
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import islice
from threading import Thread
from typing import Any, TypeVar

from lab.city import CityError
from lab.doors import AT_ONCE, LONGEST_DATAGRAM, Came, Door, Doors, Heard, OwnDoor, OwnDoors, bound
from lab.plan import Placed

_TOLD_AT_ONCE = 1000
"""How many elements nftables is told of at once: an ordinary user's netlink buffer holds no more than some 200 kB."""
_FRAMES_AT_ONCE = 256
_QUEUE = 1 << 20
"""Bytes of requests that wait for an answer; the kernel bounds it by net.core.rmem_max."""
_BACKLOG = 4096
"""All devices share it; the kernel bounds it by net.core.somaxconn."""
_IP_PKTINFO = 8  # linux/in.h; this Python has no name for it
_PACKET_INFO = struct.Struct("=I4s4s")  # ip(7), struct in_pktinfo
_ETHERTYPE_ARP = 0x0806
_ARP = struct.Struct("!6s6sHHHBBH6s4s6s4s")  # RFC 826, after the header of Ethernet
_REQUEST, _REPLY = 1, 2
_ETHERNET, _IPV4 = 1, 0x0800
_BROADCAST = b"\xff" * 6
_Element = TypeVar("_Element")


class Crowd(Doors):
    """The devices behind one interface: their MAC addresses, and which of their ports are open."""

    def __init__(self, nft: str, placed: Sequence[Placed], interface: str) -> None:
        self._nft = nft
        self._interface = interface
        self._macs = {socket.inet_aton(one.address): bytes.fromhex(one.fake.mac.replace(":", "")) for one in placed}
        self._own = OwnDoors()
        self._streams: dict[int, _Streams] = {}
        self._datagrams: dict[int, _Datagrams] = {}
        self._changes: dict[str, list[str]] = {"add": [], "delete": []}
        self._silent: set[str] = set()
        self._off: dict[bytes, bytes] = {}
        self._tell(_tables(interface))
        for some in _parts(placed, _TOLD_AT_ONCE):
            self._change("add", "netdev city macs", (f"{one.address} : {one.fake.mac}" for one in some))
            self._change("add", "netdev city doors", (f"{one.fake.mac} . {one.address}" for one in some))

    def listen(self, address: str, port: int, came: Came) -> Door:
        """Take in the connections to a TCP port of this address."""
        if ":" in address:
            return self._own.listen(address, port, came)
        if port not in self._streams:
            self._streams[port] = _Streams(port)
        self._streams[port].leads_to[address] = came
        return self._opened(address, "tcp", port, self._streams[port].leads_to)

    def receive(self, address: str, port: int, heard: Heard) -> Door:
        """Take in the datagrams to a UDP port of this address."""
        if ":" in address:
            return self._own.receive(address, port, heard)
        if port not in self._datagrams:
            self._datagrams[port] = _Datagrams(port)
        self._datagrams[port].leads_to[address] = heard
        return self._opened(address, "udp", port, self._datagrams[port].leads_to)

    def sockets(self, ports: int) -> int:
        """One for each of all port numbers that there are, however many devices have them."""
        return min(ports, 1000)

    def settle(self) -> None:
        """Tell nftables which ports were opened and closed."""
        for verb, elements in self._changes.items():
            for some in _parts(elements, _TOLD_AT_ONCE):
                self._change(verb, "ip city open", some)
            elements.clear()

    def hush(self, address: str, *, silent: bool = True) -> None:
        """Let a device answer nobody, or everybody again."""
        if silent == (address in self._silent):
            return
        self._change("add" if silent else "delete", "ip city silent", (address,))
        (self._silent.add if silent else self._silent.discard)(address)

    def power(self, address: str, *, on: bool) -> None:
        """Turn a device off, so that not even its MAC address is heard, or on again."""
        known, other = (self._off, self._macs) if on else (self._macs, self._off)
        packed = socket.inet_aton(address)
        if packed in known:
            other[packed] = known.pop(packed)
        self.hush(address, silent=not on)

    @contextmanager
    def answering_arp(self) -> Iterator[None]:
        """Answer ARP for the devices, for as long as the block runs: in a thread, so that no conversation holds it up while a sweep asks for thousands."""
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETHERTYPE_ARP)) as wire:
            wire.setblocking(False)
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _QUEUE)
            wire.bind((self._interface, _ETHERTYPE_ARP))
            over, end = os.pipe()
            thread = Thread(target=_answer_arp, args=(wire, over, self._macs))
            thread.start()
            try:
                yield
            finally:
                os.close(end)
                thread.join()
                os.close(over)
                for streams in self._streams.values():
                    streams.close()
                for datagrams in self._datagrams.values():
                    datagrams.close()

    def _opened(self, address: str, transport: str, port: int, leads_to: dict[str, Any]) -> "_SharedDoor":
        element = f"{address} . {transport} . {port}"
        self._changes["add"].append(element)
        return _SharedDoor(self, address, partial(self._closed, element, leads_to, address))

    def _closed(self, element: str, leads_to: dict[str, Any], address: str) -> None:
        del leads_to[address]
        self._changes["delete"].append(element)

    def _change(self, verb: str, where: str, elements: Iterator[str] | Sequence[str]) -> None:
        self._tell(f"{verb} element {where} {{ {', '.join(elements)} }}")

    def _tell(self, text: str) -> None:
        done = subprocess.run([self._nft, "-f", "-"], input=text, capture_output=True, text=True, check=False)
        if done.returncode:
            first = "".join(done.stderr.strip().splitlines()[:1])
            raise CityError(f"so many devices need nftables with the hooks of Linux 5.16: {first}")


class _SharedDoor(Door):
    """A port of a device whose socket is that of others too."""

    def __init__(self, crowd: Crowd, address: str, closed: Callable[[], None]) -> None:
        self._crowd = crowd
        self._address = address
        self._closed = closed

    def close(self) -> None:
        """Lead nowhere."""
        self._closed()

    def silence(self) -> None:
        """Let the whole device answer nobody."""
        self._crowd.hush(self._address)

    def unsilence(self) -> None:
        """Let the device hear again."""
        self._crowd.hush(self._address, silent=False)


class _Streams:
    """The socket that takes in what comes to one TCP port of all devices; `leads_to` says for each address who is told."""

    def __init__(self, port: int) -> None:
        self.leads_to: dict[str, Came] = {}
        self._listener = bound(socket.SOCK_STREAM, "0.0.0.0", port)
        self._listener.listen(_BACKLOG)
        self._door = OwnDoor(self._listener, self._accept)

    def close(self) -> None:
        """Close the socket."""
        self._door.close()

    def _accept(self) -> None:
        for _ in range(AT_ONCE):
            try:
                connection, client = self._listener.accept()
            except OSError:
                return  # nobody is left, or has gone again
            came = self.leads_to.get(connection.getsockname()[0])
            if came is None:
                connection.close()  # the port was closed in the meantime
                continue
            connection.setblocking(False)
            came(connection, client)


class _Datagrams:
    """The socket that takes in what comes to one UDP port of all devices; `leads_to` says for each address who is told."""

    def __init__(self, port: int) -> None:
        self.leads_to: dict[str, Heard] = {}
        self._mailbox = bound(socket.SOCK_DGRAM, "0.0.0.0", port)
        self._mailbox.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
        self._door = OwnDoor(self._mailbox, self._hear)

    def close(self) -> None:
        """Close the socket."""
        self._door.close()

    def _hear(self) -> None:
        for _ in range(AT_ONCE):
            try:
                data, told, _, client = self._mailbox.recvmsg(LONGEST_DATAGRAM, socket.CMSG_SPACE(_PACKET_INFO.size))
            except OSError:
                return  # nothing is left
            to = next(_PACKET_INFO.unpack(what)[2] for _, kind, what in told if kind == _IP_PKTINFO)
            if heard := self.leads_to.get(socket.inet_ntoa(to)):
                heard(data, client, partial(self._answer, to, client))

    def _answer(self, own: bytes, client: Any, answer: bytes) -> None:
        source = (socket.IPPROTO_IP, _IP_PKTINFO, _PACKET_INFO.pack(0, own, own))
        with suppress(OSError):  # the client's network is gone, or its queue is full
            self._mailbox.sendmsg((answer,), (source,), 0, client)


def _tables(interface: str) -> str:
    """What nftables does: frames to a device's MAC and address are for us, what leaves with its address leaves with its MAC, and closed ports refuse."""
    return f"""
        table netdev city {{
            map macs {{ type ipv4_addr : ether_addr; }}
            set doors {{ typeof ether daddr . ip daddr; }}
            chain in {{ type filter hook ingress device {interface} priority 0; ether daddr . ip daddr @doors meta pkttype set host; }}
            chain out {{ type filter hook egress device {interface} priority 0; ether saddr set ip saddr map @macs; }}
        }}
        table ip city {{
            set open {{ type ipv4_addr . inet_proto . inet_service; }}
            set silent {{ type ipv4_addr; }}
            chain in {{
                type filter hook input priority 0;
                iif lo accept
                ip daddr @silent drop
                ip daddr . meta l4proto . th dport @open accept
                meta l4proto tcp reject with tcp reset
                meta l4proto udp reject with icmp type port-unreachable
            }}
        }}"""


def _parts(elements: Sequence[_Element], size: int) -> Iterator[Sequence[_Element]]:
    remaining = iter(elements)
    while some := tuple(islice(remaining, size)):
        yield some


def _answer_arp(wire: socket.socket, over: int, macs: Mapping[bytes, bytes]) -> None:
    """Until the pipe `over` is closed at its other end."""
    waiting = select.poll()
    waiting.register(wire, select.POLLIN)
    waiting.register(over, 0)  # its end is told unasked
    while all(descriptor != over for descriptor, _ in waiting.poll()):
        with suppress(OSError):  # nothing is left, or the cable is full
            for _ in range(_FRAMES_AT_ONCE):
                if answer := arp_answer(wire.recv(2048), macs):
                    wire.send(answer)


def arp_answer(frame: bytes, macs: Mapping[bytes, bytes]) -> bytes | None:
    """The answer to an ARP request (RFC 826) for one of the addresses, from its own MAC, where that or everybody was asked."""
    if len(frame) < _ARP.size:
        return None
    to, _, ethertype, hardware, protocol, _, _, operation, asker_mac, asker, _, wanted = _ARP.unpack_from(frame)
    own = macs.get(wanted)
    known = (ethertype, hardware, protocol, operation) == (_ETHERTYPE_ARP, _ETHERNET, _IPV4, _REQUEST)
    if own is None or not known or to not in (own, _BROADCAST):
        return None
    return _ARP.pack(asker_mac, own, _ETHERTYPE_ARP, _ETHERNET, _IPV4, 6, 4, _REPLY, own, wanted, asker_mac, asker)
