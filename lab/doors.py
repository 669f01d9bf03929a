"""How the ports of fake devices are opened, silenced and closed: here each by a socket of its own. In a crowd they share sockets (lab/crowd.py)."""

import asyncio
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, TypeAlias

from lab.silence import silence, unsilence

AT_ONCE = 32
"""How many datagrams or connections a socket takes in before the others have their turn."""
LONGEST_DATAGRAM = 65536
BACKLOG = 128
_TCP_ESTABLISHED = 1  # include/net/tcp_states.h
Came: TypeAlias = Callable[[socket.socket, Any], None]
"""Told of a connection and of the client's address."""
Heard: TypeAlias = Callable[[bytes, Any, Callable[[bytes], None]], None]
"""Told of a datagram, of the client's address, and how to answer it."""


class Door(ABC):
    """An open port at one address."""

    @abstractmethod
    def close(self) -> None:
        """Close it: whoever asks is refused."""

    @abstractmethod
    def silence(self) -> None:
        """Let nobody be answered, not even with a refusal."""

    @abstractmethod
    def unsilence(self) -> None:
        """Let it hear again."""


class Doors(ABC):
    """Opens ports; raises `OSError` where one is not to be had."""

    @abstractmethod
    def listen(self, address: str, port: int, came: Came) -> Door:
        """A TCP port."""

    @abstractmethod
    def receive(self, address: str, port: int, heard: Heard) -> Door:
        """A UDP port."""

    @abstractmethod
    def sockets(self, ports: int) -> int:
        """How many sockets it takes to open so many ports."""

    @abstractmethod
    def settle(self) -> None:
        """Return when all that was opened and closed is so."""


class OwnDoor(Door):
    """A port with a socket of its own."""

    def __init__(self, bound: socket.socket, ready: Callable[[], None]) -> None:
        self._bound = bound
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(bound, ready)

    def close(self) -> None:
        """Close the socket."""
        self._loop.remove_reader(self._bound)
        self._bound.close()

    def silence(self) -> None:
        """Let the kernel drop whatever comes to the socket."""
        silence(self._bound)

    def unsilence(self) -> None:
        """Let the socket hear again."""
        unsilence(self._bound)


class OwnDoors(Doors):
    """A socket for each port of each address."""

    def listen(self, address: str, port: int, came: Came) -> Door:
        """A listening socket."""
        listener = bound(socket.SOCK_STREAM, address, port)
        listener.listen(BACKLOG)

        def accept() -> None:
            with suppress(OSError):  # it was gone again before we looked
                connection, client = listener.accept()
                connection.setblocking(False)
                came(connection, client)

        return OwnDoor(listener, accept)

    def receive(self, address: str, port: int, heard: Heard) -> Door:
        """A socket for datagrams."""
        mailbox = bound(socket.SOCK_DGRAM, address, port)

        def hear() -> None:
            for _ in range(AT_ONCE):
                try:
                    data, client = mailbox.recvfrom(LONGEST_DATAGRAM)
                except OSError:
                    return  # nothing is left; or an answer of ours found nobody, which is not our trouble
                heard(data, client, partial(_send, mailbox, client))

        return OwnDoor(mailbox, hear)

    def sockets(self, ports: int) -> int:
        """One for each."""
        return ports

    def settle(self) -> None:
        """Nothing is left to do."""


def bound(kind: socket.SocketKind, address: str, port: int) -> socket.socket:
    """A socket that does not block, bound there; raises `OSError`."""
    made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind)
    made.setblocking(False)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1 if kind == socket.SOCK_STREAM else 0)
    try:
        made.bind((address, port))
    except OSError:
        made.close()
        raise
    return made


def is_open(connection: socket.socket) -> bool:
    """Whether neither side has closed it, as the kernel knows it."""
    try:
        return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == _TCP_ESTABLISHED
    except OSError:
        return False


def _send(mailbox: socket.socket, client: Any, answer: bytes) -> None:
    with suppress(OSError):  # the client's network is gone, or its queue is full
        mailbox.sendto(answer, client)
