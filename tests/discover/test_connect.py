"""The connect sweep, against real sockets on this machine's loopback addresses."""

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from inventory.errors import ConfigError, ScopeError
from inventory.model import Endpoint, Level
from scanner import spans
from scanner.bucket import Bucket
from scanner.discover import Host, Note, Progress, Sweep, connect, discover, parse_targets
from scanner.discover.bridge import Bridge, BridgeEnded, BridgeRefused, scope_command
from scanner.discover.links import links
from scanner.pace import PACES
from scanner.scope import Grant, Scope

SWEEP = {
    "command": "sweep",
    "interface": "lo",
    "address": "127.0.0.1",
    "ranges": ["127.0.1.1"],
    "ports": [80],
    "packets_per_second": 100,
    "device_packets_per_second": 100,
}
GREETING = b"220 FTP server ready.\r\n"


QUICK = replace(PACES["lab"], device_packets_per_second=500, device_connections_per_second=500)


def grant(*networks: str, deny: tuple[str, ...] = ()) -> Grant:
    allowed = tuple(map(ip_network, networks or ("127.7.0.0/16",)))
    return Grant(allowed, tuple(map(ip_network, deny)), Level.IDENTIFY, "test")


class Asked(Scope):
    """A scope that remembers whom it was asked for, and allows nothing once it was asked `until` times."""

    def __init__(self, *grants: Grant, until: int = 1_000_000) -> None:
        super().__init__(grants)
        self.until = until
        self.asked: list[str] = []

    def allow(self, address: str, level: Level, now: datetime) -> Grant:
        assert now.tzinfo is not None
        self.asked.append(address)
        if len(self.asked) > self.until:
            raise ScopeError("the window has closed")
        return super().allow(address, level, now)


@dataclass
class Crowd:
    """How many are connected to one address, on whatever port, and how many ever were at once."""

    now: int = 0
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def come(self, number: int) -> None:
        with self.lock:
            self.now += number
            self.most = max(self.most, self.now)


@dataclass
class Device:
    """A TCP device: says `greeting`, then waits for the other side to close; counts its connections, and how they were left."""

    server: socket.socket
    port: int
    greeting: bytes
    crowd: Crowd
    total: int = 0
    resets: int = 0

    def serve(self) -> None:
        while True:
            try:
                link, _ = self.server.accept()
            except OSError:
                return
            self.crowd.come(1)
            self.total += 1
            with link:
                try:
                    link.sendall(self.greeting)
                    while link.recv(4096):
                        pass
                except ConnectionError:
                    self.resets += 1
                self.crowd.come(-1)


@contextlib.contextmanager
def device(address: str, port: int = 0, greeting: bytes = b"", crowd: Crowd | None = None) -> Iterator[Device]:
    with socket.create_server((address, port), backlog=64) as server:
        made = Device(server, server.getsockname()[1], greeting, crowd or Crowd())
        thread = threading.Thread(target=made.serve)
        thread.start()
        try:
            yield made
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def sweep(targets, ports, **changes):
    changes.setdefault("scope", Asked(grant()))
    changes.setdefault("pace", QUICK)
    return Sweep(parse_targets(targets), tuple(ports), level=Level.IDENTIFY, **changes)


async def records(of):
    return [record async for record in discover(of)]


def of_kind(kind, found):
    return [record for record in found if isinstance(record, kind)]


async def test_only_addresses_with_an_open_port_are_alive_on_loopback():
    with device("127.7.0.9") as nine, device("127.7.0.11") as eleven:
        found = await records(sweep(["127.7.0.0/28"], [nine.port, eleven.port, 9]))
    assert sorted(of_kind(Host, found), key=lambda host: host.open_ports) == [
        Host("127.7.0.9", None, (Endpoint("127.7.0.9", nine.port),), "connect"),
        Host("127.7.0.11", None, (Endpoint("127.7.0.11", eleven.port),), "connect"),
    ]
    assert found[-1] == Progress(14, 14, 14 * 3 + 2 * 3)
    assert of_kind(Note, found) == []


async def test_a_device_never_has_two_connections_at_once_and_is_left_by_fin():
    with contextlib.ExitStack() as stack:
        crowd = Crowd()
        devices = [stack.enter_context(device("127.7.0.9", greeting=GREETING, crowd=crowd)) for _ in range(8)]
        ports = [one.port for one in devices]
        found = await records(sweep(["127.7.0.9"], ports))
    assert [end.port for end in of_kind(Host, found)[0].open_ports] == sorted(ports)
    assert [one.total for one in devices] == [1] * 8
    assert [one.resets for one in devices] == [0] * 8
    assert crowd.most == 1


