import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from checks.ports import never_connect
from inventory.errors import ProtocolError, ScopeError, StoreError
from inventory.model import Endpoint, Level
from scanner.chain import verify
from scanner.conversation import Heard, Lead, Read, ReadAll, ReadSome, Reconnect, Safety, Send, Target
from scanner.guards import UndeclaredRequest, shifted
from scanner.pace import PACES, Clock
from scanner.protocols import load_protocols

HELLO = b"HELLO\r\n"


async def greet(reader, writer):
    writer.write(b"hello yourself")


async def test_a_lead_out_of_scope_is_refused_without_a_packet(serve, wire, protocol, hello, audited):
    asked = await serve(greet)
    bystander = await serve(greet, host="127.0.9.9")

    def steps():
        yield Read(5)
        return Heard({}, b"go there", (Lead("test", bystander.target),))

    scoped = wire(networks=["127.0.9.1/32"])
    heard = await scoped.hold(protocol(steps), asked.target)
    with pytest.raises(ScopeError, match=r"127\.0\.9\.9 is refused: it lies in no granted network"):
        await scoped.hold(hello, heard.leads[0].target)
    assert await asked.endings() == ["FIN"]
    assert bystander.most_open == 0
    assert scoped.traffic.connections == 1
    assert audited()[1]["outcome"].startswith("refused: 127.0.9.9")
    assert audited()[1]["connections"] == 0
    assert audited()[1]["rule"] == ""


async def test_a_name_is_never_resolved(wire, hello):
    with pytest.raises(ScopeError, match="not an IP address"):
        await wire().hold(hello, Target(Endpoint("localhost", 80)))


@pytest.mark.parametrize("port", [515, *range(9100, 9108)])
async def test_a_port_that_is_never_touched_is_refused(wire, hello, audited, port):
    with pytest.raises(ScopeError, match=f":{port}/tcp is refused: the port is never touched"):
        await wire().hold(hello, Target(Endpoint("127.0.9.1", port)))
    assert audited()[0]["connections"] == 0


@pytest.mark.parametrize("port", sorted(never_connect()))
async def test_a_debuggers_port_is_never_connected_to_by_anybody(wire, hello, audited, port):
    with pytest.raises(ScopeError, match=f":{port}/tcp is refused: it is never connected to"):
        await wire().hold(hello, Target(Endpoint("127.0.9.1", port)))
    with pytest.raises(ScopeError, match="never connected to"):
        await wire().feel(Endpoint("127.0.9.1", port))
    assert [line["connections"] for line in audited()] == [0, 0]


@pytest.mark.parametrize("port", [-1, 0, 65536])
async def test_a_port_that_is_none_is_refused(wire, hello, port):
    with pytest.raises(ScopeError, match="no such port"):
        await wire().hold(hello, Target(Endpoint("127.0.9.1", port)))


async def test_the_sites_own_ports_are_left_alone_too(serve, wire, hello):
    peer = await serve(greet)
    with pytest.raises(ScopeError, match="never touched"):
        await wire(never_touch=frozenset({peer.port})).hold(hello, peer.target)
    assert peer.most_open == 0


async def test_the_scope_speaks_before_the_ports_and_the_ports_before_the_level(wire, protocol):
    def steps():
        yield Send(HELLO)

    login = protocol(steps, safety=Safety.C)
    with pytest.raises(ScopeError, match="in no granted network"):
        await wire(networks=["127.0.8.0/24"], level=Level.IDENTIFY).hold(login, Target(Endpoint("127.0.9.1", 9100)))
    with pytest.raises(ScopeError, match="never touched"):
        await wire(level=Level.IDENTIFY).hold(login, Target(Endpoint("127.0.9.1", 9100)))
    with pytest.raises(ScopeError, match="this scan may identify only; start it with --level login"):
        await wire(level=Level.IDENTIFY).hold(login, Target(Endpoint("127.0.9.1", 80)))


