"""Which records of one scan are one device, and which are not however much they share."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.identity import named
from inventory.joining import MOST, join
from inventory.marks import contradiction, marks
from inventory.model import Claim, Confidence, Device, Endpoint, FactValue, Observation

WHEN = datetime(2026, 11, 1, tzinfo=UTC)
MAC, NEXT_MAC, OTHER_MAC = "44:19:b6:01:02:03", "44:19:b6:01:02:04", "ac:cc:8e:00:00:09"
KEY, OTHER_KEY = "ab" * 32, "cd" * 32


def heard(protocol: str, port: int, address: str, when: datetime = WHEN, **facts: FactValue) -> Observation:
    transport = "udp" if protocol == "snmp" else "tcp"
    named_facts = {f"{protocol}.{name}": value for name, value in facts.items()}
    return Observation(Endpoint(address, port, transport), protocol, named_facts, b"", when)


def at(
    address: str,
    *said: Observation,
    mac: str | None = None,
    serial: str = "",
    states_mac: str = "",
    model: str = "",
    ports: tuple[int, ...] = (),
) -> Device:
    """A record of one address."""
    stated = [("serial", serial), ("mac", states_mac), ("model", model)]
    claims = [
        Claim(name, value, Confidence.CONFIRMED, "test", f"upnp.{name}", Endpoint(address, 80))
        for name, value in stated
        if value
    ]
    open_ports = (*(Endpoint(address, port) for port in ports), *(seen.endpoint for seen in said))
    return Device(f"address:{address}", (address,), mac, None, open_ports, said, tuple(claims))


def addresses(*devices: Device) -> list[tuple[str, ...]]:
    return [device.addresses for device in join(devices)]


ONE, TWO = ("10.0.0.5",), ("10.0.0.6",)
APART = [ONE, TWO]
TOGETHER = [(*ONE, *TWO)]
DUAL = [("10.0.0.5", "fd00::5")]


def test_two_addresses_that_one_mac_address_answers_for_are_one_device():
    (device,) = join((at("10.0.0.5", mac=MAC), at("fd00::5", mac=MAC), at("10.0.0.6", mac=MAC)))
    assert device.addresses == ("10.0.0.5", "10.0.0.6", "fd00::5")
    assert device.why == (
        f"10.0.0.5, 10.0.0.6, fd00::5 are one device: the MAC address {MAC} is at 10.0.0.5 and 10.0.0.6 and fd00::5.",
    )
    assert device.conflicts == ()


def test_a_mac_address_that_the_device_states_counts_where_none_is_seen():
    assert addresses(at("10.0.0.5", states_mac=MAC), at("10.0.0.6", states_mac=MAC)) == TOGETHER
    assert addresses(at("10.0.0.5", mac=MAC), at("10.0.0.6", mac=OTHER_MAC, states_mac=MAC)) == TOGETHER


def test_a_local_mac_address_joins_nothing():
    assert addresses(at("10.0.0.5", mac="02:42:00:00:00:01"), at("10.0.0.6", mac="02:42:00:00:00:01")) == APART


def test_a_router_that_answers_for_many_is_not_all_of_them():
    behind = [at(f"10.0.0.{host}", mac=MAC) for host in range(5, 6 + MOST[4])]
    devices = join(behind)
    assert len(devices) == len(behind)
    assert "addresses answer from it, so a router answers for others" in devices[0].conflicts[0]


def test_a_router_that_answers_for_one_other_is_told_by_what_each_offers():
    devices = join((at("10.0.0.5", mac=MAC, ports=(22, 53)), at("10.0.0.6", mac=MAC, ports=(80,))))
    assert [device.addresses for device in devices] == APART
    assert devices[0].conflicts == (
        f"The MAC address {MAC} is also at 10.0.0.6, kept apart: they offer different services; a router may answer for others.",
    )
    same_port = (
        heard("http", 80, host, server=server) for host, server in (("10.0.0.5", "nginx"), ("10.0.0.6", "Boa"))
    )
    one, other = same_port
    assert addresses(at("10.0.0.5", one, mac=MAC), at("10.0.0.6", other, mac=MAC)) == APART


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ({"serial": "DS-111111"}, {"serial": "DS-222222"}, "serial numbers differ"),
        ({"model": "A"}, {"model": "B"}, "models at port 80"),
    ],
)
def test_one_mac_address_and_contradicting_statements_are_two_devices(one, other, why):
    devices = join((at("10.0.0.5", mac=MAC, **one), at("10.0.0.6", mac=MAC, **other)))
    assert [device.addresses for device in devices] == APART
    assert why in devices[0].conflicts[0]


def test_one_mac_address_and_two_host_keys_are_two_devices():
    one = heard("ssh", 22, "10.0.0.5", hostkey_sha256=KEY, hostkey_type="ssh-rsa")
    other = heard("ssh", 22, "10.0.0.6", hostkey_sha256=OTHER_KEY, hostkey_type="ssh-rsa")
    assert addresses(at("10.0.0.5", one, mac=MAC), at("10.0.0.6", other, mac=MAC)) == APART


def test_a_serial_number_joins_the_ipv4_and_the_ipv6_address_that_state_it():
    assert addresses(at("10.0.0.5", serial="DS-111111"), at("fd00::5", serial="DS-111111")) == DUAL


def test_two_addresses_of_one_family_that_state_one_serial_number_may_be_copies():
    devices = join((at("10.0.0.5", serial="DS-111111"), at("10.0.0.6", serial="DS-111111")))
    assert [device.addresses for device in devices] == APART
    assert devices[1].conflicts == (
        "The serial number DS-111111 is also at 10.0.0.5, kept apart: no MAC address was seen that would prove it, and copies of one firmware may share it.",
    )


def test_one_serial_number_at_neighbouring_mac_addresses_is_one_device_with_two_interfaces():
    pair = (at("10.0.0.5", serial="DS-111111", mac=MAC), at("10.0.0.6", serial="DS-111111", mac=NEXT_MAC))
    (device,) = join(pair)
    assert device.mac == MAC
    assert [claim.value for claim in device.claimed("mac")] == [NEXT_MAC]
    assert addresses(replace(pair[0], mac=OTHER_MAC), pair[1]) == APART


def test_a_key_joins_two_families_but_no_third_record():
    def record(address: str) -> Device:
        return at(address, heard("tls", 443, address, spki_sha256=KEY))

    assert addresses(record("10.0.0.5"), record("fd00::5")) == DUAL
    assert addresses(record("10.0.0.5"), record("10.0.0.6")) == APART
    five = [record(f"10.0.0.{host}") for host in range(5, 9)] + [record("fd00::5")]
    devices = join(five)
    assert len(devices) == 5
    assert all("5 records share it, so it tells none of them" in device.conflicts[0] for device in devices)


def test_an_snmp_engine_joins_where_its_clock_is_one():
    def record(address: str, boots: int, seconds: int, later: int = 0) -> Device:
        facts: dict[str, FactValue] = {
            "engine_id": "80001f8803aabbccddeeff",
            "engine_boots": boots,
            "engine_time": seconds,
        }
        return at(address, heard("snmp", 161, address, WHEN + timedelta(seconds=later), **facts))

    assert addresses(record("10.0.0.5", 7, 1000), record("10.0.0.6", 7, 1060, later=60)) == TOGETHER
    assert addresses(record("10.0.0.5", 7, 1000), record("10.0.0.6", 8, 1060, later=60)) == APART
    assert addresses(record("10.0.0.5", 7, 1000), record("fd00::5", 7, 9000)) == [("10.0.0.5",), ("fd00::5",)]


def test_what_is_behind_a_gateway_says_nothing_of_the_gateway():
    one, other = at("10.0.0.5", serial="DS-111111"), at("fd00::5", serial="DS-111111")
    behind = tuple(replace(claim, behind="unit 1") for claim in one.claims)
    assert marks(replace(one, claims=behind)) == frozenset()
    assert len(join((replace(one, claims=behind), other))) == 2


def test_an_identity_that_two_devices_could_have_is_neither_s():
    pair = (at("10.0.0.5", serial="DS-111111"), at("10.0.0.6", serial="DS-111111"))
    assert [device.identity for device in named(pair)] == ["address:10.0.0.5", "address:10.0.0.6"]
    assert named(pair[:1])[0].identity == "serial:-:DS-111111"
    assert named(pair[:1])[0].why == ("It states its serial number (upnp.serial at 10.0.0.5:80/tcp).",)


# Whatever a network holds

HOSTS = ["10.0.0.5", "10.0.0.6", "10.0.0.7", "fd00::5", "fd00::6", "fd00::7"]
few = st.sampled_from


@st.composite
def networks(draw: st.DrawFn) -> list[Device]:
    """Records that share and contradict each other at every turn."""
    found = []
    for address in draw(st.lists(few(HOSTS), unique=True, min_size=2)):
        said = []
        if draw(st.booleans()):
            said.append(heard("ssh", 22, address, hostkey_sha256=draw(few([KEY, OTHER_KEY])), hostkey_type="ssh-rsa"))
        if draw(st.booleans()):
            boots = draw(few([0, 1, 2]))
            said.append(
                heard("snmp", 161, address, engine_id="80001f8803aabbccddeeff", engine_boots=boots, engine_time=9)
            )
        found.append(
            at(
                address,
                *said,
                mac=draw(few([None, MAC, NEXT_MAC, OTHER_MAC])),
                serial=draw(few(["", "", "DS-111111", "DS-222222"])),
                states_mac=draw(few(["", "", MAC, OTHER_MAC])),
                model=draw(few(["", "", "A", "B"])),
                ports=draw(few([(), (80,), (443,)])),
            )
        )
    return found


@given(networks(), st.randoms())
def test_joining_does_not_depend_on_the_order(devices, random):
    shuffled = random.sample(devices, len(devices))
    assert join(shuffled) == join(devices)


@given(networks())
def test_joining_what_is_joined_changes_nothing(devices):
    once = join(devices)
    assert join(once) == once


@given(networks())
def test_no_contradiction_is_ever_joined_and_nothing_is_lost(devices):
    joined = join(devices)
    by_address = {device.address: device for device in devices}
    assert sorted(a for device in joined for a in device.addresses) == sorted(by_address)
    for device in joined:
        parts = [by_address[address] for address in device.addresses]
        assert not any(contradiction(one, other) for one, other in itertools.combinations(parts, 2))
        assert {seen.endpoint for seen in device.observations} == {
            s.endpoint for part in parts for s in part.observations
        }
        assert {claim for part in parts for claim in part.claims} <= set(device.claims)
        assert marks(device) >= {mark for part in parts for mark in marks(part)}


@given(networks())
def test_every_device_has_an_identity_of_its_own(devices):
    identities = [device.identity for device in named(join(devices))]
    assert len(set(identities)) == len(identities)


def test_the_key_of_dtls_is_a_mark_as_that_of_tls_is():
    secured = Observation(Endpoint("192.0.2.1", 5684, "udp"), "dtls", {"tls.spki_sha256": KEY}, b"", WHEN)
    other = Observation(Endpoint("192.0.2.2", 5684, "udp"), "dtls", {"tls.spki_sha256": OTHER_KEY}, b"", WHEN)
    web = heard("tls", 443, "2001:db8::1", spki_sha256=KEY)
    one, two, three = at("192.0.2.1", secured), at("192.0.2.2", other), at("2001:db8::1", web)
    assert marks(one) == marks(three) != marks(two)
    assert contradiction(one, two) == "their DTLS keys at port 5684 differ"


def test_what_an_untrusted_host_says_joins_it_with_nobody_and_names_it_after_nobody():
    believed = at("10.0.0.5", serial="ABC12345", mac=MAC)
    decoy = replace(
        at("fd00::5", heard("ssh", 22, "fd00::5", hostkey_sha256=KEY), mac=OTHER_MAC), untrusted="it opens all"
    )
    twin = at("10.0.0.5", heard("ssh", 22, "10.0.0.5", hostkey_sha256=KEY))
    assert addresses(twin, decoy) == [("10.0.0.5",), ("fd00::5",)]
    assert addresses(twin, replace(decoy, untrusted="", mac=None)) == [("10.0.0.5", "fd00::5")]
    assert [device.identity for device in named((believed, decoy))] == ["serial:-:ABC12345", f"mac:{OTHER_MAC}"]
    assert [device.identity for device in named((replace(decoy, mac=None),))] == ["address:fd00::5"]


def test_two_addresses_of_one_mac_are_one_host_and_untrusted_where_one_is():
    (device,) = join((at("10.0.0.5", mac=MAC, ports=(22,)), replace(at("fd00::5", mac=MAC), untrusted="it opens all")))
    assert (device.addresses, device.untrusted) == (("10.0.0.5", "fd00::5"), "it opens all")
