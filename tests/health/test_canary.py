"""When a reading is taken, when silence is an alarm, and above all when it is none: over a wire that is played."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from inventory.errors import PeerClosed, PeerError, ProtocolError, TimedOut, Unreached
from inventory.model import Device, Endpoint, Observation
from scanner.canary import FLOOR, Canary
from scanner.conversation import Heard, ProtocolModule, Safety, Target
from scanner.discover import Host
from scanner.ward import Ward
from scanner.wire import Wire

ADDRESS = "192.0.2.7"
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
WEB, SHELL, MODBUS = (Endpoint(ADDRESS, port) for port in (80, 22, 502))
CLOSED = 4711
HTTP = cast(ProtocolModule, SimpleNamespace(NAME="http", SAFETY=Safety.A, TRANSPORT="tcp"))
CONTROL = cast(ProtocolModule, SimpleNamespace(NAME="modbus", SAFETY=Safety.A, TRANSPORT="tcp"))
SNMP = cast(ProtocolModule, SimpleNamespace(NAME="snmp", SAFETY=Safety.A, TRANSPORT="udp"))
AGENT = Endpoint(ADDRESS, 161, "udp")
FAST = 0.001


class Played:
    """A wire on which `readings` are the seconds until each connection is answered (None: it is not), the last of them for ever; `felt` says where."""

    patience = (0.0, 0.0)

    def __init__(self, readings: Iterable[float | None] = (FAST,), engine: Callable[[], Heard] | None = None) -> None:
        self.felt: list[int] = []
        self.times: list[float] = []
        self.engines = 0
        self.cut_off = False
        self._readings = list(readings)
        self._engine = engine

    def connected_in(self, address: str) -> tuple[float, ...]:
        return tuple(self.times)

    async def feel(self, endpoint: Endpoint) -> float | None:
        self.felt.append(endpoint.port)
        if self.cut_off:
            raise Unreached("network is unreachable")
        reading = self._readings.pop(0) if len(self._readings) > 1 else self._readings[0]
        if reading is not None:
            self.times.append(reading)
        return reading

    async def hold(self, protocol: ProtocolModule, target: Target) -> Heard:
        self.engines += 1
        if self._engine is None:
            raise TimedOut
        return self._engine()


def device(*observations: Observation) -> Device:
    return Device(f"address:{ADDRESS}", (ADDRESS,), observations=observations)


def canary(wire: Played, *open_ports: Endpoint, refusing: int | None = None, ward: Ward | None = None) -> Canary:
    host = Host(ADDRESS, None, open_ports or (WEB, SHELL), "connect", refusing)
    return Canary(cast(Wire, wire), ward or Ward(), host, scan="scan-1", now=lambda: NOW)


async def watched(wire: Played, ended: Any, *open_ports: Endpoint, refusing: int | None = CLOSED) -> Canary:
    """A canary that looked before, saw the web page answer, and then saw the shell end so."""
    bird = canary(wire, *open_ports, refusing=refusing)
    await bird.before()
    await bird.between(HTTP, WEB, {"http.status": 200}, device())
    await bird.between(HTTP, SHELL, ended, device())
    return bird


def engine(boots: int, time: int = 1000) -> Heard:
    return Heard({"snmp.engine_id": "80001f8803", "snmp.engine_boots": boots, "snmp.engine_time": time})


# Silence


@pytest.mark.parametrize("ended", [TimedOut(), PeerClosed()])
async def test_a_device_that_fell_silent_is_quarantined_after_two_more_tries(ended):
    wire = Played([FAST, None])
    bird = await watched(wire, ended)
    assert bird.quarantine is not None
    assert bird.quarantine.asked == f"http at {SHELL}"
    assert bird.quarantine.look == CLOSED
    assert "two more tries" in bird.halt
    assert wire.felt[:2] == [CLOSED, CLOSED]


@pytest.mark.parametrize("later", [1, 2, 3, 4])
async def test_a_device_that_answers_any_of_the_tries_is_not(later):
    wire = Played([FAST, *[None] * later, FAST])
    bird = await watched(wire, TimedOut())
    assert bird.halt == ""
    assert wire.felt[-1] in (CLOSED, WEB.port)


async def test_a_device_that_never_answered_is_not():
    wire = Played([None])
    bird = canary(wire)
    await bird.before()
    for endpoint in (WEB, SHELL, MODBUS):
        await bird.between(HTTP, endpoint, TimedOut(), device())
    await bird.conclude(device())
    assert bird.halt == ""
    assert len(wire.felt) == 1


async def test_a_tarpit_that_takes_what_comes_and_says_nothing_is_not():
    wire = Played([FAST])
    bird = canary(wire)
    await bird.before()
    for port in range(8000, 8040):
        await bird.between(HTTP, Endpoint(ADDRESS, port), TimedOut(), device())
    await bird.conclude(device())
    assert bird.halt == ""
    assert len(wire.felt) <= 5


@pytest.mark.parametrize("port", [3306, 5900])
async def test_a_server_that_counts_those_who_do_not_log_in_is_not_felt_where_there_is_another(port):
    counting, wire = Endpoint(ADDRESS, port), Played()
    alone = canary(wire, counting)
    await alone.before()
    assert wire.felt == []
    bird = canary(wire, counting, SHELL)
    for endpoint in (counting, SHELL):
        await bird.between(HTTP, endpoint, {"http.status": 200}, device())
    await bird.after_login(SHELL, "ssh", in_vain=True, device=device())
    await bird.conclude(device())
    assert set(wire.felt) == {SHELL.port}


async def test_a_port_that_was_never_reached_proves_nothing_by_its_silence():
    wire = Played([None])
    bird = canary(wire, WEB, SHELL)
    await bird.between(SNMP, AGENT, {"snmp.engine_boots": 1}, device())
    await bird.between(HTTP, WEB, TimedOut(), device())
    assert (bird.halt, wire.felt) == ("", [])


async def test_an_answer_that_is_not_the_protocol_is_a_sign_of_life():
    wire = Played([FAST, None])
    bird = await watched(wire, ProtocolError("no"))
    assert (bird.halt, len(wire.felt)) == ("", 1)


async def test_several_that_fall_silent_at_once_are_stopped_and_not_quarantined():
    ward = Ward()
    for number in (1, 2):
        ward.suspect(f"192.0.2.{100 + number}", 0.0)
    bird = canary(Played([FAST, None]), refusing=CLOSED, ward=ward)
    await bird.before()
    await bird.between(HTTP, WEB, TimedOut(), device())
    assert bird.quarantine is None
    assert "it looks like the network" in bird.halt


async def test_a_scanner_that_has_lost_its_own_network_blames_no_device():
    wire = Played([FAST, None])
    bird = canary(wire, refusing=CLOSED)
    await bird.before()
    wire.cut_off = True
    await bird.between(HTTP, WEB, TimedOut(), device())
    assert bird.halt == ""


# Slowness


@pytest.mark.parametrize(
    ("usual", "now", "alarm"),
    [(0.001, FLOOR, True), (0.001, FLOOR - 0.01, False), (0.2, 1.9, False), (0.2, 2.1, True), (0.001, 1.02, True)],
)
async def test_ten_times_the_usual_round_trip_is_an_alarm_where_it_lasts_and_is_above_the_floor(usual, now, alarm):
    wire = Played([usual, now])
    bird = await watched(wire, TimedOut())
    assert bool(bird.halt) == alarm
    assert ("takes long to answer" in bird.halt) == alarm


async def test_one_repeated_syn_is_no_alarm():
    bird = await watched(Played([FAST, 1.02, FAST]), TimedOut())
    assert bird.halt == ""


async def test_a_slow_connection_of_a_conversation_that_went_well_is_looked_into():
    wire = Played([FAST, 0.9])
    bird = canary(wire, refusing=CLOSED)
    await bird.before()
    wire.times.append(0.9)
    await bird.between(HTTP, WEB, {"http.status": 200}, device())
    assert "takes long to answer" in bird.halt


# Restarts


async def test_a_boot_counter_that_rose_is_an_alarm_at_once():
    wire = Played([FAST], engine=lambda: engine(4, 2))
    bird = canary(wire)
    await bird.between(SNMP, AGENT, engine(3).facts, device())
    await bird.between(HTTP, WEB, {"http.status": 200}, device())
    await bird.between(HTTP, SHELL, TimedOut(), device())
    assert "boots 3 → 4" in bird.halt
    assert wire.felt == []


async def test_the_last_reading_proves_by_the_devices_own_counters_that_it_came_through():
    bird = canary(Played([FAST], engine=lambda: engine(3, 1040)))
    seen = Observation(AGENT, "snmp", engine(3).facts, b"", NOW)
    await bird.between(SNMP, AGENT, seen.facts, device(seen))
    (uptime,) = await bird.conclude(device(seen))
    assert (uptime.boots_before, uptime.boots_after, uptime.restart, bird.halt) == (3, 3, "", "")


async def test_a_restart_between_the_first_and_the_last_reading_is_an_alarm():
    bird = canary(Played([FAST], engine=lambda: engine(3, 7)))
    seen = Observation(AGENT, "snmp", engine(3).facts, b"", NOW)
    await bird.between(SNMP, AGENT, seen.facts, device(seen))
    (uptime,) = await bird.conclude(device(seen))
    assert uptime.restart.startswith("it restarted")
    assert uptime.restart in bird.halt


# What it costs


async def test_a_healthy_device_pays_two_connections_and_none_to_a_controllers_port():
    wire = Played()
    bird = canary(wire, WEB, MODBUS)
    await bird.before()
    for _ in range(2):
        await bird.between(HTTP, WEB, {"http.status": 200}, device())
    await bird.between(CONTROL, MODBUS, {"modbus.vendor": "x"}, device())
    await bird.conclude(device())
    assert wire.felt == [80, 80]


async def test_a_controller_that_is_all_there_is_is_spared_the_reading_before():
    wire = Played()
    bird = canary(wire, MODBUS)
    await bird.before()
    await bird.between(CONTROL, MODBUS, {"modbus.vendor": "x"}, device())
    assert wire.felt == []
    await bird.conclude(device())
    assert wire.felt == [502]


async def test_a_device_that_names_its_engine_pays_no_connection_after_the_first():
    wire = Played([FAST], engine=lambda: engine(3, 1001))
    bird = canary(wire)
    await bird.before()
    await bird.between(SNMP, AGENT, engine(3).facts, device())
    await bird.between(HTTP, SHELL, TimedOut(), device())
    await bird.conclude(device())
    assert (len(wire.felt), wire.engines) == (1, 2)


async def test_a_controller_is_looked_at_every_few_questions_though_all_goes_well():
    wire = Played()
    bird = canary(wire, MODBUS, refusing=CLOSED)
    await bird.before()
    for _ in range(6):
        await bird.between(CONTROL, MODBUS, {"modbus.vendor": "x"}, device())
    assert wire.felt == [CLOSED] * 3


async def test_nothing_that_was_not_asked_is_looked_at_afterwards():
    wire = Played()
    assert await canary(wire).conclude(device()) == ()
    assert wire.felt == []


@pytest.mark.parametrize("ended", [None, TimedOut()])
async def test_silence_over_udp_and_a_bug_of_ours_say_nothing_of_the_device(ended: PeerError | None):
    wire = Played([FAST, None])
    bird = canary(wire, refusing=CLOSED)
    await bird.before()
    await bird.between(SNMP, AGENT, ended, device())
    assert (bird.halt, len(wire.felt)) == ("", 1)
