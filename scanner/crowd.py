"""Whether a host opens whatever it is asked: the control before anything else is asked of a host with very many open ports.

A tarpit, a program such as portspoof and a firewall that completes the handshake for others (RFC 4987, section 3.8) take every connection. So where many ports
are open, two more are tried that no service uses. A connection to a closed port costs a device a RST and no slot; an open one is listened to and closed.

`MANY` is only where the control begins, and so may be low: a server with thirty services refuses the ports of the control, and is asked like any other.
`TOO_MANY` needs no control: who opens the known ports and no others is a honeypot with a list, and forty-eight of the services that are asked for by default
(printers, cameras, controllers and databases among them) are twice as many as a storage or a Windows server has that runs all it can.
"""

import random
from collections.abc import Awaitable, Callable, Collection, Sequence

from checks.ports import default_ports, never_touch
from inventory.errors import PeerError, Quarantined, Unreached, UsedUp
from inventory.model import Endpoint
from scanner.boundary import Failure
from scanner.conversation import Heard
from scanner.questions import CONTROL_PORTS

MANY = 16
FEW = 5
"""From so many asked ports on it is strange that every one of them is open."""
TOO_MANY = 48
TRIED = 3
ENOUGH = 2
"""So many of the ports that are tried settle it: of three, one may be lost, or in use by accident."""
KEPT = 64
"""Open ports that are kept of a host that opens everything; their number is in the sentence."""
_DYNAMIC = range(49152, 65536)
"""The ports that are assigned to nobody (RFC 6335, section 6)."""

Listen = Callable[[Endpoint], Awaitable[Heard | PeerError | Failure]]


async def opens_anything(address: str, open_ports: Sequence[Endpoint], swept: int, listen: Listen) -> str:
    """Why nothing can be believed of the host, in a sentence; "" where it is as choosy as a device. `swept` is how many ports were asked (0: unknown)."""
    tcp = {endpoint.port for endpoint in open_ports if endpoint.transport == "tcp"}
    known = len(tcp & set(default_ports()))
    how_many = f"{len(tcp)} of {swept} TCP ports that were asked" if swept else f"{len(tcp)} TCP ports"
    if len(tcp) >= MANY or FEW <= swept <= len(tcp):
        took = await _taken(address, listen)
        if len(took) >= ENOUGH:
            ports = ", ".join(str(port) for port in sorted(took))
            return f"it takes a connection at any port: {how_many} are open, and so are {ports}, drawn from those that no service uses"
    if known >= TOO_MANY:
        return f"it has {how_many} open, {known} of them of services that no device has together"
    return ""


async def _taken(address: str, listen: Listen) -> list[int]:
    """Those of the tried ports that took a connection; no more are tried than settle it."""
    took: list[int] = []
    ports = control_ports(address)
    for tried, port in enumerate(ports):
        refused = tried - len(took)
        if len(took) >= ENOUGH or refused > TRIED - ENOUGH:
            break
        if _took(await listen(Endpoint(address, port))):
            took.append(port)
    return took


def _took(ended: Heard | PeerError | Failure) -> bool:
    return not isinstance(ended, Failure | Unreached | UsedUp | Quarantined)


def control_ports(address: str, avoid: Collection[int] = ()) -> tuple[int, ...]:
    """The ports that are tried at an address: the same each time, so that the same host gives the same report."""
    kept_off = {*never_touch(), *CONTROL_PORTS, *default_ports(), *avoid}
    free = [port for port in _DYNAMIC if port not in kept_off]
    return tuple(random.Random(f"control of {address}").sample(free, TRIED))
