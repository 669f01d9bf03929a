"""One host is asked: what is left unasked is said, and no device can keep the scan for longer than it may."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from inventory.errors import PeerError, ProtocolError, TimedOut, Unreached
from inventory.model import Device, Endpoint, Traffic
from scanner import identify
from scanner.conversation import Heard, Lead, ProtocolModule, Target
from scanner.discover import Host
from scanner.identify import PATIENCE, Interview
from scanner.protocols import load_protocols
from scanner.questions import spoken_over
from scanner.wire import Wire

ADDRESS = "192.0.2.7"
Answering = Callable[[str, int], Heard | PeerError]


class Played:
    """A wire without a network: `answering` plays the device, and each conversation takes `seconds` on the clock."""

    def __init__(self, answering: Answering, seconds: float = 0.0) -> None:
        self.clock = 0.0
        self.asked: list[tuple[str, int]] = []
        self.sent = Traffic()
        self._answering = answering
        self._seconds = seconds

    def sent_to(self, address: str) -> Traffic:
        return self.sent

    @asynccontextmanager
    async def turn(self, address: str) -> AsyncIterator[None]:
        yield

    async def hold(self, protocol: ProtocolModule, target: Target, *, in_turn: bool = False) -> Heard:
        self.asked.append((protocol.NAME, target.endpoint.port))
        answer = self._answering(protocol.NAME, target.endpoint.port)
        self.clock += self._seconds if target.endpoint.transport == "tcp" else 0.0
        if isinstance(answer, PeerError):
            raise answer
        return answer


@pytest.fixture
def interview(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """`await interview(played, 22, 80)` asks a host with these ports open."""

    async def ask(played: Any, *ports: int, deadline: float = 600.0) -> Device:
        monkeypatch.setattr(identify, "_clock", lambda: played.clock)
        host = Host(ADDRESS, None, tuple(Endpoint(ADDRESS, port) for port in ports), "connect")
        asked = Interview(
            cast(Wire, played),
            host,
            name="",
            community="",
            asking=lambda _: None,
            now=lambda: datetime(2026, 11, 1, tzinfo=UTC),
        )
        return await asked.device(deadline)

    return ask


def silence(protocol: str, port: int) -> Heard | PeerError:
    return TimedOut()


@pytest.mark.parametrize("port", [102, 2404, 4840, 20000, 44818])
async def test_a_port_of_a_protocol_that_is_not_spoken_here_is_left_alone(interview, port):
    played = Played(silence)
    device = await interview(played, port)
    assert [asked for asked in played.asked if asked[1] == port] == []
    assert device.open_ports == (Endpoint(ADDRESS, port),)


async def test_a_port_that_nobody_knows_is_asked_for_http_and_then_for_tls(interview):
    played = Played(silence)
    await interview(played, 61234)
    assert [asked for asked in played.asked if asked[1] == 61234] == [("http", 61234), ("tls", 61234)]


async def test_a_silent_device_is_left_when_the_patience_is_used_up(interview):
    played = Played(silence, seconds=5.0)
    ports = (21, 22, 23, 80, 81, 82, 88, 502, 554, 591, 1883, 7080, 8000, 8001, 8008)
    device = await interview(played, *ports)
    assert played.clock == PATIENCE
    assert {gap.endpoint.port for gap in device.gaps if gap.endpoint.transport == "tcp"} == set(ports)


async def test_what_was_not_asked_is_a_gap_that_says_why(interview):
    device = await interview(Played(silence, seconds=PATIENCE), 22, 8080, 61234)
    (asked,) = [gap for gap in device.gaps if gap.endpoint.port == 22]
    left = [gap for gap in device.gaps if gap.endpoint.port != 22]
    assert "did not answer in time" in asked.reason
    assert [(gap.endpoint.port, gap.protocol) for gap in left] == [(8080, "http"), (61234, "http")]
    assert all("in vain" in gap.reason for gap in left)


async def test_quick_refusals_cost_no_patience(interview):
    played = Played(lambda protocol, port: ProtocolError("no"), seconds=3.0)
    await interview(played, *range(8080, 8100), 21, 22, 23, 80)
    assert {port for protocol, port in played.asked if protocol == "http"} >= {8080, 8099}


@pytest.mark.parametrize("slow", [ProtocolError("one byte a second"), TimedOut(), Unreached("no answer")])
async def test_every_way_to_be_slow_costs_patience(interview, slow):
    played = Played(lambda protocol, port: slow, seconds=PATIENCE)
    await interview(played, 22, 80, 8080)
    datagrams = {port for protocol in spoken_over("udp") for port in protocol.PORTS}
    assert [port for _, port in played.asked if port not in datagrams] == [22]


async def test_a_device_that_answers_slowly_is_asked_to_the_end(interview):
    played = Played(lambda protocol, port: Heard({"http.status": 200}), seconds=20.0)
    device = await interview(played, 80, 81, 82, 88, 8080, 8081)
    assert len([port for protocol, port in played.asked if protocol == "http"]) == 6
    assert device.gaps == ()


async def test_udp_is_asked_before_a_device_can_use_up_the_patience(interview):
    played = Played(silence, seconds=PATIENCE)
    await interview(played, 22, 80)
    assert {"snmp", "ssdp"} <= {protocol for protocol, _ in played.asked}


async def test_a_lead_that_is_not_followed_any_more_is_a_gap(interview):
    lead = Lead("upnp", Target(Endpoint(ADDRESS, 49152)))

    def device_says(protocol: str, port: int) -> Heard | PeerError:
        return Heard({"ssdp.server": "x"}, leads=(lead,)) if protocol == "ssdp" else TimedOut()

    device = await interview(Played(device_says, seconds=PATIENCE), 22)
    assert [gap.protocol for gap in device.gaps if gap.endpoint.port == 49152] == ["upnp"]


async def test_at_the_deadline_each_protocol_that_was_not_asked_is_a_gap_once(interview):
    class Stuck(Played):
        async def hold(self, protocol: ProtocolModule, target: Target, *, in_turn: bool = False) -> Heard:
            if target.endpoint.port == 443 and protocol.NAME == "http":
                await asyncio.Event().wait()
            return await super().hold(protocol, target)

    def device_says(protocol: str, port: int) -> Heard | PeerError:
        return Heard({"tls.versions": ()}) if protocol == "tls" else TimedOut()

    device = await interview(Stuck(device_says), 23, 443, 8443, deadline=0.01)
    gaps = [(gap.endpoint.port, gap.protocol) for gap in device.gaps]
    assert gaps == [(23, "telnet"), (443, "http"), (8443, "http"), (8443, "tls")]


async def test_what_would_cost_more_than_the_budget_is_not_asked_and_said(interview):
    played = Played(silence)
    played.sent = Traffic(packets_sent=120, connections=19)
    device = await interview(played, 22, 80)
    assert [asked for asked in played.asked if asked[1] in (22, 80)] == [("ssh", 22)]
    assert [gap.reason for gap in device.gaps if gap.endpoint.port == 80] == [
        "not asked: 20 connections or 200 packets are used up"
    ]


async def test_an_invitation_is_followed_once(interview, monkeypatch):
    target = Target(Endpoint(ADDRESS, 49152), path="/once")
    upnp = load_protocols()["upnp"]
    monkeypatch.setattr(upnp, "invited", lambda device: (target,) if device.speaking("ssh") else (), raising=False)
    played = Played(lambda protocol, port: Heard({"ssh.banner": "x"}) if protocol == "ssh" else TimedOut())
    device = await interview(played, 22)
    assert [asked for asked in played.asked if asked[1] == 49152] == [("upnp", 49152)]
    assert [gap for gap in device.gaps if gap.endpoint.port == 49152] == []


async def test_what_is_said_of_a_part_is_kept_apart_from_the_device(interview):
    def device_says(protocol: str, port: int) -> Heard | PeerError:
        if protocol != "modbus":
            return TimedOut()
        return Heard({"modbus.vendor": "Moxa"}, parts=(("unit 1", {"modbus.vendor": "Schneider Electric"}),))

    device = await interview(Played(device_says), 502)
    assert device.parts == ("unit 1",)
    assert {(claim.value, claim.behind) for claim in device.claims if claim.name == "vendor"} == {
        ("Moxa", ""),
        ("Schneider Electric", "unit 1"),
    }
    assert device.fact("vendor") == "Moxa"
