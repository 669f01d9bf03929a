import asyncio
import itertools
from contextlib import suppress

import pytest

from inventory.errors import PeerClosed, PeerError, ProtocolError, TimedOut, Unreached, UsedUp
from inventory.model import Endpoint
from scanner.conversation import Depth, Heard, Read, ReadAll, ReadSome, ReadUntil, Reconnect, Send, Target
from scanner.guards import Caps

HELLO = b"HELLO\r\n"


async def greet(reader, writer):
    writer.write(b"220 ready\r\nmore to come")


async def silent(reader, writer):
    """Says nothing and waits."""


async def endless(reader, writer):
    while True:
        writer.write(b"A" * 65536)
        await writer.drain()


async def drip(reader, writer):
    """One byte after another, each well within a step's time."""
    while not reader.at_eof():
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(0.02)


async def test_reads_what_the_steps_ask_for_and_no_more(serve, wire, protocol):
    peer = await serve(greet)

    def steps():
        code = yield Read(4)
        word = yield ReadUntil(b"\r\n")
        some = yield ReadSome(4)
        sent = yield Send(HELLO)
        return b"|".join((code, word, some, sent))

    heard = await wire().hold(protocol(steps), peer.target)
    assert heard == Heard({}, b"220 |ready\r\n|more|")
    assert await peer.endings() == ["FIN"]
    assert peer.heard == [HELLO]


async def test_read_all_ends_when_the_peer_closes(serve, wire, protocol):
    async def talk(reader, writer):
        writer.write(b"all of it")
        writer.write_eof()

    peer = await serve(talk)

    def steps():
        whole = yield ReadAll()
        rest = yield ReadAll()
        return whole + b"|" + rest

    assert (await wire().hold(protocol(steps), peer.target)).evidence == b"all of it|"


async def test_read_all_ends_in_silence_or_at_its_limit(serve, wire, protocol, quick):
    peer = await serve(greet)

    def steps():
        return (yield ReadAll(3)) + b"|" + (yield ReadAll(quiet=0.05))

    assert (await wire(caps=quick).hold(protocol(steps), peer.target)).evidence == b"220| ready\r\nmore to come"


async def test_a_peer_that_closes_early_hands_over_what_it_had_said(serve, wire, protocol):
    async def talk(reader, writer):
        writer.write(b"12")
        writer.write_eof()

    peer = await serve(talk)

    def steps():
        try:
            yield Read(3)
        except PeerClosed as closed:
            partial = closed.partial
        try:
            yield ReadSome()
        except PeerClosed as closed:
            return partial + b"|" + closed.partial

    assert (await wire().hold(protocol(steps), peer.target)).evidence == b"12|"


async def test_a_peer_that_resets_has_closed(serve, wire, protocol):
    async def talk(reader, writer):
        writer.transport.abort()

    peer = await serve(talk)

    def steps():
        yield Read(1)

    with pytest.raises(PeerClosed):
        await wire().hold(protocol(steps), peer.target)


async def test_silence_is_thrown_into_the_conversation_with_what_was_said(serve, wire, protocol, quick):
    peer = await serve(greet)

    def steps():
        try:
            yield ReadUntil(b"never")
        except TimedOut as silence:
            return silence.partial

    assert (await wire(caps=quick).hold(protocol(steps), peer.target)).evidence == b"220 ready\r\nmore to come"


async def test_a_delimiter_that_does_not_come_within_the_limit_is_a_protocol_error(serve, wire, protocol):
    peer = await serve(greet)

    def steps():
        try:
            yield ReadUntil(b"\r\n", 9)
        except ProtocolError:
            return (yield ReadUntil(b"\r\n", 11))

    assert (await wire().hold(protocol(steps), peer.target)).evidence == b"220 ready\r\n"