async def test_a_port_that_never_stops_talking_is_left_alone_after_a_moment():
    with device("127.7.0.9", greeting=b"x" * 50_000_000) as talker, device("127.7.0.9") as quiet:
        found = await records(sweep(["127.7.0.9"], [talker.port, quiet.port]))
    assert {end.port for end in of_kind(Host, found)[0].open_ports} == {talker.port, quiet.port}


async def test_low_ports_are_asked_shifted_and_told_as_meant():
    with device("127.7.0.9") as shifted:
        found = await records(sweep(["127.7.0.9"], [80, 443], shift=shifted.port - 80))
    assert of_kind(Host, found)[0].open_ports == (Endpoint("127.7.0.9", 80),)


async def test_ports_that_are_never_touched_get_no_connection_however_they_are_reached():
    with device("127.7.0.9") as printer, device("127.7.0.9") as other:
        never = frozenset((printer.port,))
        found = await records(sweep(["127.7.0.9"], [printer.port, other.port], never_touch=never))
        moved = await records(sweep(["127.7.0.9"], [515], shift=printer.port - 515, never_touch=frozenset((515,))))
    assert printer.total == 0
    assert other.total == 1
    assert of_kind(Host, found)
    assert not of_kind(Host, moved)


async def test_a_printer_gets_no_connection_even_if_the_caller_forgets_to_forbid_it():
    with device("127.7.0.9", 9103) as printer:
        assert not of_kind(Host, await records(sweep(["127.7.0.9"], [9103, 9])))
    assert printer.total == 0


async def test_a_debuggers_port_gets_no_connection_and_the_sweep_says_so(monkeypatch):
    with device("127.7.0.9") as debugger, device("127.7.0.9") as other:
        monkeypatch.setattr("scanner.discover.records.never_connect", lambda: frozenset((debugger.port,)))
        found = await records(sweep(["127.7.0.9"], [debugger.port, other.port]))
    assert (debugger.total, other.total) == (0, 1)
    assert [end.port for end in of_kind(Host, found)[0].open_ports] == [other.port]
    told = [note.text for note in of_kind(Note, found)]
    assert told == [f"not asked by connecting, which would stop what runs behind them: {debugger.port}"]


async def test_what_the_scope_denies_is_not_asked_and_is_told():
    scope = Asked(grant(deny=("127.7.0.9",)))
    with device("127.7.0.9") as denied, device("127.7.0.10", denied.port) as allowed:
        found = await records(sweep(["127.7.0.8-11", "127.8.0.1"], [denied.port], scope=scope))
    assert [host.address for host in of_kind(Host, found)] == ["127.7.0.10"]
    assert denied.total == 0
    assert allowed.total == 1
    first, second = (note.text for note in of_kind(Note, found))
    assert first.startswith("127.7.0.9: not asked: ")
    assert "is denied" in first
    assert second.startswith("127.8.0.1: not asked: ")
    assert "in no granted network" in second
    assert not any(note.incomplete for note in of_kind(Note, found))


async def test_the_scope_is_asked_at_every_connection():
    scope = Asked(grant())
    await records(sweep(["127.7.0.8-9"], [9, 10, 11], scope=scope))
    assert scope.asked.count("127.7.0.9") == 3


async def test_a_window_that_closes_ends_the_sweep_and_leaves_it_incomplete():
    found = await records(sweep(["127.7.0.0/24"], [9, 10], scope=Asked(grant(), until=40)))
    assert found[-1] == Note(
        "127.7.0.1-127.7.0.254: the sweep was ended by the scope: the window has closed", incomplete=True
    )


async def test_a_scope_that_refuses_everything_raises():
    with pytest.raises(ScopeError, match="in no grant"):
        await records(sweep(["127.8.0.1"], [80]))


async def test_an_empty_scope_refuses_everything():
    with pytest.raises(ScopeError):
        await records(sweep(["127.7.0.1"], [80], scope=Asked()))


async def test_addresses_to_skip_are_left_out_of_the_count():
    with device("127.7.0.9") as one:
        found = await records(sweep(["127.7.0.8-10"], [one.port], skip=frozenset(("127.7.0.9",))))
    assert not of_kind(Host, found)
    assert one.total == 0
    assert found[-1] == Progress(2, 2, 2)


