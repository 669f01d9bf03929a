# SPDX-License-Identifier: GPL-2.0-only
"""The layer-2 bridge: ARP, SYN and ICMP echo sweeps, one echo to all IPv6 nodes of a segment, and listening, which sends nothing. From one raw socket.

A program of its own, because raw sockets need CAP_NET_RAW and scapy is GPL-2.0-only: `python -P -m scanner.bridges.l2`. Commands are JSON lines on stdin,
events JSON lines on stdout, and it ends when stdin closes.

    {"command": "scope", "allow": ["10.0.0.0/24"], "deny": ["10.0.0.1"], "never_touch": [9100]}      first, and once
    {"command": "sweep", "interface": "eth0", "address": "10.0.0.9", "ranges": ["10.0.0.1-10.0.0.254"], "ports": [22, 80],
     "packets_per_second": 500, "device_packets_per_second": 40, "look_macs": ["44:19:b6:00:00:08"], "look_addresses": ["10.0.0.66"]}
    {"command": "ping", "ranges": ["10.1.0.1-10.1.0.254"], "packets_per_second": 500}
    {"command": "listen", "interface": "eth0", "seconds": 60, "promiscuous": false, "udp_ports": [67, 5353]}
    {"command": "stop"}      ends listening, which 0 seconds do not, with all that has come until then

    {"command": "neighbours", "interface": "eth0", "address": "fd00::9", "ranges": ["fd00::/64"], "seconds": 3}

    {"event": "host", "host": "10.0.0.7", "mac": "44:19:b6:00:00:07"}    {"event": "ports", "host": "10.0.0.7", "ports": [80], "refusing": 22}
    {"event": "progress", "done": 17, "packets": 90}    {"event": "done", "done": 254, "packets": 800}    {"event": "refused", "text": "…"}
    {"event": "error", "text": "…"}    {"event": "frame", "time": 1700000000.5, "data": "base64"}    {"event": "heard", "frames": 90, "dropped": 0}
    {"event": "sighted", "host": "fe80::7", "mac": "44:19:b6:00:00:07"}

scapy lays the frames out once; from then on bytes of these templates are patched, which is a hundred times as fast. Memory grows with the hosts that are being
asked and with one bit an address, not with addresses. The sequence number of each SYN is a keyed hash of where it goes, so that only an answer to it counts.
A host that may only be looked at is asked for no port.
The kernel answers a SYN-ACK with RST by itself, for it knows no such connection: no half-open connection stays on the device.
"""

import base64
import ctypes
import errno
import heapq
import math
import os
import random
import select
import signal
import socket
import struct
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from scanner import spans
from scanner.bpf import listening
from scanner.bridging import Commands, Fence, Refused, emit, fence_from
from scanner.bucket import Bucket
from scanner.frames import NEIGHBOUR_FILTER, Frames, Program, checksum, read_neighbour, sweep_filter
from scanner.rounds import PROGRESS_EVERY, SETTLE, Asked, Progress, Rounds

_ETH_P_ALL = 3
_SO_ATTACH_FILTER = 26
# packet(7), and their numbers from linux/if_packet.h and linux/if_arp.h
_SOL_PACKET, _ADD_MEMBERSHIP, _STATISTICS = 263, 1, 6
_PROMISCUOUS, _ALL_GROUPS, _ETHERNET, _LOOPBACK = 1, 2, 1, 772
_LISTENERS_QUEUE = 8 << 20
_LONGEST_FRAME, _LAST_LOTS = 16_384, 64
ASKED_AT_ONCE = 64
"""Questions that go out before what has come is read. A machine that is too busy for the agreed rate would otherwise never listen, and the queue of the
socket, a few hundred frames (net.core.rmem_max), would lose the answers."""
MOST_NEIGHBOURS, MOST_OF_ONE = 4096, 16
"""Neighbours that are told of one segment, and addresses of one MAC address: a node could answer from any of 2^64."""