async def test_what_the_conversation_does_not_catch_reaches_the_caller_and_the_audit(
    serve, wire, protocol, audited, quick
):
    peer = await serve(silent)

    def steps():
        yield Send(HELLO)
        yield Read(1)

    with pytest.raises(TimedOut):
        await wire(caps=quick).hold(protocol(steps), peer.target)
    assert audited()[0]["outcome"] == "TimedOut"
    assert audited()[0]["said"] == ["hello"]
    assert await peer.endings() == ["FIN"]


async def test_a_conversation_that_fails_of_itself_still_ends_with_fin_and_an_audit_line(
    serve, wire, protocol, audited
):
    peer = await serve(greet)

    def steps():
        yield Read(1)
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        await wire().hold(protocol(steps), peer.target)
    assert audited()[0]["outcome"] == "failed: KeyError"
    assert await peer.endings() == ["FIN"]


async def test_a_cancelled_conversation_still_ends_with_fin_and_an_audit_line(serve, wire, protocol, audited):
    reached = asyncio.Event()

    async def talk(reader, writer):
        reached.set()

    peer = await serve(talk)

    def steps():
        yield Send(HELLO)
        yield ReadAll()

    holding = asyncio.ensure_future(wire().hold(protocol(steps), peer.target))
    await reached.wait()
    holding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await holding
    assert audited()[0]["outcome"] == "cancelled"
    assert await peer.endings() == ["FIN"]


@pytest.mark.parametrize("unread", [1, 100_000])
async def test_closes_with_fin_though_much_is_unread(serve, wire, protocol, unread):
    async def talk(reader, writer):
        writer.write(b"HTTP/1.0 200 OK\r\n" + b"x" * unread)
        await writer.drain()

    peer = await serve(talk)

    def steps():
        yield Read(4)

    await wire().hold(protocol(steps), peer.target)
    assert await peer.endings() == ["FIN"]


async def test_reconnect_closes_with_fin_and_begins_anew(serve, wire, protocol, audited):
    count = itertools.count()

    async def talk(reader, writer):
        writer.write(b"connection %d and more" % next(count))

    peer = await serve(talk)

    def steps():
        first = yield Read(12)
        assert (yield Reconnect()) == b""
        return first + b"|" + (yield Read(12))

    made = wire()
    assert (await made.hold(protocol(steps), peer.target)).evidence == b"connection 0|connection 1"
    assert await peer.endings(2) == ["FIN", "FIN"]
    assert peer.most_open == 1
    assert made.traffic.connections == 2
    assert audited()[0]["connections"] == 2


async def test_a_reconnect_that_finds_nobody_is_thrown_into_the_conversation(serve, wire, protocol):
    async def talk(reader, writer):
        peer.server.close()

    peer = await serve(talk)

    def steps():
        yield ReadAll(quiet=0.1)
        with pytest.raises(Unreached, match="connection refused"):
            yield Reconnect()
        with pytest.raises(PeerClosed):
            yield Read(1)
        return b"told"

    assert (await wire().hold(protocol(steps), peer.target)).evidence == b"told"
    assert await peer.endings() == ["FIN"]


async def test_a_closed_port_is_unreached(wire, hello, audited):
    with pytest.raises(Unreached, match="connection refused"):
        await wire().hold(hello, Target(Endpoint("127.0.9.3", 9)))
    assert audited()[0]["outcome"] == "unreached: connection refused"
    assert audited()[0]["bytes_out"] == 0


async def test_a_port_that_does_not_answer_is_unreached_in_time(wire, hello, serve, quick):
    full = await asyncio.start_server(silent, "127.0.9.4", 0, backlog=1, start_serving=False)
    port = full.sockets[0].getsockname()[1]
    with full.sockets[0].dup() as listening:
        listening.listen(1)  # nobody accepts: the queue is full after two, and further SYNs are dropped
        waiting = [await asyncio.open_connection("127.0.9.4", port) for _ in range(2)]
        with pytest.raises(Unreached, match="no answer"):
            await wire(caps=quick).hold(hello, Target(Endpoint("127.0.9.4", port)))
        for _, writer in waiting:
            writer.close()
    full.close()


