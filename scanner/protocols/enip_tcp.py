"""EtherNet/IP's List Identity over TCP, for devices that have the port open and did not answer over UDP.

The encapsulation protocol asks the same of both (The CIP Networks Library, volume 2, 2-4.2); it needs no session, and one connection.
"""

from inventory.model import Device, Endpoint
from scanner.conversation import Conversation, Heard, Read, Safety, Send, Target
from scanner.protocols import enip

NAME = "enip_tcp"
TRANSPORT = "tcp"
PORTS: tuple[int, ...] = ()
SAFETY = Safety.B
OVER_TLS = False
SPEAKS_FIRST = False
SAYS = enip.SAYS
FACTS = enip.FACTS


def invited(device: Device) -> tuple[Target, ...]:
    """The open port, where UDP has brought nothing."""
    endpoint = Endpoint(device.address, enip.PORTS[0])
    unheard = not device.speaking(enip.NAME)
    return (Target(endpoint),) if unheard and endpoint in device.open_ports else ()


def probe(target: Target) -> Conversation[Heard]:
    """Ask once."""
    yield Send(enip.LIST_IDENTITY)
    header = yield Read(enip.HEADER)
    return enip.parse(header + (yield Read(enip.body_size(header))))
