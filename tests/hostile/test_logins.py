"""Every login driver over a real wire against peers that begin like the real thing and then pour or drip junk without an end, or that echo."""

import asyncio
import tracemalloc
from collections.abc import Awaitable, Callable
from ipaddress import ip_network

import pytest

from checks.contract import Account, Answer, Login, Verdict
from inventory.model import Endpoint, Level
from scanner.audit import Audit
from scanner.conversation import LoginModule
from scanner.guards import Caps
from scanner.logins import load_logins
from scanner.pace import PACES
from scanner.scope import Grant, Scope
from scanner.wire import Wire

DATAGRAMS = ("snmp", "snmpv3", "ipmi", "sip")
BEGINNINGS = {
    "http": b"HTTP/1.1 401 x\r\nWWW-Authenticate: Digest nonce=",
    "http-form": b"HTTP/1.1 200 OK\r\n\r\n<form method=post>Login<input name=u><input type=password name=p>",
    "onvif": b"HTTP/1.1 400 x\r\n\r\n<s:Envelope><s:Body>",
    "telnet": b"\xff\xfb\x01\xff\xfd\x18login: ",
    "ssh": b"SSH-2.0-dropbear\r\n\0\0\1\0",
    "ftp": b"220-Welcome\r\n",
    "rtsp": b"RTSP/1.0 401 x\r\nCSeq: 1\r\n",
    "sip_tcp": b"SIP/2.0 401 x\r\nCSeq: 1 OPTIONS\r\n",
    "mqtt": b"\x20\x7f",
    "vnc": b"RFB 003.008\n",
    "redis": b"-NOAUTH ",
    "postgresql": b"S",
    "mysql": b"\xff\x3f\0\0\x0a5.5\0",
}
PIECES = (b"A", b"\0", b"\xff")
ACCOUNT = Account("acme", "admin", "pass")
HURRIED = Caps(conversation=1.0, connect=0.5, step=0.3, datagram=0.2, drain=0.1, login=1.5, received=65536)
Talk = Callable[[str, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def endless(piece: bytes, *, slow: bool) -> Talk:
    async def talk(name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(BEGINNINGS[name])
        while True:
            writer.write(piece if slow else piece * 4096)
            await writer.drain()
            await asyncio.sleep(0.05 if slow else 0)

    return talk


async def echo(name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while heard := await reader.read(4096):
        writer.write(heard * 3)
        await writer.drain()


PEERS = {
    "echo": echo,
    **{f"pours {piece!r}": endless(piece, slow=False) for piece in PIECES},
    **{f"drips {piece!r}": endless(piece, slow=True) for piece in PIECES},
}


class Echoing(asyncio.DatagramProtocol):
    """Says back what it is told, with `piece` behind it, three times."""

    def __init__(self, piece: bytes) -> None:
        self._piece = piece

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, client: tuple[str, int]) -> None:
        assert isinstance(self._transport, asyncio.DatagramTransport)
        for _ in range(3):
            self._transport.sendto((data + self._piece)[:1400], client)


async def asked(wire: Wire, driver: LoginModule, endpoint: Endpoint) -> Answer:
    form = "html" if driver.NAME == "http-form" else ""
    path = "/" if driver.NAME in ("rtsp", "onvif", "http-form") else ""
    question = Login(endpoint, driver.NAME, ACCOUNT, path=path, form=form)
    return await wire.login(driver, question, tls=False, names=(f"address:{endpoint.address}",))


@pytest.mark.parametrize("peer", PEERS)
async def test_a_peer_without_an_end_opens_nothing_and_keeps_nobody(peer, tmp_path):
    drivers = {name: driver for name, driver in load_logins().items() if name not in DATAGRAMS}
    scope = Scope([Grant((ip_network("127.0.0.0/8"),), (), Level.LOGIN, "test")])
    tracemalloc.start()
    try:
        with Audit(tmp_path / "audit.jsonl") as audit:
            wire = Wire(scope, PACES["lab"], audit, level=Level.LOGIN, caps=HURRIED)
            answers = await asyncio.gather(
                *(served(wire, d, n, PEERS[peer]) for n, d in enumerate(drivers.values(), 1))
            )
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(answers) == len(BEGINNINGS)
    told = dict(zip(drivers, answers, strict=True))
    assert {name: one for name, one in told.items() if one.verdict in (Verdict.OPENED, Verdict.NO_LOGIN_ASKED)} == {}
    assert most < 64 << 20


async def served(wire: Wire, driver: LoginModule, number: int, talk: Talk) -> Answer:
    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(driver.NAME, reader, writer)
        except OSError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(visit, f"127.0.31.{number}", 0)
    async with server:
        return await asked(wire, driver, Endpoint(*server.sockets[0].getsockname()[:2]))


@pytest.mark.parametrize("piece", [b"", b"\0" * 900, b"\xff" * 900])
async def test_an_echo_of_datagrams_opens_nothing(piece, tmp_path):
    scope = Scope([Grant((ip_network("127.0.0.0/8"),), (), Level.LOGIN, "test")])
    with Audit(tmp_path / "audit.jsonl") as audit:
        wire = Wire(scope, PACES["lab"], audit, level=Level.LOGIN, caps=HURRIED)
        for name in DATAGRAMS:
            loop = asyncio.get_running_loop()
            transport, _ = await loop.create_datagram_endpoint(lambda: Echoing(piece), ("127.0.31.99", 0))
            port = transport.get_extra_info("sockname")[1]
            answer = await asked(wire, load_logins()[name], Endpoint("127.0.31.99", port, "udp"))
            transport.close()
            assert answer.verdict not in (Verdict.OPENED, Verdict.NO_LOGIN_ASKED), name