@pytest.mark.parametrize(
    "step", [Read(10**6), ReadUntil(b"B", 10**6), ReadAll(10**9)], ids=lambda step: type(step).__name__
)
async def test_an_endless_banner_ends_at_the_cap(serve, wire, protocol, audited, step):
    peer = await serve(endless)

    def steps():
        try:
            return b"%d" % len((yield step))
        except ProtocolError as error:
            return str(error).encode()

    heard = await wire().hold(protocol(steps), peer.target)
    assert heard.evidence in {b"65536", b"the device says more than 65536 bytes"}
    assert audited()[0]["bytes_in"] == 65536


async def test_who_is_asked_in_full_may_say_more_though_not_without_end(serve, wire, protocol, audited):
    peer = await serve(endless)

    def steps():
        return b"%d" % len((yield ReadAll(10**9)))

    target = Target(peer.endpoint, depth=Depth.FULL)
    assert (await wire().hold(protocol(steps), target)).evidence == b"1048576"
    assert audited()[0]["bytes_in"] == 1048576


@pytest.mark.parametrize(
    "step", [Read(10**6), ReadUntil(b"B", 10**6), ReadAll(10**9)], ids=lambda step: type(step).__name__
)
async def test_a_dripping_peer_ends_at_the_deadline(serve, wire, protocol, step, quick):
    peer = await serve(drip)

    def steps():
        with suppress(TimedOut):
            return (yield step)
        return b"late"

    async with asyncio.timeout(10):
        heard = await wire(caps=quick).hold(protocol(steps), peer.target)
    assert heard.evidence.strip(b".") in {b"late", b""}
    assert await peer.endings() == ["FIN"]


async def test_a_conversation_that_never_gives_up_is_given_up(serve, wire, protocol, audited, quick):
    peer = await serve(silent)

    def steps():
        while True:
            try:
                yield Send(HELLO)
                yield Read(1)
            except TimedOut:
                continue

    async with asyncio.timeout(10):
        with pytest.raises(TimedOut):
            await wire(caps=quick).hold(protocol(steps), peer.target)
    assert audited()[0]["said"][0].startswith("hello x")
    assert await peer.endings() == ["FIN"]


async def test_a_device_that_drips_is_broken_off_when_its_packets_are_used_up(serve, wire, protocol, audited):
    peer = await serve(drip)

    def steps():
        return (yield Read(5000))

    made = wire()
    with pytest.raises(UsedUp):
        await made.hold(protocol(steps), peer.target, most=12)
    assert audited()[0]["outcome"] == "UsedUp"
    assert await peer.endings() == ["FIN"]
    assert made.traffic.packets_sent in range(12, 20)  # what drips in until it sees our FIN is acknowledged too


async def test_whose_packets_are_used_up_is_sent_no_more_and_connected_to_no_more(serve, wire, protocol):
    peer = await serve(drip)

    def steps():
        for step in (Read(5000), Send(HELLO), Reconnect()):
            with suppress(PeerError):
                yield step
        yield Reconnect()

    made = wire()
    with pytest.raises(UsedUp):
        await made.hold(protocol(steps), peer.target, most=12)
    assert await peer.endings() == ["FIN"]
    assert (peer.heard, made.traffic.connections) == ([], 1)


async def test_evidence_is_cut(serve, wire, protocol):
    peer = await serve(endless)

    def steps():
        return (yield Read(5000))

    assert len((await wire().hold(protocol(steps), peer.target)).evidence) == 512


async def test_counts_packets_connections_and_bytes(serve, wire, protocol, audited):
    peer = await serve(silent)

    def steps():
        yield Send(HELLO)
        yield Send(b"X" * 3000)

    made = wire()
    await made.hold(protocol(steps), peer.target)
    assert made.traffic.connections == 1
    assert made.traffic.packets_sent == 4 + 1 + 3
    assert made.traffic.login_attempts == 0
    assert audited()[0]["bytes_out"] == 3007
    assert audited()[0]["said"] == ["hello", "long"]


