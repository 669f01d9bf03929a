"""What was heard becomes devices: which addresses belong together, who is local, and how much is kept."""

from datetime import UTC, datetime
from ipaddress import ip_network

from inventory.model import Endpoint
from scanner import hearing as hearing_module
from scanner.hearing import ANSWERS_FOR_OTHERS, MOST_SAID, Hearing
from scanner.passive.sighting import Sighting

NOW = datetime(2026, 11, 1, tzinfo=UTC).timestamp()
MAC, OTHER = "ac:cc:8e:01:23:45", "00:80:f4:00:00:07"


def heard(*sightings: Sighting, networks: tuple[str, ...] = ()) -> Hearing:
    hearing = Hearing([ip_network(text) for text in networks], lambda: NOW)
    for seen in sightings:
        hearing.take(seen)
    return hearing


def devices(hearing: Hearing) -> dict[tuple[str, ...], tuple[str | None, set[str]]]:
    """Of each device its addresses, its MAC address, and the protocols it was heard speaking."""
    return {
        device.addresses: (device.mac, {seen.protocol for seen in device.observations})
        for device, _ in hearing.devices()
    }


def at(address: str = "", mac: str = "", protocol: str = "arp", **more: object) -> Sighting:
    return Sighting({"arp.mac": "x"}, address, mac, protocol, **more)  # type: ignore[arg-type]  # a test's shorthand


def test_what_an_address_and_its_mac_say_is_of_one_device():
    hearing = heard(
        at("10.0.0.7", MAC),
        at("fe80::7", MAC, "nd"),
        at("10.0.0.7", protocol="ssdp-heard"),
        at(mac=MAC, protocol="lldp"),
    )
    assert devices(hearing) == {("10.0.0.7", "fe80::7"): (MAC, {"arp", "nd", "ssdp-heard", "lldp"})}


def test_a_device_without_an_address_is_known_by_its_mac():
    ((device, _),) = heard(at(mac=MAC, protocol="lldp")).devices()
    assert (device.addresses, device.mac, device.mac_vendor) == ((MAC,), MAC, "Axis Communications AB")
    assert device.observations[0].endpoint == Endpoint(MAC, 0, "udp")


def test_the_routers_mac_of_a_frame_binds_nothing():
    assert devices(heard(at("10.0.0.7"), at("10.0.0.8"))) == {
        ("10.0.0.7",): (None, {"arp"}),
        ("10.0.0.8",): (None, {"arp"}),
    }


def test_a_server_in_the_internet_is_no_device():
    assert devices(heard(at("93.184.216.34"), at("2606:2800:220:1::1"))) == {}


def test_a_public_network_that_is_named_is_local():
    assert list(devices(heard(at("93.184.216.34"), networks=("93.184.216.0/24",)))) == [("93.184.216.34",)]


def test_an_address_belongs_to_who_had_it_last_and_the_change_is_said():
    hearing = heard(at("10.0.0.7", MAC), at("10.0.0.7", OTHER), at(mac=MAC, protocol="lldp"))
    assert devices(hearing) == {("10.0.0.7",): (OTHER, {"arp"}), (MAC,): (MAC, {"lldp"})}
    assert list(hearing.notes()) == [f"10.0.0.7 was at 2 MAC addresses: {OTHER}, {MAC}"]


def test_a_router_that_answers_for_others_is_not_all_of_them():
    hearing = heard(*(at(f"10.0.0.{host}", MAC) for host in range(1, ANSWERS_FOR_OTHERS + 2)))
    assert [mac for mac, _ in devices(hearing).values()] == [None] * (ANSWERS_FOR_OTHERS + 1)
    assert f"{MAC} answers for {ANSWERS_FOR_OTHERS + 1} addresses" in next(hearing.notes())


def test_the_newest_word_counts_and_lists_grow_together():
    names = ("tls_heard.server_names", "dhcp.host_name")
    first, second = ({names[0]: (text,), names[1]: text} for text in ("a", "b"))
    hearing = heard(
        *(Sighting(facts, "10.0.0.7", "", "tls-heard", when=NOW - age) for facts, age in ((second, 5), (first, 9)))
    )
    ((device, when),) = hearing.devices()
    assert device.observations[0].facts == {names[0]: ("a", "b"), names[1]: "b"}
    assert when.timestamp() == NOW - 5


def test_a_time_that_is_none_is_now():
    for wrong in (-1.0, 0.0, NOW + 1e9):
        ((_, when),) = heard(at("10.0.0.7", when=wrong)).devices()
        assert when.timestamp() == NOW


def test_what_there_is_no_room_for_is_counted(monkeypatch):
    monkeypatch.setattr(hearing_module, "MOST_HOSTS", 3)
    hearing = heard(*(at(f"10.0.0.{host}") for host in range(1, 6)))
    assert len(devices(hearing)) == 3
    assert "2 sightings were left out" in next(hearing.notes())


def test_a_device_says_no_more_than_so_many_things():
    hearing = heard(*(at("10.0.0.7", behind=f"device {number}") for number in range(MOST_SAID + 7)))
    ((device, _),) = hearing.devices()
    assert len(device.observations) == MOST_SAID
    assert "7 sightings were left out" in next(hearing.notes())


def test_an_open_port_is_one_of_the_device():
    ((device, _),) = heard(at("10.0.0.7", port=8080, transport="tcp", is_open=True), at("10.0.0.7")).devices()
    assert device.open_ports == (Endpoint("10.0.0.7", 8080),)
