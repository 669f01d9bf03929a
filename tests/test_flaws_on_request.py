"""Known flaws of TLS are tested only where the operator asked for it by name, and never on control equipment or on what nobody knows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from inventory.errors import PeerError, ProtocolError, ScopeError, TimedOut
from inventory.model import KINDS, Claim, Confidence, Device, Endpoint, Facts, Level, Observation
from inventory.report import Traffic
from scanner.audit import Audit
from scanner.conversation import Heard, ProtocolModule, Target
from scanner.discover import Host
from scanner.identify import Interview
from scanner.pace import PACES
from scanner.protocols import load_protocols, tls_flaws
from scanner.questions import CONTROL_PORTS, Budget, invited
from scanner.scope import Grant, Scope
from scanner.terms import Terms
from scanner.tls.flaws import spared
from scanner.wire import Wire

ADDRESS = "192.0.2.7"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
TLS: Facts = {"tls.versions": ("TLSv1.2", "TLSv1.3")}
Says = dict[str, Facts | PeerError]
ON = Terms(requested=frozenset(("tls_flaws",)))


def camera(**more: Facts | PeerError) -> Says:
    """What a camera says, by protocol."""
    return {"tls": TLS, "http": {"http.title": "MOBOTIX M16"}, **more}


class Played:
    """A wire without a network: the device says `says`, by protocol, and nothing else."""

    def __init__(self, says: Says, spent: Traffic) -> None:
        self.asked: list[tuple[str, Target, int]] = []
        self._says = says
        self._spent = spent

    def sent_to(self, address: str) -> Traffic:
        return self._spent

    @asynccontextmanager
    async def turn(self, address: str) -> AsyncIterator[None]:
        yield

    async def hold(self, protocol: ProtocolModule, target: Target, *, in_turn: bool = False, most: int = 0) -> Heard:
        self.asked.append((protocol.NAME, target, most))
        answer = self._says.get(protocol.NAME, ProtocolError("something else"))
        if isinstance(answer, PeerError):
            raise answer
        return Heard(answer)


async def interviewed(
    says: Says, *ports: int, terms: Terms, spent: Traffic | None = None
) -> tuple[list[tuple[Target, int]], Device]:
    """Which targets were tested for flaws, and with how many packets at most; and the device."""
    played = Played(says, spent or Traffic())
    host = Host(ADDRESS, None, tuple(Endpoint(ADDRESS, port) for port in ports), "connect")
    asked = Interview(cast(Wire, played), host, name="cam.test", asking=lambda _: None, now=lambda: NOW, terms=terms)
    device = await asked.device(600.0)
    return [(target, most) for name, target, most in played.asked if name == "tls_flaws"], device


async def test_it_is_off_unless_it_is_asked_for():
    assert (await interviewed(camera(), 443, terms=Terms()))[0] == []


async def test_a_camera_is_tested_once_where_it_is_asked_for():
    found, _ = await interviewed(camera(tls_flaws={}), 443, terms=ON)
    ((target, most),) = found
    assert (target.endpoint, target.name, target.before) == (Endpoint(ADDRESS, 443), "cam.test", TLS)
    assert most == 0


@pytest.mark.parametrize("port", [102, 502, 789, 2404, 44818])
async def test_no_device_is_tested_that_has_a_controllers_port_whatever_it_says_it_is(port):
    found, _ = await interviewed(camera(tls_flaws={}), port, 443, terms=ON)
    assert found == []


async def test_no_device_is_tested_that_speaks_a_control_protocol():
    found, _ = await interviewed(camera(tls_flaws={}, modbus={"modbus.vendor": "x"}), 443, 502, terms=ON)
    assert found == []


async def test_no_device_is_tested_that_answers_bacnet_by_udp():
    found, _ = await interviewed(camera(tls_flaws={}, bacnet={"bacnet.vendor": "x"}), 443, terms=ON)
    assert found == []


async def test_no_device_is_tested_that_nobody_knows():
    assert (await interviewed({"tls": TLS, "tls_flaws": {}}, 443, terms=ON))[0] == []


async def test_what_was_asked_for_does_not_hang_on_the_budget_of_the_identification():
    spent = Traffic(packets_sent=150, connections=14)
    assert len((await interviewed(camera(tls_flaws={}), 443, terms=ON, spent=spent))[0]) == 1


async def test_a_strict_budget_bounds_it_and_the_gap_says_so():
    strict = Terms(budget=Budget(packets=60, strict=True), requested=ON.requested)
    found, device = await interviewed(camera(tls_flaws={}), 443, terms=strict)
    assert found == []
    (gap,) = [gap for gap in device.gaps if gap.protocol == "tls_flaws"]
    assert "used up" in gap.reason


async def test_a_test_that_comes_to_nothing_is_a_gap():
    _, device = await interviewed(camera(tls_flaws=TimedOut()), 443, terms=ON)
    assert [gap.protocol for gap in device.gaps if gap.protocol == "tls_flaws"] == ["tls_flaws"]


def known(kinds: tuple[str, ...], *protocols: str, behind: str = "", facts: Facts = TLS) -> Device:
    seen = [Observation(Endpoint(ADDRESS, 443), "tls", facts, b"", NOW)]
    seen += [Observation(Endpoint(ADDRESS, 0), name, {}, b"", NOW, behind) for name in protocols]
    claims = tuple(Claim("kind", kind, Confidence.INFERRED, "test", behind=behind) for kind in kinds)
    return Device("serial:1", (ADDRESS,), observations=tuple(seen), claims=claims)


@pytest.mark.parametrize("kind", KINDS)
def test_only_these_kinds_are_tested(kind):
    tested = {
        *("access-point", "camera", "firewall", "kiosk", "nas", "phone"),
        *("printer", "recorder", "router", "server", "signage-player", "switch"),
    }
    assert bool(tls_flaws.invited(known((kind,)))) is (kind in tested)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - spared.KINDS))
def test_one_weak_sign_of_another_kind_is_enough_to_spare_it(kind):
    assert tls_flaws.invited(known(("camera", kind))) == ()


def test_what_speaks_for_a_controller_behind_it_is_spared():
    assert tls_flaws.invited(known(("plc",), behind="unit 1")) == ()
    assert tls_flaws.invited(known(("router",), "modbus", behind="unit 1")) == ()


SPARED = (
    *("addp", "bacnet", "coap", "dnp3", "enip", "enip_tcp", "fins", "fox", "iec104", "ipmi", "knx", "lantronix"),
    *("lwm2m", "modbus", "moxa", "ntcip", "opcua", "s7", "vertx"),
)


@pytest.mark.parametrize("protocol", SPARED)
def test_whoever_speaks_what_controls_something_is_spared(protocol):
    assert tls_flaws.invited(known(("server",), "http")) != ()
    assert tls_flaws.invited(known(("server",), "http", protocol)) == ()


def test_a_protocol_that_is_new_is_spared_until_somebody_says_otherwise():
    assert tls_flaws.invited(known(("server",), "new")) == ()


def test_no_protocol_at_a_controllers_port_is_among_those_that_may_be_tested():
    of_controllers = {name for name, protocol in load_protocols().items() if CONTROL_PORTS.intersection(protocol.PORTS)}
    assert of_controllers & spared.PROTOCOLS == {
        "ssh",
        "tls",
    }  # spoken at 2222 and 4911 as well, where the open port alone spares the device


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"tls.versions": ()},
        {"tls.versions": ("TLSv1.3",)},
        {"tls.versions": ("SSLv3",)},
        {"tls.versions": "TLSv1.2"},
        {"tls.versions": ("TLSv1.2",), "tls.starttls": "smtp"},
    ],
)
def test_an_endpoint_where_the_flaws_cannot_be_is_not_tested(facts):
    assert tls_flaws.invited(known(("camera",), facts=facts)) == ()


def test_who_did_not_ask_for_it_does_not_even_hear_the_invitation():
    device = known(("camera",), "http")
    assert "tls_flaws" not in {lead.protocol for lead in invited(device)}
    assert "tls_flaws" in {lead.protocol for lead in invited(device, ("tls_flaws",))}


async def test_the_wire_refuses_it_below_level_login(tmp_path: Path):
    from ipaddress import ip_network

    grant = Grant((ip_network("127.0.0.0/8"),), (), Level.LOGIN, "the test")
    with Audit(tmp_path / "audit.jsonl") as audit:
        wire = Wire(Scope((grant,)), PACES["lab"], audit, level=Level.IDENTIFY)
        with pytest.raises(ScopeError, match="start it with --level login"):
            await wire.hold(cast(ProtocolModule, tls_flaws), Target(Endpoint("127.0.0.1", 443)))
        assert wire.traffic == Traffic()