class Channel:
    """A raw socket, and the end of stdin."""

    def __init__(self, raw: socket.socket, commands: Commands) -> None:
        self.raw = raw
        self._commands = commands
        raw.setblocking(False)
        self._poll = select.poll()
        self._poll.register(raw, select.POLLIN)
        self._poll.register(commands.fd, select.POLLIN)

    def send(self, packet: bytes, to: tuple[str, int] | None = None) -> bool:
        """Send if the queue has room."""
        try:
            if to is None:
                self.raw.send(packet)
            else:
                self.raw.sendto(packet, to)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.ENOBUFS):
                return False
            # A single address that cannot be reached is silence; an interface that is gone ends the sweep.
            if error.errno not in (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EACCES, errno.EPERM, errno.EINVAL):
                raise
        return True

    def heard(self, wait: float) -> Iterator[bytes]:
        """Wait for at most `wait` seconds and give what has come. Ends the program when stdin has closed."""
        ready = {fd for fd, _ in self._poll.poll(max(0.0, wait) * 1000)}
        if self._commands.fd in ready:
            self._commands.pull()
        if self.raw.fileno() not in ready:
            return
        for _ in range(256):
            try:
                yield self.raw.recv(_LONGEST_FRAME)
            except BlockingIOError:
                return


class Sweep:
    """ARP for every address and SYN for the ports of those that answer, interleaved."""

    def __init__(self, command: dict[str, Any], fence: Fence, commands: Commands) -> None:
        self._fence = fence
        self._ports = fence.ports(command["ports"])
        self._look_macs = {bytes.fromhex(mac.replace(":", "")) for mac in command.get("look_macs", ())}
        self._look_numbers = {spans.of_address(address).first for address in command.get("look_addresses", ())}
        self._progress = Progress()
        self._rounds = Rounds(ipv4_ranges(fence, command), fence.permits, self._progress)
        self._bucket = Bucket(command["packets_per_second"], time.monotonic())
        self._gap = 1.0 / command["device_packets_per_second"]
        self._reserved, source_port = reserve_port(command["address"])
        raw = open_raw(command["interface"], sweep_filter(source_port))
        self._channel = Channel(raw, commands)
        self._frames = laid_out(raw.getsockname()[4], command["address"], source_port)
        self._hosts: dict[int, Asked] = {}
        self._due: list[tuple[float, int]] = []

    def run(self) -> Progress:
        """Sweep until every address and port has been asked."""
        while not (self._rounds.over and not self._hosts):
            wait = min(self._send(), PROGRESS_EVERY)
            for frame in self._channel.heard(wait):
                self._read(frame)
            if self._progress.due(time.monotonic()):
                emit("progress", done=self._progress.done, packets=self._progress.packets)
        self._channel.raw.close()
        self._reserved.close()
        return self._progress

    def _send(self) -> float:
        """Send what is due and allowed, at most `ASKED_AT_ONCE`; the seconds until there is more to do."""
        for _ in range(ASKED_AT_ONCE):
            now = time.monotonic()
            host_due = bool(self._due) and self._due[0][0] <= now
            if not host_due and (self._rounds.over or now < self._rounds.waiting_until):
                return self._idle(now)
            if not self._bucket.take(now):
                return self._bucket.wait()
            sent = self._ask_host(now) if host_due else self._ask_address(now)
            if not sent:
                return 0.001
        return 0.0

    def _idle(self, now: float) -> float:
        soonest = [self._due[0][0]] if self._due else []
        if not self._rounds.over:
            soonest.append(self._rounds.waiting_until)
        return max(0.0, min(soonest) - now) if soonest else 0.0

    def _ask_address(self, now: float) -> bool:
        number = self._rounds.next(now)
        return number is None or self._out(self._frames.arp(number))

    def _ask_host(self, now: float) -> bool:
        _, number = heapq.heappop(self._due)
        host = self._hosts.get(number)
        if host is None:
            return True
        port = host.next_port()
        if port is None:
            self._end_host_round(host, now)
            return True
        sent = not self._fence.permits(number) or self._out(self._frames.syn(host.mac, number, port))
        if not sent:
            host.queue.append(port)
        # After the last port of a round its answer is awaited before the silent ones are asked again.
        gap, host.owed = self._gap * (1 + host.owed), 0
        heapq.heappush(self._due, (now + (gap if host.queue or not sent else max(gap, SETTLE)), number))
        return sent

    def _end_host_round(self, host: Asked, now: float) -> None:
        if host.again():
            heapq.heappush(self._due, (now, host.number))
        else:
            self._finish(host)

    def _out(self, frame: bytes) -> bool:
        sent = self._channel.send(frame)
        self._progress.packets += sent
        return sent

    def _read(self, frame: bytes) -> None:
        arp = self._frames.read_arp(frame)
        if arp is not None:
            self._found(*arp)
            return
        tcp = self._frames.read_tcp(frame)
        if tcp is None or tcp[0] not in self._hosts:
            return
        number, port, is_open = tcp
        host = self._hosts[number]
        if port not in host.silent:
            return
        host.silent.discard(port)
        if (
            is_open
        ):  # the kernel answers with a RST, which the pace counts too: of a host that opens everything there are many
            self._progress.packets += 1
            self._bucket.owe(1)
            host.owed += 1
            host.open.append(port)
        elif host.refusing is None:
            host.refusing = port
        if not host.silent:
            self._finish(host)

    def _found(self, number: int, mac: bytes) -> None:
        if not self._fence.permits(number) or not self._rounds.answered(number):
            return
        emit("host", host=spans.address_text(4, number), mac=mac.hex(":"))
        only_look = mac in self._look_macs or number in self._look_numbers
        host = Asked(number, mac, () if only_look else self._ports)
        self._hosts[number] = host
        if host.queue:
            heapq.heappush(self._due, (time.monotonic(), number))
        else:
            self._finish(host)

    def _finish(self, host: Asked) -> None:
        del self._hosts[host.number]
        emit("ports", host=spans.address_text(4, host.number), ports=sorted(host.open), refusing=host.refusing)


