"""How a fake dies: the kernel drops whatever comes to its sockets, so that nobody is answered, not even with a refusal.

A filter in classic BPF that accepts no byte (socket(7), SO_ATTACH_FILTER): on a listening socket it drops the SYN, on a connection its segments.
"""

import ctypes
import socket
import struct
from contextlib import suppress

_SO_ATTACH_FILTER, _SO_DETACH_FILTER = 26, 27  # asm-generic/socket.h; Python names neither
_DROP = struct.pack("HBBI", 0x06, 0, 0, 0)  # BPF_RET | BPF_K: keep 0 bytes of the packet
_PATIENCE = 1
"""Milliseconds for which the kernel waits for what a silent connection will never hear (tcp(7), TCP_USER_TIMEOUT)."""


def silence(deaf: socket.socket) -> None:
    """Drop everything that comes to the socket from now on."""
    program = ctypes.create_string_buffer(_DROP)
    with suppress(OSError):  # a connection that is closed already hears nothing either
        deaf.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HL", 1, ctypes.addressof(program)))


def abandon(connection: socket.socket) -> None:
    """Be silent in a connection for good.

    Once it is closed, the kernel forgets it as its next timer runs out. It would repeat its FIN for minutes, deaf to every acknowledgement, and all the while
    swallow the SYN of a new client that happens to come from the same port.
    """
    silence(connection)
    with suppress(OSError):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _PATIENCE)


def unsilence(deaf: socket.socket) -> None:
    """Let the socket hear again."""
    with suppress(OSError):
        deaf.setsockopt(socket.SOL_SOCKET, _SO_DETACH_FILTER, 0)
