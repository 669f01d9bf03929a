"""What is asked of a device, where, and in which order. Pure: no question is put here.

First the datagrams of class A, of every device. Then each open TCP port is asked what is expected there; one that nobody knows gets HTTP, plain and then inside
TLS; one that is known for something we do not speak is left alone, because a controller may fall over bytes it does not expect. Last what the answers so far
point to or invite to, until nothing new comes of it.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from checks.ports import reason
from inventory.model import Device, Endpoint, Traffic
from scanner.conversation import Lead, ProtocolModule, Safety, invitations
from scanner.protocols import load_protocols

_FALLBACK = "http"
_UDP_PACKETS, _TCP_PACKETS = 2, 8
"""What a conversation of datagrams, and one connection, mostly takes."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What the identification of one device may cost beyond the port sweep. A `strict` one begins nothing that it might not last for."""

    connections: int = 20
    packets: int = 200
    strict: bool = False

    def allows(self, protocol: ProtocolModule, spent: Traffic) -> bool:
        """Whether one more conversation fits: a protocol that opens more than one connection says so in CONNECTIONS."""
        needed = getattr(protocol, "CONNECTIONS", 1) if protocol.TRANSPORT == "tcp" else 0
        likely = (_TCP_PACKETS * needed or _UDP_PACKETS) if self.strict else 1
        return spent.packets_sent + likely <= self.packets and spent.connections + needed <= self.connections


def spoken_over(transport: str) -> list[ProtocolModule]:
    """Every protocol over "tcp" or "udp", by name."""
    return [protocol for protocol in load_protocols().values() if protocol.TRANSPORT == transport]  # noqa: SIM300 - no constant


def expected(endpoint: Endpoint) -> list[ProtocolModule]:
    """What may be spoken at a TCP port: what is expected there, nothing where another protocol is known to be, HTTP at a port that nobody knows."""
    found = [protocol for protocol in spoken_over("tcp") if endpoint.port in protocol.PORTS]
    return found or ([] if reason(endpoint.port) else [load_protocols()[_FALLBACK]])


def is_known(endpoint: Endpoint) -> bool:
    """Whether a protocol is expected at the port."""
    return any(endpoint.port in protocol.PORTS for protocol in spoken_over("tcp"))


def datagrams(address: str, never_touch: Collection[int]) -> list[tuple[ProtocolModule, Endpoint]]:
    """Every UDP protocol of class A with each of its ports."""
    return [
        (protocol, Endpoint(address, port, "udp"))
        for protocol in spoken_over("udp")
        if protocol.SAFETY is Safety.A
        for port in protocol.PORTS
        if port not in never_touch
    ]


def invited(device: Device) -> Iterator[Lead]:
    """Where the protocols want to be asked because of what the device has said already."""
    for protocol in load_protocols().values():
        for target in invitations(protocol, device):
            yield Lead(protocol.NAME, target)