class Ping:
    """ICMP echo (RFC 792) to every address, through the kernel's routes."""

    def __init__(self, command: dict[str, Any], fence: Fence, commands: Commands) -> None:
        self._progress = Progress()
        self._rounds = Rounds(ipv4_ranges(fence, command), fence.permits, self._progress)
        self._bucket = Bucket(command["packets_per_second"], time.monotonic())
        self._channel = Channel(socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP), commands)
        self._mark = os.urandom(4)
        body = b"\x08\0\0\0" + self._mark + bytes(24)
        self._echo = body[:2] + struct.pack("!H", checksum(body)) + body[4:]

    def run(self) -> Progress:
        """Ask until every address has been asked."""
        while not self._rounds.over:
            for packet in self._channel.heard(min(self._send(), PROGRESS_EVERY)):
                self._read(packet)
            if self._progress.due(time.monotonic()):
                emit("progress", done=self._progress.done, packets=self._progress.packets)
        self._channel.raw.close()
        return self._progress

    def _send(self) -> float:
        for _ in range(ASKED_AT_ONCE):
            now = time.monotonic()
            if self._rounds.over or now < self._rounds.waiting_until:
                return self._rounds.waiting_until - now
            if not self._bucket.take(now):
                return self._bucket.wait()
            number = self._rounds.next(now)
            if number is not None:
                self._progress.packets += self._channel.send(self._echo, (spans.address_text(4, number), 0))
        return 0.0

    def _read(self, packet: bytes) -> None:
        icmp = packet[(packet[0] & 0x0F) * 4 :] if packet else b""
        if len(icmp) >= 8 and icmp[:2] == b"\0\0" and icmp[4:8] == self._mark:
            number = int.from_bytes(packet[12:16], "big")
            if self._rounds.answered(number):
                emit("host", host=spans.address_text(4, number), mac=None)


