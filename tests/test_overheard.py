"""A strict budget: what was heard is not asked again, and nothing is begun that would not last."""

from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from inventory.errors import TimedOut
from inventory.model import Endpoint, Observation
from inventory.report import Traffic
from scanner.conversation import Heard, ProtocolModule, Target
from scanner.discover import Host
from scanner.identify import Interview
from scanner.questions import Budget, datagrams
from scanner.terms import Terms
from scanner.wire import Wire

ADDRESS, NOW = "10.20.0.7", datetime(2026, 11, 1, tzinfo=UTC)
SSDP = Observation(
    Endpoint(ADDRESS, 1900, "udp"), "ssdp-heard", {"ssdp.server": "Linux/3.0.8 UPnP/1.0 x/1"}, b"NOTIFY", NOW
)


class Silent:
    """A wire to a device that never answers; a datagram costs one packet."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def sent_to(self, address: str) -> Traffic:
        return Traffic(packets_sent=len(self.asked))

    @asynccontextmanager
    async def turn(self, address: str) -> Any:
        yield

    async def hold(self, protocol: ProtocolModule, target: Target, *, in_turn: bool = False, most: int = 0) -> Heard:
        self.asked.append(protocol.NAME)
        raise TimedOut


async def asked(budget: Budget, *ports: int) -> tuple[list[str], Any]:
    silent = Silent()
    host = Host(ADDRESS, None, tuple(Endpoint(ADDRESS, port) for port in ports), "arp")
    terms = Terms(budget=budget)
    interview = Interview(
        cast(Wire, silent), host, name="", asking=lambda _: None, now=lambda: NOW, terms=terms, heard=(SSDP,)
    )
    return silent.asked, await interview.device(600)


async def test_what_was_heard_is_kept_and_on_a_strict_budget_not_asked_again():
    names = {protocol.NAME for protocol, _ in datagrams(ADDRESS, ())}
    told, device = await asked(Budget(packets=150, strict=True))
    assert set(told) == names - {"ssdp"}
    assert device.fact("ssdp.server") == "Linux/3.0.8 UPnP/1.0 x/1"
    told, _ = await asked(Budget())
    assert set(told) == names


@pytest.mark.parametrize("packets", [0, 1, 5])
async def test_nothing_is_begun_beyond_the_budget_and_what_is_left_out_is_said(packets):
    told, device = await asked(Budget(packets=packets, strict=True), 80)
    assert len(told) <= packets
    assert "http" not in told
    assert [gap.reason for gap in device.gaps if gap.protocol == "http"] == [
        f"not asked: 20 connections or {packets} packets are used up"
    ]