async def test_the_window_is_asked_again_at_every_connection(serve, wire, protocol, audited):
    peer = await serve(greet)
    start = datetime(2026, 11, 21, 4, 59, 50).astimezone().astimezone(UTC)
    passed = timedelta(0)

    def steps():
        nonlocal passed
        yield Read(5)
        passed = timedelta(minutes=1)
        yield Reconnect()

    with pytest.raises(ScopeError, match="may only be scanned 01:00-05:00"):
        await wire(window="01:00-05:00", clock=Clock(now=lambda: start + passed)).hold(protocol(steps), peer.target)
    assert await peer.endings() == ["FIN"]
    assert audited()[0]["connections"] == 1
    assert audited()[0]["rule"] == "site 'lab', approved by the test"


async def test_the_window_is_asked_again_after_the_wait_for_the_pace(serve, wire, protocol):
    peer = await serve(greet)
    now, slept = datetime(2026, 11, 21, 4, 59, 50).astimezone().astimezone(UTC), []

    async def sleep(seconds):
        nonlocal now
        now += timedelta(minutes=1)
        slept.append(seconds)

    def steps():
        yield Read(5)

    clock = Clock(now=lambda: now, monotonic=lambda: 1000.0, sleep=sleep)
    scoped = wire(window="01:00-05:00", clock=clock, pace=PACES["gentle"])
    await scoped.hold(protocol(steps), peer.target)
    assert not slept
    with pytest.raises(ScopeError, match="may only be scanned"):
        await scoped.hold(protocol(steps), peer.target)
    assert slept
    assert await peer.endings() == ["FIN"]


async def test_the_window_is_asked_again_at_every_datagram(serve_udp, wire, protocol):
    peer = await serve_udp(lambda datagram: [datagram])
    start = datetime(2026, 11, 21, 4, 59, 50).astimezone().astimezone(UTC)
    passed = timedelta(0)

    def steps():
        nonlocal passed
        yield Send(HELLO)
        yield ReadSome()
        passed = timedelta(minutes=1)
        yield Send(HELLO)

    with pytest.raises(ScopeError, match="may only be scanned"):
        await wire(window="01:00-05:00", clock=Clock(now=lambda: start + passed)).hold(
            protocol(steps, transport="udp"), peer.target
        )
    assert peer.heard == [HELLO]


@pytest.mark.parametrize("request_", [b"FORMAT C:\r\n", b"HELLO\r\nFORMAT C:\r\n", b"HELLO", b"XXY", b""])
async def test_a_request_that_says_does_not_declare_is_never_sent(serve, wire, protocol, audited, request_):
    peer = await serve(greet)

    def steps():
        yield Send(HELLO)
        try:
            yield Send(request_)
        except Exception:
            yield Send(request_)

    with pytest.raises(UndeclaredRequest):
        await wire().hold(protocol(steps), peer.target)
    await peer.endings()
    assert peer.heard == [HELLO]
    assert audited()[0]["said"] == ["hello"]
    assert audited()[0]["outcome"].startswith("not sent: a request of")


async def test_an_undeclared_datagram_is_never_sent(serve_udp, wire, protocol):
    peer = await serve_udp(lambda datagram: [datagram])

    def steps():
        yield Send(HELLO)
        yield ReadSome()
        yield Send(b"SET")

    with pytest.raises(UndeclaredRequest):
        await wire().hold(protocol(steps, transport="udp"), peer.target)
    assert peer.heard == [HELLO]


async def test_twenty_conversations_with_one_device_are_held_one_after_the_other(serve, wire, protocol):
    peer = await serve(greet)

    def steps():
        yield Read(5)
        yield Send(HELLO)

    made = wire()
    async with asyncio.timeout(20):
        await asyncio.gather(*(made.hold(protocol(steps), peer.target) for _ in range(20)))
    assert await peer.endings(20) == ["FIN"] * 20
    assert peer.most_open == 1


async def test_conversations_with_two_devices_are_held_together(serve, wire, protocol):
    both = asyncio.Barrier(2)

    async def talk(reader, writer):
        await both.wait()
        writer.write(b"together")

    peers = [await serve(talk, host=f"127.0.9.{n}") for n in (1, 2)]

    def steps():
        return (yield ReadAll(quiet=0.2))

    made = wire()
    async with asyncio.timeout(10):
        heard = await asyncio.gather(*(made.hold(protocol(steps), peer.target) for peer in peers))
    assert [one.evidence for one in heard] == [b"together", b"together"]


