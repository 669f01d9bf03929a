"""The IPv4 networks that this machine is connected to, as the kernel's routes say; nothing is sent to learn them."""

import ipaddress
import sys
from dataclasses import dataclass
from pathlib import Path

ROUTES = Path("/proc/net/route")


@dataclass(frozen=True, slots=True)
class Connected:
    """A private network and the interface that leads into it."""

    network: ipaddress.IPv4Network
    interface: str


def connected(routes: Path = ROUTES) -> tuple[Connected, ...]:
    """Every private network that is reached without a gateway, in order; none where the kernel does not say (proc(5), /proc/net/route)."""
    try:
        lines = routes.read_text().splitlines()[1:]
    except OSError:
        return ()
    found = {route for line in lines if (route := _route(line.split())) is not None}
    return tuple(sorted(found, key=lambda route: (route.network, route.interface)))


def _route(columns: list[str]) -> Connected | None:
    """Columns: interface, destination, gateway, flags, …, mask; the addresses as hexadecimal numbers in the order of this machine's bytes."""
    if len(columns) < 8 or int(columns[2], 16) or columns[0] == "lo":
        return None
    address, mask = (_address(columns[at]) for at in (1, 7))
    network = ipaddress.IPv4Network(f"{address}/{mask}")
    if not network.is_private or network.is_link_local or network.prefixlen in (0, 32):
        return None
    return Connected(network, columns[0])


def _address(number: str) -> ipaddress.IPv4Address:
    return ipaddress.IPv4Address(int(number, 16).to_bytes(4, sys.byteorder))