async def test_the_first_and_last_address_of_a_granted_network_are_the_scopes_question():
    asked = Asked(grant("127.7.0.0/25", "127.7.0.128/25"))
    await records(sweep(["127.7.0.120-135"], [9], scope=asked))
    assert asked.asked[:4] == ["127.7.0.120", "127.7.0.127", "127.7.0.128", "127.7.0.129"]


async def test_ports_are_shifted_on_loopback_only():
    scope = Asked(grant("127.7.0.0/16", "10.9.0.0/24"))
    with pytest.raises(ScopeError, match="loopback addresses only"):
        await records(sweep(["127.7.0.1", "10.9.0.1"], [80], scope=scope, shift=8000))


async def test_an_engine_that_is_none_is_a_configuration_error():
    with pytest.raises(ConfigError, match="builtin and nmap"):
        await records(sweep(["127.7.0.1"], [80], engine="masscan"))


async def test_a_reader_may_stop_early_and_nothing_is_left_running():
    with device("127.7.0.9") as one:
        async with contextlib.aclosing(discover(sweep(["127.7.0.9", "127.7.1.0/24"], [one.port]))) as stream:
            first = await anext(record async for record in stream if isinstance(record, Host))
    assert first.address == "127.7.0.9"


async def test_no_more_sockets_are_held_than_addresses_are_asked_at_once(monkeypatch):
    held, most = set(), []

    class Counted(socket.socket):
        def connect_ex(self, address):
            held.add(self)
            most.append(len(held))
            return super().connect_ex(address)

        def close(self):
            held.discard(self)
            super().close()

    monkeypatch.setattr(connect, "AT_ONCE", 16)
    monkeypatch.setattr(socket, "socket", Counted)
    with device("127.7.0.9") as one:
        found = await records(sweep(["127.7.0.0/24"], [one.port, 9, 10]))
    assert len(of_kind(Host, found)) == 1
    assert 0 < max(most) <= 16
    assert not held


def test_a_device_is_not_asked_faster_than_its_pace():
    pace = replace(QUICK, device_connections_per_second=4, device_packets_per_second=40)
    manner = connect.Manner((9, 10, 11), int, pace, lambda address: None, patience=3, loopback=True)
    caller = connect.Caller(iter(["127.7.0.9"]), manner, 100.0)
    asked = []
    for tick in range(30):
        caller.step(100.0 + tick / 20)
        wait_for_answers(caller, 100.0 + tick / 20)
        asked.append(caller.packets)
    caller.close()
    assert [asked.index(number) for number in (1, 2, 3)] == [0, 6, 12]


def wait_for_answers(caller, now):
    """Loopback refuses at once or a moment later; the machine's clock stands still until it has."""
    deadline = datetime.now(UTC) + timedelta(seconds=5)
    while caller._open and datetime.now(UTC) < deadline:
        caller.step(now)


def test_a_bucket_saves_up_no_burst():
    bucket = Bucket(100.0, 0.0)
    assert [bucket.take(0.0), bucket.take(0.0)] == [True, False]
    assert bucket.wait() == pytest.approx(0.01)
    assert [bucket.take(60.0) for _ in range(4)] == [True, True, False, False]
    bucket.owe(3)
    assert bucket.wait() == pytest.approx(0.04)


def test_this_machine_knows_its_own_loopback():
    loopback = next(link for link in links() if link.address == "127.0.0.1")
    assert loopback.interface == "lo"
    assert loopback.network == spans.read("127.0.0.0/8")
    assert not loopback.ethernet


async def test_a_bridge_that_refuses_says_why_in_its_own_words():
    fence = scope_command(["127.0.0.0/24"], [], [])
    async with Bridge("l2", fence) as bridge:
        with pytest.raises(BridgeRefused, match=r"outside the scope: 127\.0\.1\.1"):
            _ = [event async for event in bridge.follow(SWEEP)]


async def test_a_bridge_that_is_not_needed_any_more_ends():
    async with Bridge("l2", scope_command(["127.0.0.0/24"], [], [])) as bridge:
        assert bridge.pid
    with pytest.raises(ProcessLookupError):
        os.kill(bridge.pid, 0)


async def test_a_bridge_that_cannot_even_start_says_its_last_words():
    async with Bridge("none", scope_command([], [], [])) as bridge:
        with pytest.raises(BridgeEnded, match=r"exit code 1: .*No module named scanner\.bridges\.none"):
            _ = [event async for event in bridge.follow(SWEEP)]