class Listen:
    """Passes on the frames of an interface. It never sends: the socket only reads, and asks the interface itself, not a switch, for group addresses.

    The queue is the socket's own; what the kernel could not put there, because the reader was too slow, it counts.
    """

    def __init__(self, command: dict[str, Any], _: Fence, commands: Commands) -> None:
        interface = command["interface"]
        self._commands = commands
        self._seconds = float(command["seconds"])
        raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        attach(raw, *listening(command["udp_ports"]))
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _LISTENERS_QUEUE)
        raw.bind((interface, _ETH_P_ALL))
        if raw.getsockname()[3] not in (_ETHERNET, _LOOPBACK):
            raise Refused(f"{interface} is no Ethernet")
        for kind in (_ALL_GROUPS, *([_PROMISCUOUS] if command["promiscuous"] else [])):
            wish = struct.pack("iHH8x", socket.if_nametoindex(interface), kind, 0)
            raw.setsockopt(_SOL_PACKET, _ADD_MEMBERSHIP, wish)
        self._channel = Channel(raw, commands)
        self._progress = Progress()
        self._dropped = 0

    def run(self) -> Progress:
        """Listen until the time is up or another command comes; then give what has come meanwhile."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started us, who then says stop
        end = time.monotonic() + self._seconds if self._seconds else math.inf
        self._tell()
        while not self._commands.waiting and (left := end - time.monotonic()) > 0:
            self._pass_on(min(left, PROGRESS_EVERY))
            if self._progress.due(time.monotonic()):
                self._tell()
        for _ in range(_LAST_LOTS):
            if not self._pass_on(0):
                break
        self._tell()
        self._channel.raw.close()
        if self._commands.waiting:
            self._commands.next()
        return self._progress

    def _pass_on(self, wait: float) -> int:
        before = self._progress.done
        for frame in self._channel.heard(wait):
            emit("frame", time=time.time(), data=base64.b64encode(frame).decode())
            self._progress.done += 1
        return self._progress.done - before

    def _tell(self) -> None:
        _, dropped = struct.unpack("II", self._channel.raw.getsockopt(_SOL_PACKET, _STATISTICS, 8))
        self._dropped += dropped
        emit("heard", frames=self._progress.done, dropped=self._dropped)


class Neighbours:
    """One ICMPv6 echo request (RFC 4443, section 4.1) to all nodes of a segment, ff02::1 (RFC 4291, section 2.7.1), and what comes back.

    It is asked from our own address of that network, so that nodes answer from theirs of the same (RFC 6724, section 5). Who answers from elsewhere is told as
    sighted and is nobody to be asked. The echo leaves no segment: ff02::/16 is of link scope, and its hop limit is 1.
    """

    def __init__(self, command: dict[str, Any], fence: Fence, commands: Commands) -> None:
        self._places = spans.Places(fence.ranges(command["ranges"]))
        self._progress = Progress()
        self._seconds = min(10.0, max(0.1, float(command["seconds"])))
        self._own = spans.of_address(command["address"]).first
        raw = open_raw(command["interface"], NEIGHBOUR_FILTER)
        self._channel = Channel(raw, commands)
        self._echo = all_nodes_echo(raw.getsockname()[4], command["address"])
        self._seen: dict[int, bytes] = {}
        self._of_mac: Counter[bytes] = Counter()

    def run(self) -> Progress:
        """Ask once, and listen."""
        self._progress.packets += self._channel.send(self._echo)
        until = time.monotonic() + self._seconds
        while (left := until - time.monotonic()) > 0:
            for frame in self._channel.heard(min(left, PROGRESS_EVERY)):
                heard = read_neighbour(frame)
                if heard is not None:
                    self._note(*heard)
        self._channel.raw.close()
        self._progress.done = len(self._seen)
        return self._progress

    def _note(self, number: int, mac: bytes) -> None:
        """Tell a neighbour, once. A node that answers from ever more addresses is not followed."""
        if number in self._seen or number == self._own or len(self._seen) >= MOST_NEIGHBOURS:
            return
        self._of_mac[mac] += 1
        if self._of_mac[mac] > MOST_OF_ONE:
            return
        self._seen[number] = mac
        here = self._places.of(number) is not None
        emit("host" if here else "sighted", host=spans.address_text(6, number), mac=mac.hex(":"))


def all_nodes_echo(mac: bytes, address: str) -> bytes:
    """The one question to all nodes, laid out by scapy (the MAC of ff02::1: RFC 2464, section 7)."""
    from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6
    from scapy.layers.l2 import Ether

    mark = int.from_bytes(os.urandom(2), "big")
    everybody = Ether(src=mac.hex(":"), dst="33:33:00:00:00:01") / IPv6(src=address, dst="ff02::1", hlim=1)
    return bytes(everybody / ICMPv6EchoRequest(id=mark))


def laid_out(mac: bytes, address: str, source_port: int) -> Frames:
    """The templates of the two questions, laid out by scapy."""
    from scapy.layers.inet import IP, TCP
    from scapy.layers.l2 import ARP, Ether

    ours, nobody = mac.hex(":"), "0.0.0.0"
    arp = Ether(src=ours, dst="ff:ff:ff:ff:ff:ff") / ARP(hwsrc=ours, psrc=address, pdst=nobody)
    ip = IP(src=address, dst=nobody, id=0, flags="DF", ttl=64)
    tcp = TCP(sport=source_port, dport=0, flags="S", window=1024, options=[("MSS", 1460)])
    return Frames(bytes(arp), bytes(Ether(src=ours, dst=ours) / ip / tcp), os.urandom(16))


def reserve_port(address: str) -> tuple[socket.socket, int]:
    """A source port above the kernel's ephemeral ones, held so that no other program gets it while answers come to it."""
    for port in random.Random().sample(range(61_000, 65_536), 64):
        holder = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            holder.bind((address, port))
        except OSError as error:
            holder.close()
            if error.errno != errno.EADDRINUSE:
                raise
        else:
            return holder, port
    raise Refused("no free source port")