async def test_reaches_ipv6(serve, wire, hello):
    try:
        peer = await serve(silent, host="::1")
    except OSError:
        pytest.skip("this machine has no IPv6 loopback address")
    await wire().hold(hello, peer.target)
    assert await peer.endings() == ["FIN"]


async def test_an_ipv4_address_in_ipv6_clothes_is_reached_by_ipv4(serve, wire, hello):
    peer = await serve(silent)
    await wire().hold(hello, Target(Endpoint(f"::ffff:{peer.host}", peer.port)))
    assert await peer.endings() == ["FIN"]


async def test_udp_keeps_datagrams_apart(serve_udp, wire, protocol):
    peer = await serve_udp(lambda datagram: (b"first", b"second", b"third"))

    def steps():
        yield Send(HELLO)
        whole = yield ReadSome()
        cut = yield ReadSome(3)
        return whole + b"|" + cut + b"|" + (yield Read(5))

    assert (await wire().hold(protocol(steps, transport="udp"), peer.target)).evidence == b"first|sec|third"
    assert peer.heard == [HELLO]


async def test_a_closed_udp_port_is_thrown_into_the_conversation(wire, protocol, audited):
    def steps():
        yield Send(HELLO)
        try:
            yield ReadSome()
        except Unreached as refused:
            return str(refused).encode()

    heard = await wire().hold(protocol(steps, transport="udp"), Target(Endpoint("127.0.9.5", 9, "udp")))
    assert heard.evidence == b"connection refused"
    assert audited()[0]["connections"] == 0


async def test_udp_silence_times_out(serve_udp, wire, protocol, quick):
    peer = await serve_udp(lambda datagram: ())

    def steps():
        yield Send(HELLO)
        yield ReadSome()

    with pytest.raises(TimedOut):
        await wire(caps=quick).hold(protocol(steps, transport="udp"), peer.target)


async def test_others_go_on_while_a_peer_always_has_something_to_say(serve, wire, protocol):
    others: list[None] = []

    async def talk(reader, writer):
        writer.write(bytes(1_000_000))
        await writer.drain()

    async def another():
        while True:
            others.append(None)
            await asyncio.sleep(0)

    def steps():
        yield Read(1)
        before = len(others)
        for _ in range(40):  # each takes as much from the kernel as is taken at once
            yield Read(16384)
        return Heard({"rounds": len(others) - before})

    peer = await serve(talk)
    other = asyncio.create_task(another())
    heard = await wire(caps=Caps(received=1 << 20)).hold(protocol(steps), peer.target)
    other.cancel()
    assert heard.facts["rounds"] >= 4


async def test_a_flood_of_empty_datagrams_does_not_keep_the_wire(serve_udp, wire, protocol, quick):
    peer = await serve_udp(lambda datagram: [b""] * 50)

    def steps():
        yield Send(HELLO)
        yield ReadSome()

    with pytest.raises(TimedOut):
        await wire(caps=quick).hold(protocol(steps, transport="udp"), peer.target)


async def test_hears_nobody_but_the_device_over_udp(serve_udp, wire, protocol, quick):
    stranger, _ = await asyncio.get_running_loop().create_datagram_endpoint(asyncio.DatagramProtocol, ("127.0.9.66", 0))

    def forge(datagram):
        stranger.sendto(b"forged", peer.clients[-1])
        return ()

    peer = await serve_udp(forge)

    def steps():
        yield Send(HELLO)
        yield ReadSome()

    with pytest.raises(TimedOut) as silence:
        await wire(caps=quick).hold(protocol(steps, transport="udp"), peer.target)
    assert silence.value.partial == b""
    stranger.close()
