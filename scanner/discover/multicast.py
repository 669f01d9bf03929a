"""One question to everybody on a segment, where the operator has asked for it; whoever answers is heard for a few seconds.

The datagram leaves by the segment's own interface with a TTL of 1, so that no router passes it on (RFC 1112, section 6.1).
"""

import asyncio
import ipaddress
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from scanner.discover.links import Link

HEARD = 3.0
"""Seconds that the answers are waited for: SSDP spreads them over the MX of the question (one second), mDNS over half a second."""
_ANSWERS, _ANSWERS_OF_ONE = 4096, 4


@dataclass(frozen=True, slots=True)
class Group:
    """A multicast group, its UDP port, and what is asked there. Where answers go to the group too, it is joined to hear them."""

    address: str
    port: int
    request: bytes
    answers_to_group: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """Who answered, and what."""

    address: str
    data: bytes


async def ask_everybody(link: Link, group: Group, seconds: float = HEARD) -> tuple[Call, ...]:
    """Send the question once on the segment of `link`, and return every answer that came within `seconds`; raises `OSError` where it cannot be sent."""
    with _opened(link, group) as asking:
        loop, heard, counted = asyncio.get_running_loop(), list[Call](), Counter[str]()
        await loop.sock_sendto(asking, group.request, (group.address, group.port))
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while len(heard) < _ANSWERS:
                    data, (address, *_) = await loop.sock_recvfrom(asking, 65535)
                    counted[address] += 1
                    if counted[address] <= _ANSWERS_OF_ONE and address != link.address:
                        heard.append(Call(address, data))
    return tuple(heard)


def segments(links: tuple[Link, ...]) -> Iterator[Link]:
    """One link of each IPv4 segment that this machine is on."""
    seen = set()
    for link in links:
        if link.network.version == 4 and link.ethernet and link.network not in seen:
            seen.add(link.network)
            yield link


def _opened(link: Link, group: Group) -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    own = ipaddress.IPv4Address(link.address).packed
    try:
        opened.setblocking(False)
        opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, own)
        opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
        if group.answers_to_group:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            opened.bind(("", group.port))
            joined = ipaddress.IPv4Address(group.address).packed + own
            opened.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, joined)
        else:
            opened.bind((link.address, 0))
    except BaseException:
        opened.close()
        raise
    return opened