def open_raw(interface: str, program: Program) -> socket.socket:
    """A raw socket that hears what the program lets through. It is classic BPF, attached before the socket is bound."""
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    attach(raw, b"".join(struct.pack("HBBI", *line) for line in program), len(program))
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    raw.bind((interface, _ETH_P_ALL))
    return raw


def attach(raw: socket.socket, program: bytes, length: int) -> None:
    """Have the kernel pass on only what a filter of `length` instructions takes."""
    code = ctypes.create_string_buffer(program)
    raw.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HL", length, ctypes.addressof(code)))


def ipv4_ranges(fence: Fence, command: dict[str, Any]) -> tuple[spans.Span, ...]:
    """The ranges of a command, all within the scope and of IPv4."""
    ranges = fence.ranges(command["ranges"])
    if any(span.version != 4 for span in ranges):
        raise Refused("IPv6 is not swept")
    return ranges


KINDS: dict[str, type[Sweep] | type[Ping] | type[Neighbours] | type[Listen]] = {
    "sweep": Sweep,
    "ping": Ping,
    "neighbours": Neighbours,
    "listen": Listen,
}


def follow(command: dict[str, Any], fence: Fence, commands: Commands) -> Progress:
    """Do what a command says."""
    kind = KINDS.get(command.get("command", ""))
    if kind is None:
        raise Refused(f"no such command: {command.get('command')!r}")
    try:
        work = kind(command, fence, commands)
    except (KeyError, TypeError, ValueError, struct.error) as error:
        raise Refused(f"a command that makes no sense: {error!r}") from None
    return work.run()


def main() -> None:
    """Follow commands until stdin closes; whatever goes wrong is an error event."""
    commands = Commands()
    try:
        fence = fence_from(commands)
        while True:
            progress = follow(commands.next(), fence, commands)
            emit("done", done=progress.done, packets=progress.packets)
    except Refused as error:
        emit("refused", text=str(error))
    except OSError as error:
        emit("error", text=str(error))
    raise SystemExit(1)


if __name__ == "__main__":
    main()
