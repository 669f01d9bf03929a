"""After the identification TLS is asked once more, within bounds of its own; whatever becomes of that, what was heard before stands."""

from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from inventory.errors import TimedOut, Unreached
from inventory.model import Device, Endpoint, Facts, Observation
from inventory.report import Traffic
from scanner.allowance import Allowance
from scanner.conversation import Depth, Heard, Target
from scanner.deepening import ENDPOINTS, STRICT, deeper
from scanner.discover import Host
from scanner.identify import Interview
from scanner.protocols import load_protocols
from scanner.questions import Budget
from scanner.terms import Terms

ADDRESS = "192.0.2.7"
PORTS = (443, 4443, 7443, 8443, 9443, 10443)
SEEN: Facts = {"tls.versions": ("TLSv1.2",), "tls.settled": ("versions",), "tls.depth": "versions", "tls.hellos": 2}
MORE: Facts = {"tls.depth": "posture", "tls.hellos": 9, "tls.settled": ("versions", "rc4"), "tls.unsettled": ()}


class Played:
    """A wire to a device that speaks TLS at every port; `deeper` is what it says to the second question."""

    def __init__(self, deeper: Heard | Exception) -> None:
        self.asked: list[tuple[int, Depth, int]] = []
        self.sent = Traffic()
        self._deeper = deeper

    def sent_to(self, address: str) -> Traffic:
        return self.sent

    @asynccontextmanager
    async def turn(self, address: str):
        yield

    async def hold(self, protocol, target, *, in_turn=False, most=0):
        if protocol.NAME != "tls":
            raise TimedOut
        self.asked.append((target.endpoint.port, target.depth, most))
        hellos = 9 if target.before else 2
        self.sent = Traffic(self.sent.packets_sent + 8 * hellos, self.sent.connections + hellos)
        if not target.before:
            return Heard(dict(SEEN), b"before")
        if isinstance(self._deeper, Exception):
            raise self._deeper
        return self._deeper


@pytest.fixture
def asked() -> Callable[..., Any]:
    """`await asked(played, terms, *ports)` is the device, asked on those terms."""

    async def ask(played, terms=None, ports=PORTS):
        host = Host(ADDRESS, None, tuple(Endpoint(ADDRESS, port) for port in ports), "connect")
        now = lambda: datetime(2026, 11, 1, tzinfo=UTC)  # noqa: E731 - one moment for all
        interview = Interview(played, host, name="", asking=lambda _: None, now=now, terms=terms or Terms())
        return await interview.device(600.0)

    return ask


def deeply(played: Played) -> list[int]:
    return [port for port, depth, _ in played.asked if depth is not Depth.VERSIONS]


async def test_four_endpoints_are_asked_after_all_others_and_the_rest_says_why_not(asked):
    played = Played(Heard(MORE, b"more"))
    device = await asked(played)
    tls = device.speaking("tls")
    assert [port for port, depth, _ in played.asked if depth is Depth.VERSIONS] == list(PORTS)
    assert deeply(played) == list(PORTS[:ENDPOINTS])
    assert [seen.facts["tls.depth"] for seen in tls] == ["posture"] * ENDPOINTS + ["versions"] * 2
    assert tls[0].evidence == b"beforemore"
    assert all("rc4: not asked" in " ".join(seen.facts["tls.unsettled"]) for seen in tls[ENDPOINTS:])


@pytest.mark.parametrize(
    ("terms", "unsettled"),
    [
        (Terms(depth=Depth.VERSIONS), None),
        (Terms(budget=Budget(packets=200, strict=True)), f"rc4: {STRICT}"),
    ],
)
async def test_neither_shallow_nor_strict_terms_ask_more(asked, terms, unsettled):
    played = Played(Heard(MORE))
    device = await asked(played, terms, (443,))
    assert deeply(played) == []
    assert unsettled is None or unsettled in device.speaking("tls")[0].facts["tls.unsettled"]


@pytest.mark.parametrize(("command", "asked_again"), [("ftp", True), ("mysql", False)])
def test_behind_the_command_of_another_protocol_it_is_asked_by_that_unless_handshakes_are_counted(command, asked_again):
    endpoint = Endpoint(ADDRESS, 1)
    seen = Observation(endpoint, "tls", {**SEEN, "tls.starttls": command}, b"", datetime(2026, 11, 1, tzinfo=UTC))
    device = Device("address:1", (ADDRESS,), observations=(seen,))
    ((_, target, why),) = deeper(device, Terms(), "")
    assert target == (
        Target(endpoint, depth=Depth.POSTURE, starttls=command, before=seen.facts) if asked_again else None
    )
    assert bool(why) is not asked_again


@pytest.mark.parametrize("error", [TimedOut(), Unreached("connection refused"), RuntimeError("a bug")])
async def test_a_device_that_dies_in_between_keeps_what_it_said_before(asked, error):
    device = await asked(Played(error), ports=(443,))
    (seen,) = device.speaking("tls")
    assert {name: seen.facts[name] for name in SEEN} == SEEN
    assert [text.partition(": ")[0] for text in seen.facts["tls.unsettled"]][:2] == ["sslv2", "null"]


def test_what_is_asked_beside_the_budget_does_not_count_against_it():
    sent = Traffic(100, 15)
    allowance = Allowance(Budget(connections=20, packets=200), lambda: sent)
    with allowance.beside(Budget(connections=15, packets=360)):
        sent = Traffic(160, 20)
        assert (allowance.allows(load_protocols()["tls"]), allowance.most) == (True, 460)
        sent = Traffic(300, 30)
    assert allowance.most == 400
    assert allowance.allows(load_protocols()["http"])
    sent = replace(sent, connections=35)
    assert not allowance.allows(load_protocols()["http"])
