"""Ports for servers that tests start, which nothing else takes in the meantime."""

import itertools
import os
import socket
from contextlib import closing

_FIRST, _LAST = 20000, 32000
_NEXT = itertools.count(os.getpid() * 97)


def free_port(transport: str = "tcp") -> int:
    """A port that is free on 127.0.0.1, over TCP and UDP both where it is asked for UDP.

    It lies below those that the kernel gives out for connections (Linux: from 32768 on), which another test may open at the same moment.
    """
    kinds = (socket.SOCK_STREAM,) if transport == "tcp" else (socket.SOCK_DGRAM, socket.SOCK_STREAM)
    for _ in range(_LAST - _FIRST):
        port = _FIRST + next(_NEXT) % (_LAST - _FIRST)
        if all(_is_free(port, kind) for kind in kinds):
            return port
    raise OSError("no port is free")


def _is_free(port: int, kind: socket.SocketKind) -> bool:
    with closing(socket.socket(socket.AF_INET, kind)) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
