"""What a device does below IP in a city of namespaces: answer frames that the kernel knows nothing of, and take over an address with another MAC address."""

import asyncio
import fcntl
import socket
import struct
from contextlib import suppress

from lab.fake import Log, Stack
from lab.plan import Placed

_ETH_P_ALL, _ETH_P_IP, _ETH_P_ARP = 0x0003, 0x0800, 0x0806  # linux/if_ether.h
_SIOCSIFHWADDR, _ARPHRD_ETHER = 0x8924, 1  # linux/sockios.h, linux/if_arp.h
_SIOCGIFFLAGS, _IFF_UP = 0x8913, 1  # linux/sockios.h, linux/if.h
_OUTGOING = 4  # PACKET_OUTGOING, linux/if_packet.h
_AT_ONCE = 64
EVERYBODY = b"\xff" * 6


class Tap:
    """A device whose frames its own stack answers, on an interface that has no address in the kernel."""

    def __init__(self, interface: str, placed: Placed, stack: Stack, log: Log) -> None:
        self._mac, self._address = octets(placed.fake.mac), socket.inet_aton(placed.address)
        self._stack = stack
        self._log = log
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._socket.bind((interface, _ETH_P_ALL))
        asyncio.get_running_loop().add_reader(self._socket, self._hear)

    def _hear(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                frame, (_, _, kind, _, _) = self._socket.recvfrom(2048)
            except OSError:
                return
            if kind != _OUTGOING:
                self._answer(frame)

    def _answer(self, frame: bytes) -> None:
        answer = arp_reply(frame, self._mac, self._address)
        for made in (answer,) if answer else self._stack.answers(frame, self._mac, self._address, self._log):
            with suppress(OSError):  # its queue is full: a frame is lost, as on any wire
                self._socket.send(made)

    def close(self) -> None:
        """Answer nobody any more."""
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()


def take_over(interface: str, placed: Placed) -> None:
    """Give the interface the device's MAC address, and announce that the address is its own now."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as wire:
        mac = octets(placed.fake.mac)
        fcntl.ioctl(wire, _SIOCSIFHWADDR, struct.pack("16sH6s8x", interface.encode(), _ARPHRD_ETHER, mac))
    announce(interface, placed.fake.mac, placed.address)


def is_up(interface: str) -> bool:
    """Whether an interface of this namespace is up; /sys shows those of another one."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as wire:
        told = fcntl.ioctl(wire, _SIOCGIFFLAGS, struct.pack("16s24x", interface.encode()))
    return bool(struct.unpack_from("H", told, 16)[0] & _IFF_UP)


def announce(interface: str, its_mac: str, its_address: str) -> None:
    """Tell everybody whose an address is from now on (RFC 5227, section 2.3)."""
    mac, address = octets(its_mac), socket.inet_aton(its_address)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as wire:
        wire.bind((interface, _ETH_P_ARP))
        wire.send(_frame(EVERYBODY, mac, _ETH_P_ARP) + _arp(1, mac, address, bytes(6), address))


def octets(mac: str) -> bytes:
    """A MAC address on the wire."""
    return bytes.fromhex(mac.replace(":", ""))


def arp_reply(frame: bytes, mac: bytes, address: bytes) -> bytes:
    """The answer to who has the address (RFC 826); b"" to all else."""
    asks = frame[12:14] == _ETH_P_ARP.to_bytes(2, "big") and frame[20:22] == b"\0\1" and frame[38:42] == address
    if not asks:
        return b""
    return _frame(frame[6:12], mac, _ETH_P_ARP) + _arp(2, mac, address, frame[22:28], frame[28:32])


def _frame(destination: bytes, source: bytes, kind: int) -> bytes:
    return destination + source + kind.to_bytes(2, "big")


def _arp(operation: int, mac: bytes, address: bytes, other_mac: bytes, other: bytes) -> bytes:
    return struct.pack("!HHBBH6s4s6s4s", _ARPHRD_ETHER, _ETH_P_IP, 6, 4, operation, mac, address, other_mac, other)
