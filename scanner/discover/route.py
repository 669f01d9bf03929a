"""Whether this machine knows a way to an address, by the kernel's own word; nothing is sent."""

import socket


def has_route(address: str) -> bool:
    """Whether the kernel would send a datagram there: connecting a socket of datagrams looks the way up, and sends none (connect(2))."""
    host = address.partition("%")[0]
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as asking:
            where = socket.getaddrinfo(address, 9, family, socket.SOCK_DGRAM, 0, socket.AI_NUMERICHOST)[0][4]
            asking.connect(where)
    except OSError:
        return False
    return True
