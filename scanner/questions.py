"""What is asked of a device, where, and in which order. Pure: no question is put here.

First the datagrams of class A, of every device. Then each open TCP port is asked what is expected there; one that is known for something we do not speak is
left alone, because a controller may fall over bytes it does not expect. Then what the answers so far point to or invite to, until nothing new comes of it.

Last come the ports that nobody knows, and those where something else answered than an IT protocol that is expected there: a service is known by what it
says, not by its port. One connection only listens; whoever speaks is asked in the protocol that it speaks, or not at all. Whoever is silent is asked in HTTP,
in TLS and in RTSP, in this order. That is four connections at most until the protocol is known.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from checks.ports import reason
from inventory.model import Device, Endpoint
from inventory.report import Traffic
from scanner.conversation import (
    Lead,
    ProtocolModule,
    Safety,
    comes_last,
    invitations,
    is_hardy,
    is_on_request,
    recognises,
)
from scanner.discover import Host
from scanner.protocols import load_protocols

LADDER = ("http", "tls", "rtsp")
"""What a silent port is asked, in this order."""

# Whoever connects here holds the serial line behind the port, and what is said goes out on it: the factory settings of serial servers, by their manuals
# (Moxa NPort: 950 to 1013 and 4001 to 4032; Lantronix: 3001 to 3032 and 10001 to 10032; Digi: 2001 to 2132; Waveshare: 4196; USR: 8234 and 20108;
# Hi-Flying, and the loggers of solar inverters that are built with it: 8899; general knowledge).
_SERIAL_LINES = (
    range(950, 1014),
    range(2001, 2133),
    range(3001, 3033),
    range(4001, 4033),
    range(4196, 4197),
    range(8234, 8235),
    range(8899, 8900),
    range(10001, 10033),
    range(20108, 20109),
)
CONTROL_PORTS = frozenset((
    102, 502, 503, 789, 802, 1089, 1090, 1091, 1153, 1200, 1217, 1911, 1962, 2221, 2222, 2404, 2455, 4000, 4059, 4712, 4840, 4843, 4911, 5002, 5006, 5007, 5010,
    5011, 5094, 8193, 8501, 9600, 11740, 18245, 18246, 19999, 20000, 20547, 34962, 34963, 34964, 41100, 44818, 48898, 55000, 55001, 55002, 55003,
))  # fmt: skip
"""TCP ports of control protocols, by IANA's registry and their makers' manuals: their servers have few slots and little patience."""
_UDP_PACKETS, _TCP_PACKETS = 2, 8
"""What a conversation of datagrams, and one connection, mostly takes."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What the identification of one device may cost beyond the port sweep. A `strict` one begins nothing that it might not last for.

    What the operator asked for by name is no identification: only a strict budget bounds that too.
    """

    connections: int = 20
    packets: int = 200
    strict: bool = False

    def allows(self, protocol: ProtocolModule, spent: Traffic) -> bool:
        """Whether one more conversation fits: a protocol that opens more than one connection says so in CONNECTIONS."""
        if not self._bounds(protocol):
            return True
        needed = getattr(protocol, "CONNECTIONS", 1) if protocol.TRANSPORT == "tcp" else 0
        likely = (_TCP_PACKETS * needed or _UDP_PACKETS) if self.strict else 1
        return spent.packets_sent + likely <= self.packets and spent.connections + needed <= self.connections

    def most(self, protocol: ProtocolModule) -> int:
        """How many packets the device may have had when a conversation is broken off; 0: any number."""
        return self.packets if self._bounds(protocol) else 0

    def _bounds(self, protocol: ProtocolModule) -> bool:
        return self.strict or not is_on_request(protocol)


def spoken_over(transport: str) -> list[ProtocolModule]:
    """Every protocol over "tcp" or "udp", by name."""
    return [protocol for protocol in load_protocols().values() if protocol.TRANSPORT == transport]  # noqa: SIM300 - no constant


def expected(endpoint: Endpoint) -> list[ProtocolModule]:
    """What is expected at a TCP port, () where nothing is or where it is known for something we do not speak."""
    return [protocol for protocol in spoken_over("tcp") if endpoint.port in protocol.PORTS]


def is_unknown(endpoint: Endpoint) -> bool:
    """Whether nobody knows what a TCP port is for: no protocol is expected, no list has a reason for it, and no controller or serial line is to be feared."""
    return not (expected(endpoint) or reason(endpoint.port) or _is_fragile(endpoint))


def may_be_another(endpoint: Endpoint) -> bool:
    """Whether a port where what is expected did not recognise its own may be listened to, and asked what else it speaks: IT protocols only, never one of
    controllers."""
    found = expected(endpoint)
    return bool(found) and all(is_hardy(protocol) for protocol in found) and not _is_fragile(endpoint)


def takes_keystrokes(endpoint: Endpoint) -> bool:
    """Whether a login or a setup menu may wait at a TCP port, though it is slow to say so: whatever is sent there is typed into it, as a name and a password,
    or as the key that stops the device for its setup (Lantronix, 9999)."""
    return any(protocol.NAME == "telnet" for protocol in expected(endpoint))


def may_be_a_serial_line(endpoint: Endpoint) -> bool:
    """Whether a serial server gives out its serial lines at this TCP port, by the factory settings of some."""
    return any(endpoint.port in line for line in _SERIAL_LINES)


def _is_fragile(endpoint: Endpoint) -> bool:
    return endpoint.port in CONTROL_PORTS or may_be_a_serial_line(endpoint)


def speaker(greeting: bytes) -> ProtocolModule | None:
    """The protocol that recognises its own in a greeting."""
    return next((protocol for protocol in spoken_over("tcp") if recognises(protocol, greeting)), None)


def datagrams(address: str, never_touch: Collection[int]) -> list[tuple[ProtocolModule, Endpoint]]:
    """Every UDP protocol of class A with each of its ports."""
    return [
        (protocol, Endpoint(address, port, "udp"))
        for protocol in spoken_over("udp")
        if protocol.SAFETY is Safety.A
        for port in protocol.PORTS
        if port not in never_touch
    ]


def usual(host: Host, never_touch: Collection[int]) -> list[tuple[Endpoint, str]]:
    """All that a host is asked of itself, by what was found open: where, and in which protocol."""
    left = [(endpoint, protocol.NAME) for endpoint in host.open_ports for protocol in expected(endpoint)]
    left += [(endpoint, LADDER[0]) for endpoint in host.open_ports if is_unknown(endpoint)]
    return left + [(endpoint, protocol.NAME) for protocol, endpoint in datagrams(host.address, never_touch)]


def invited(device: Device, requested: Collection[str] = ()) -> Iterator[Lead]:
    """Where the protocols want to be asked because of what the device has said already; those that come last, last, and those that want to be `requested` by
    their name only where they are."""
    for protocol in sorted(load_protocols().values(), key=comes_last):
        if is_on_request(protocol) and protocol.NAME not in requested:
            continue
        for target in invitations(protocol, device):
            yield Lead(protocol.NAME, target)
