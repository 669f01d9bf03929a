"""Real servers on this machine's loopback addresses, and a wire to reach them."""

import asyncio
import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from ipaddress import ip_network
from types import SimpleNamespace
from typing import Any

import pytest

from inventory.model import Endpoint, Level
from scanner.audit import Audit
from scanner.conversation import Heard, Safety, Say, Send, Target
from scanner.guards import Caps
from scanner.pace import PACES
from scanner.scope import Grant, Scope
from scanner.wire import Wire

PATIENT = Caps(drain=10.0, received=65536)
"""For what is not about time: a busy machine must not look like a slow device."""
HELLO = Say.exactly("hello", b"HELLO\r\n")
LONG = Say.like("long", rb"X+")


@dataclass
class Peer:
    """A server on loopback: what it heard, and how each connection ended ("FIN", "RST" or "" while it is open)."""

    host: str
    port: int = 0
    transport: str = "tcp"
    heard: list[bytes] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    clients: list[tuple[str, int]] = field(default_factory=list)
    open_now: int = 0
    most_open: int = 0
    server: asyncio.Server | None = None
    over: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def endpoint(self):
        return Endpoint(self.host, self.port, self.transport)

    @property
    def target(self):
        return Target(self.endpoint)

    async def endings(self, count=1):
        """How the first `count` connections ended, once they have."""
        async with asyncio.timeout(10), self.over:
            await self.over.wait_for(lambda: len(self.ended) >= count)
        return self.ended


@pytest.fixture
async def serve():
    """`await serve(talk, host="127.0.9.1", ssl=None)` serves `talk(reader, writer)`, then waits for the client to close, and returns the `Peer`."""
    async with AsyncExitStack() as stack:

        async def start(talk=None, host="127.0.9.1", port=0, ssl=None):
            peer = Peer(host)

            async def visit(reader, writer):
                peer.open_now += 1
                peer.most_open = max(peer.most_open, peer.open_now)
                try:
                    if talk is not None:
                        await talk(reader, writer)
                    while data := await reader.read(65536):
                        peer.heard.append(data)
                    ended = "FIN"
                    writer.close()
                    await writer.wait_closed()
                except OSError:
                    ended = "RST"
                    writer.close()
                peer.open_now -= 1
                peer.ended.append(ended)
                async with peer.over:
                    peer.over.notify_all()

            server = peer.server = await asyncio.start_server(visit, host, port, ssl=ssl)
            stack.push_async_callback(server.wait_closed)
            stack.callback(server.close)
            peer.port = server.sockets[0].getsockname()[1]
            return peer

        yield start


@pytest.fixture
async def serve_udp():
    """`await serve_udp(answer)` answers each datagram with those of `answer(datagram)`."""
    async with AsyncExitStack() as stack:

        async def start(answer, host="127.0.9.1", port=0):
            peer = Peer(host, transport="udp")

            class Answering(asyncio.DatagramProtocol):
                def connection_made(self, transport):
                    self.transport = transport

                def datagram_received(self, data, client):
                    peer.heard.append(data)
                    peer.clients.append(client)
                    for datagram in answer(data):
                        self.transport.sendto(datagram, client)

            transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Answering, (host, port))
            stack.callback(transport.close)
            peer.port = transport.get_extra_info("sockname")[1]
            return peer

        yield start


@pytest.fixture
def quick():
    """Caps for a test that waits for one of them to be reached."""
    return Caps(conversation=1.0, connect=0.4, step=0.3, datagram=0.2, drain=5.0, login=1.0, received=65536)


@pytest.fixture
def audit_path(tmp_path):
    return tmp_path / "audit.jsonl"


@pytest.fixture
def audited(audit_path) -> Callable[[], list[dict[str, Any]]]:
    """`audited()` is what the audit file says by now."""
    return lambda: [json.loads(line) for line in audit_path.read_text().splitlines()]


@pytest.fixture
def wire(audit_path):
    """`wire(networks=…, deny=…, level=…, caps=…)` makes a wire at the lab's pace that may do everything on loopback unless told otherwise."""
    with Audit(audit_path) as audit:

        def make(networks=("127.0.0.0/8", "::1/128"), deny=(), granted=Level.LOGIN, level=Level.LOGIN, **further):
            networks, deny = (tuple(ip_network(text) for text in texts) for texts in (networks, deny))
            grant = Grant(
                networks, deny, granted, "the test", further.pop("site", "lab"), window=further.pop("window", "")
            )
            further.setdefault("caps", PATIENT)
            return Wire(Scope([grant]), further.pop("pace", PACES["lab"]), audit, level=level, **further)

        yield make


@pytest.fixture
def protocol():
    """`protocol(steps)` is a protocol module whose probe is the generator function `steps()`; what it returns becomes the evidence."""

    def make(steps, says=(HELLO, LONG), transport="tcp", safety=Safety.A):
        def probe(target):
            told = yield from steps()
            return told if isinstance(told, Heard) else Heard({}, told or b"")

        return SimpleNamespace(
            NAME="test",
            TRANSPORT=transport,
            PORTS=(),
            SAFETY=safety,
            OVER_TLS=False,
            SPEAKS_FIRST=False,
            SAYS=says,
            FACTS={},
            probe=probe,
        )

    return make


@pytest.fixture
def hello(protocol):
    """A protocol that says HELLO and is content."""

    def steps():
        yield Send(b"HELLO\r\n")

    return protocol(steps)