@pytest.mark.parametrize(("name", "most"), [("gentle", 1), ("normal", 4), ("lab", 50)])
async def test_no_second_sees_more_connections_than_the_pace_says(serve, wire, protocol, name, most):
    now, began = 1000.0, []

    async def sleep(seconds):
        nonlocal now
        now += seconds

    async def talk(reader, writer):
        began.append(now)

    peer = await serve(talk)

    def steps():
        for _ in range(2 * most):
            yield Reconnect()

    await wire(pace=PACES[name], clock=Clock(monotonic=lambda: now, sleep=sleep)).hold(protocol(steps), peer.target)
    await peer.endings(2 * most + 1)
    assert max(sum(start <= other < start + 1 for other in began) for start in began) <= most


async def test_a_device_rests_after_a_class_b_conversation_and_not_after_class_a(serve, wire, protocol):
    peer = await serve(greet)
    slept = []

    async def sleep(seconds):
        slept.append(seconds)

    def steps():
        yield Read(1)

    made = wire(pace=PACES["normal"], clock=Clock(monotonic=lambda: 1000.0, sleep=sleep))
    await made.hold(protocol(steps), peer.target)
    await made.hold(protocol(steps, safety=Safety.B), peer.target)
    assert max(slept) < 2
    await made.hold(protocol(steps), peer.target)
    assert max(slept) == 2


async def test_ports_below_1024_are_reached_higher_up_in_the_lab(serve, wire, hello):
    peer = await serve(greet)
    logical = Target(Endpoint(peer.host, 80))
    await wire(shift=peer.port - 80).hold(hello, logical)
    assert await peer.endings() == ["FIN"]


async def test_the_guards_judge_the_port_before_the_shift(serve, wire, hello):
    peer = await serve(greet)
    with pytest.raises(ScopeError, match="never touched"):
        await wire(shift=peer.port - 515).hold(hello, Target(Endpoint(peer.host, 515)))
    assert peer.most_open == 0


async def test_ports_from_1024_are_not_shifted(serve, wire, hello):
    peer = await serve(greet)
    await wire(shift=7).hold(hello, peer.target)
    assert await peer.endings() == ["FIN"]


def test_nothing_but_loopback_is_shifted():
    with pytest.raises(ScopeError, match="loopback addresses only"):
        shifted(Endpoint("10.0.0.1", 80), 8000)
    assert shifted(Endpoint("10.0.0.1", 80), 0) == 80
    assert shifted(Endpoint("10.0.0.1", 8080), 8000) == 8080
    assert shifted(Endpoint("::1", 80), 8000) == 8080


async def test_a_protocol_is_not_held_over_the_wrong_transport(wire, hello):
    with pytest.raises(ValueError, match="spoken over tcp"):
        await wire().hold(hello, Target(Endpoint("127.0.9.1", 80, "udp")))


async def test_nothing_is_done_that_cannot_be_audited(serve, wire, hello, audit_path, monkeypatch):
    peer = await serve(greet)
    made = wire()

    def full(file, data):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("scanner.audit.os.write", full)
        with pytest.raises(StoreError, match="No space left"):
            await made.hold(hello, peer.target)
    with pytest.raises(StoreError, match="No space left"):
        await made.hold(hello, peer.target)
    assert await peer.endings() == ["FIN"]
    assert verify(audit_path).lines == 0


async def test_what_a_device_says_is_not_in_the_audit(serve, wire, protocol, audit_path):
    peer = await serve(greet)

    def steps():
        raise ProtocolError((yield Read(14)).decode())

    with pytest.raises(ProtocolError, match="hello yourself"):
        await wire().hold(protocol(steps), peer.target)
    assert "yourself" not in audit_path.read_text()
    assert verify(audit_path).lines == 1


def test_every_template_is_a_pattern_that_does_not_allow_to_say_nothing():
    says = [say for protocol in load_protocols().values() for say in protocol.SAYS]
    assert len(says) > 50
    assert [say.name for say in says if say.allows(b"")] == []
