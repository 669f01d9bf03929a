"""The canary over a real wire, and the quarantine's place among the guards."""

import socket
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from checks.contract import Account, Answer, Login, Verdict
from inventory.errors import Quarantined, ScopeError
from inventory.model import Device, Endpoint, Level
from inventory.quarantine import Quarantine
from lab.silence import silence
from scanner.canary import Canary
from scanner.conversation import Read, Reconnect, Send, Target
from scanner.discover import Host
from scanner.pace import PACES
from scanner.protocols import load_protocols
from scanner.ward import Ward

ADDRESS = "127.0.9.1"
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
HURRIED = replace(PACES["lab"], patience=(0.01, 0.01))
ENTRY = Quarantine(f"address:{ADDRESS}", ADDRESS, None, "it fell silent", "http", NOW, "scan-1")


@pytest.fixture
def held():
    """A ward in which the device is."""
    ward = Ward()
    ward.shut(ENTRY)
    return ward


async def quiet(reader, writer):
    """Take the connection, and say nothing."""


def refusing() -> Endpoint:
    """A port at which nobody listens."""
    with socket.create_server((ADDRESS, 0)) as server:
        return Endpoint(ADDRESS, server.getsockname()[1])


async def test_a_reading_connects_says_nothing_and_closes_with_fin(serve, wire, audited):
    peer = await serve(quiet)
    felt = wire()
    assert await felt.feel(peer.endpoint) is not None
    assert (await peer.endings(), peer.heard) == (["FIN"], [])
    assert (felt.traffic.connections, felt.traffic.packets_sent) == (1, 4)
    assert (audited()[0]["protocol"], audited()[0]["said"]) == ("canary", [])
    assert audited()[0]["outcome"] == "alive: it took the connection"


async def test_a_refusal_is_an_answer_that_takes_no_connection(wire, audited):
    felt = wire()
    assert await felt.feel(refusing()) is not None
    assert (felt.traffic.connections, felt.traffic.packets_sent) == (0, 1)
    assert audited()[0]["outcome"] == "alive: it refused the connection"
    assert len(felt.connected_in(ADDRESS)) == 1


async def test_silence_is_none(serve, wire, quick, audited):
    peer = await serve(quiet)
    silence(peer.server.sockets[0])
    assert await wire(caps=quick).feel(peer.endpoint) is None
    assert audited()[0]["outcome"].startswith("silent")


async def test_a_reading_keeps_to_the_guards(serve, wire):
    peer = await serve(quiet)
    with pytest.raises(ScopeError, match="in no granted network"):
        await wire(networks=["127.0.8.0/24"]).feel(peer.endpoint)
    with pytest.raises(ScopeError, match="never touched"):
        await wire().feel(Endpoint(ADDRESS, 9100))
    assert peer.most_open == 0


async def test_a_device_whose_sockets_fall_silent_is_left_alone_from_then_on(serve, wire, hello, quick):
    peer, other = await serve(quiet), await serve(quiet)
    ward, kept = Ward(), []
    ward.open((), lambda entry, instead_of: kept.append(entry))
    felt = wire(caps=quick, pace=HURRIED, ward=ward)
    host = Host(ADDRESS, None, (peer.endpoint, other.endpoint), "connect")
    bird = Canary(felt, ward, host, scan="scan-1", now=lambda: NOW)
    device = Device(ENTRY.identity, (ADDRESS,))
    await bird.before()
    await felt.hold(hello, peer.target)
    await bird.between(load_protocols()["http"], peer.endpoint, {}, device)
    for one in (peer, other):
        silence(one.server.sockets[0])
    await bird.after_login(peer.endpoint, "http", in_vain=True, device=device)
    assert kept == [bird.quarantine]
    packets = felt.traffic.packets_sent
    with pytest.raises(Quarantined):
        await felt.hold(hello, peer.target)
    assert felt.traffic.packets_sent == packets


async def test_the_quarantine_speaks_after_the_scope_and_before_the_window_the_ports_and_the_level(
    wire, hello, held, audited
):
    printing = Target(Endpoint(ADDRESS, 9100))
    with pytest.raises(ScopeError, match="in no granted network"):
        await wire(networks=["127.0.8.0/24"], ward=held).hold(hello, printing)
    with pytest.raises(ScopeError, match="is denied"):
        await wire(deny=[f"{ADDRESS}/32"], ward=held).hold(hello, printing)
    with pytest.raises(Quarantined, match="left alone, in quarantine since 2026-11-21 02:00: it fell silent"):
        await wire(ward=held, level=Level.IDENTIFY, window=_shut_now()).hold(hello, printing)
    assert audited()[-1]["connections"] == 0
    assert audited()[-1]["outcome"].startswith("refused: left alone")


def _shut_now() -> str:
    """A window in which the present hour does not lie."""
    hour = datetime.now().astimezone().hour
    return f"{(hour + 2) % 24:02}:00-{(hour + 3) % 24:02}:00"


@pytest.mark.parametrize("transport", ["tcp", "udp"])
async def test_a_device_is_left_alone_in_the_midst_of_a_conversation_too(serve, serve_udp, wire, protocol, transport):
    peer = await serve(quiet) if transport == "tcp" else await serve_udp(lambda data: [data])
    ward = Ward()

    def steps():
        yield Send(b"HELLO\r\n")
        if transport == "udp":
            yield Read(7)
        ward.shut(ENTRY)
        yield Reconnect() if transport == "tcp" else Send(b"XXX")

    with pytest.raises(Quarantined):
        await wire(ward=ward).hold(protocol(steps, transport=transport), peer.target)
    if transport == "tcp":
        assert await peer.endings() == ["FIN"]
    assert peer.heard == [b"HELLO\r\n"]


async def test_no_account_is_tried_on_a_device_that_is_left_alone(serve, wire, held):
    class Driver:
        NAME = "http"

        async def attempt(self, line, account):
            return Answer(Verdict.OPENED)

    peer = await serve(quiet)
    account = Account("x", "admin", "admin")
    answer = await wire(ward=held).login(Driver(), Login(peer.endpoint, "test", account), tls=False, names=("d",))
    assert (answer.verdict, peer.most_open) == (Verdict.NOT_TRIED, 0)
    assert "it fell silent" in answer.reason
