"""When a host opens so much that nothing of it is believed."""

import pytest

from checks.ports import default_ports, never_touch
from inventory.errors import PeerClosed, PeerError, ProtocolError, TimedOut, Unreached
from inventory.model import Endpoint
from lab.fake import load_depot, load_fakes
from scanner.boundary import Failure
from scanner.conversation import Heard
from scanner.crowd import MANY, TOO_MANY, control_ports, opens_anything
from scanner.questions import CONTROL_PORTS

ADDRESS = "192.0.2.7"
DECOYS = {"port_spoofer", "handshake_firewall"}


class Tried:
    """A host that answers the control with these in turn; what was tried is in `ports`."""

    def __init__(self, *answers: Heard | PeerError | Failure) -> None:
        self.ports: list[int] = []
        self._answers = list(answers)

    async def __call__(self, endpoint: Endpoint) -> Heard | PeerError | Failure:
        self.ports.append(endpoint.port)
        return self._answers.pop(0)


def at(*ports: int) -> tuple[Endpoint, ...]:
    return tuple(Endpoint(ADDRESS, port) for port in ports)


REFUSED = Unreached("Connection refused")
SIXTEEN = at(*range(8000, 8000 + MANY))


async def test_an_ordinary_device_is_not_tried_at_all():
    tried = Tried()
    assert await opens_anything(ADDRESS, at(22, 80, 443, 554, 8000), 125, tried) == ""
    assert tried.ports == []


async def test_two_refusals_settle_it_for_a_server_with_many_services():
    tried = Tried(REFUSED, REFUSED)
    assert await opens_anything(ADDRESS, SIXTEEN, 125, tried) == ""
    assert tried.ports == list(control_ports(ADDRESS)[:2])


@pytest.mark.parametrize(
    "took",
    [
        (TimedOut(), TimedOut()),
        (PeerClosed(), ProtocolError("says nothing unasked")),
        (REFUSED, Heard({"greeting.text": "hello"}), TimedOut()),
        (TimedOut(), REFUSED, PeerClosed(b"SSH-2.0")),
    ],
    ids=["silent", "reset", "one of three lost", "another lost"],
)
async def test_two_of_three_ports_that_take_a_connection_say_that_any_does(took):
    said = await opens_anything(ADDRESS, SIXTEEN, 125, Tried(*took))
    assert said.startswith(
        "it takes a connection at any port: 16 of 125 TCP ports that were asked are open, and so are "
    )


@pytest.mark.parametrize("lost", [REFUSED, Failure("not asked: 20 connections or 200 packets are used up")])
async def test_one_port_that_is_open_by_accident_says_nothing(lost):
    assert await opens_anything(ADDRESS, SIXTEEN, 125, Tried(TimedOut(), lost, lost)) == ""


async def test_few_ports_are_strange_where_they_are_all_that_were_asked():
    tried = Tried(TimedOut(), TimedOut())
    assert "5 of 5 TCP ports" in await opens_anything(ADDRESS, at(22, 80, 443, 554, 8000), 5, tried)


async def test_four_open_ports_of_four_are_a_camera():
    assert await opens_anything(ADDRESS, at(22, 80, 443, 554), 4, Tried()) == ""


async def test_a_list_of_known_ports_needs_no_control_to_be_too_long():
    said = await opens_anything(ADDRESS, at(*default_ports()[:TOO_MANY]), 0, Tried(REFUSED, REFUSED))
    assert said == f"it has {TOO_MANY} TCP ports open, {TOO_MANY} of them of services that no device has together"


async def test_very_many_ports_that_nobody_knows_are_a_server_that_refuses_the_control():
    assert await opens_anything(ADDRESS, at(*range(50000, 50300)), 65535, Tried(REFUSED, REFUSED)) == ""


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::7", "10.0.0.255"])
def test_the_control_goes_to_three_ports_that_belong_to_nobody_the_same_each_time(address):
    ports = control_ports(address)
    assert ports == control_ports(address)
    assert len(set(ports)) == 3
    assert all(49152 <= port <= 65535 for port in ports)
    assert not set(ports) & {*never_touch(), *CONTROL_PORTS, *default_ports()}


def test_the_lab_has_no_device_that_would_even_be_tried():
    for fake in (*load_fakes(), *load_depot()):
        ports = {service.port for service in fake.services if service.transport == "tcp"}
        assert fake.name in DECOYS or len(ports) < MANY, fake.name
