"""From where a device was reached: which scan decides, what was asked, and by what a device is recognised."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from inventory.answered import OVERHEARD, answered
from inventory.model import Device, Endpoint, Observation
from inventory.quarantine import Quarantine
from inventory.report import Scan
from scanner.passive import load_readers
from scanner.reaching import Reach, State, asked_by

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def states(reached, identity, *addresses):
    """How the device stands to each vantage, by name."""
    return {v.name: reached.sight(v, identity, addresses).state.value for v in reached.vantages}


def of(reached, identity, *addresses):
    return reached.of(Device(identity, addresses))


def test_without_a_named_vantage_nothing_is_known(nights, seen):
    nights.look("", "10.0.0.0/24", seen("mac:1", "10.0.0.1", 80))
    assert of(nights.reached(), "mac:1", "10.0.0.1") == Reach((), "")


def test_a_device_is_reached_where_a_port_of_it_answered_and_not_where_one_only_asked(nights, seen):
    nights.look("office", "10.0.0.0/24", seen("mac:1", "10.0.0.1", 80, 502))
    nights.look("partner", "10.0.0.0/24")
    nights.look("guest-wifi", "10.0.1.0/24")
    expected = {"guest-wifi": "not asked", "office": "reached", "partner": "not reached"}
    assert states(nights.reached(), "mac:1", "10.0.0.1") == expected


def test_a_host_that_answered_an_echo_alone_is_not_reached(nights, seen):
    nights.look("partner", "10.0.0.0/24", seen("mac:1", "10.0.0.1"))
    assert states(nights.reached(), "mac:1", "10.0.0.1") == {"partner": "not reached"}


def test_the_newest_scan_of_an_address_decides_about_it(nights, seen):
    nights.look("partner", "10.0.0.0/24", seen("mac:1", "10.0.0.1", 80), days=3)
    nights.look("partner", "10.0.0.0/24", days=2)
    nights.look("partner", "10.0.9.0/24", days=1)
    assert states(nights.reached(), "mac:1", "10.0.0.1") == {"partner": "not reached"}


def test_a_newer_scan_of_another_site_leaves_what_is_known_of_the_first(nights, seen):
    nights.look("partner", "10.0.0.0/24", seen("mac:1", "10.0.0.1", 80), days=3)
    nights.look("partner", "10.0.9.0/24", days=1)
    assert states(nights.reached(), "mac:1", "10.0.0.1") == {"partner": "reached"}


def test_the_two_families_of_a_device_are_decided_each_by_its_own_scan(nights, seen):
    both = ("10.0.0.1", "fd00:77::1")
    nights.look("partner", "10.0.0.0/24", seen("serial:x:1", "10.0.0.1", 80), days=3)
    nights.look("partner", "fd00:77::/120", seen("serial:x:1", "fd00:77::1"), days=1)
    reached = nights.reached()
    (vantage,) = reached.vantages
    sight = reached.sight(vantage, "serial:x:1", both)
    assert (sight.state, sight.ports, len(sight.scans)) == (State.REACHED, ("tcp/80",), 2)


def test_what_is_denied_was_not_asked(nights):
    nights.look("partner", "10.0.0.0/24", left_out=("10.0.0.1-10.0.0.9",))
    assert states(nights.reached(), "mac:1", "10.0.0.1") == {"partner": "not asked"}
    assert states(nights.reached(), "mac:1", "10.0.0.10") == {"partner": "not reached"}


def test_what_was_measured_more_than_a_month_ago_or_never_ended_says_nothing(nights, seen):
    nights.look("office", "10.0.0.0/24", seen("mac:1", "10.0.0.1", 80), days=31)
    nights.look("partner", "10.0.0.0/24", seen("mac:1", "10.0.0.1", 80), ended=False)
    assert nights.reached().vantages == ()


def test_what_was_overheard_reached_nobody(nights, seen):
    nights.look("partner", "10.0.0.0/24", seen("mac:1", "10.0.0.1", 80), engine="listen")
    assert nights.reached().vantages == ()


def test_a_device_in_quarantine_was_not_asked_and_an_older_answer_stands(nights, seen):
    held = Quarantine("mac:1", "10.0.0.1", None, "it fell silent", "http", NOON, "scan")
    left = replace(seen("mac:1", "10.0.0.1"), quarantine=held)
    nights.look("partner", "10.0.0.0/24", seen("mac:1", "10.0.0.1", 80), days=3)
    nights.look("partner", "10.0.0.0/24", left, days=1)
    nights.look("office", "10.0.0.0/24", left, days=1)
    assert states(nights.reached(), "mac:1", "10.0.0.1") == {"office": "not asked", "partner": "not asked"}


def test_from_elsewhere_a_device_is_recognised_by_its_address_and_that_is_said(nights, seen):
    nights.look("office", "10.0.0.0/24", seen("mac:1", "10.0.0.1", 80))
    nights.look("partner", "10.0.0.0/24", seen("address:10.0.0.1", "10.0.0.1", 80))
    reached = nights.reached()
    sights = {v.name: reached.sight(v, "mac:1", ("10.0.0.1",)) for v in reached.vantages}
    assert (sights["partner"].state, sights["partner"].by_address) == (State.REACHED, True)
    assert not sights["office"].by_address


def test_an_identity_outweighs_an_address_that_another_device_has_by_now(nights, seen):
    nights.look("office", "10.0.0.0/24", seen("serial:x:1", "10.0.0.9", 80), seen("serial:x:2", "10.0.0.1"))
    nights.look("partner", "10.0.0.0/24", seen("serial:x:1", "10.0.0.1", 80), days=2)
    reached = nights.reached()
    assert states(reached, "serial:x:1", "10.0.0.9")["partner"] == "reached"
    assert states(reached, "serial:x:2", "10.0.0.1")["partner"] == "not reached"


def test_two_that_one_scan_saw_beside_each_other_are_never_taken_for_one(nights, seen):
    nights.look("office", "10.0.0.0/24", seen("mac:1", "10.0.0.1", 80), seen("key:2", "10.0.0.2", 443))
    nights.look("partner", "10.0.0.0/24", seen("key:2", "10.0.0.1", 443))
    assert states(nights.reached(), "mac:1", "10.0.0.1")["partner"] == "not reached"


def test_link_local_addresses_mean_another_device_on_another_link(nights, seen):
    nights.look("office", "fe80::/64%eth0", seen("mac:1", "fe80::1", 80))
    nights.look("partner", "fe80::/64%eth0", seen("mac:2", "fe80::1", 80))
    reached = nights.reached()
    assert states(reached, "mac:1", "fe80::1") == {"office": "reached", "partner": "not asked"}
    assert states(reached, "mac:2", "fe80::1") == {"office": "not asked", "partner": "reached"}


@pytest.mark.parametrize(
    ("vantages", "exposure"),
    [
        (("guest-wifi",), "open"),
        (("office", "guest-wifi"), "open"),
        (("office",), ""),
        (("partner",), ""),
        (("office", "-partner"), ""),
        (("office", "-guest-wifi"), ""),
        (("office", "-guest-wifi", "-partner"), "small"),
        (("partner", "-guest-wifi"), "controlled"),
        (("library", "guest-wifi"), "open"),
        (("office", "library", "-guest-wifi", "-partner"), ""),
    ],
)
def test_less_than_open_is_claimed_only_where_every_wider_place_asked_in_vain(nights, seen, vantages, exposure):
    for name in vantages:
        found = () if name.startswith("-") else (seen("mac:1", "10.0.0.1", 80),)
        nights.look(name.lstrip("-"), "10.0.0.0/24", *found)
    assert of(nights.reached(), "mac:1", "10.0.0.1").exposure == exposure


def test_the_widest_place_is_named_first_with_the_ports_that_answered_there(nights, seen):
    nights.look("office", "10.0.0.0/24", seen("mac:1", "10.0.0.1", 23, 80))
    nights.look("guest-wifi", "10.0.0.0/24", seen("address:10.0.0.1", "10.0.0.1", 80))
    expected = Reach(("guest-wifi", "office"), "open", frozenset({"tcp/80"}))
    assert of(nights.reached(whole=False), "mac:1", "10.0.0.1") == expected


def test_what_a_scan_asked_is_read_from_all_that_may_be_asked_for(nights):
    texts = (
        "10.0.0.0/30",
        "10.0.1.5-10.0.1.6",
        "lamp.example (10.0.2.1)",
        "fd00:77::/64%eth0",
        "fe80::/64%eth0",
        "eth0",
    )
    scan = nights.look("office", "10.0.0.0/30", left_out=("fd00:77::-fd00:77::ff",))
    spans = asked_by(replace(scan, networks=texts))
    assert [str(span) for span in spans] == [
        *("10.0.0.0-10.0.0.3", "10.0.1.5-10.0.1.6", "10.0.2.1"),
        "fd00:77::100-fd00:77::ffff:ffff:ffff:ffff",
    ]


def test_one_device_of_several_identities_is_known_once_by_the_most_lasting(nights, seen):
    nights.look("office", "10.0.0.0/24", seen("mac:1", "10.0.0.1", 80), days=3)
    nights.look("partner", "10.0.0.0/24", seen("model:m:9", "10.0.0.1", 80, kind="camera"), days=2)
    nights.look("", "10.0.0.0/24", seen("address:10.0.0.1", "10.0.0.1", 80), days=1)
    nights.look("", "10.0.3.0/24", seen("address:10.0.3.1", "10.0.3.1"), days=1)
    known = nights.reached().known()
    assert [(one.identity, one.kind) for one in known] == [("mac:1", "camera"), ("address:10.0.3.1", "")]
    assert nights.reached().other_names == {"model:m:9": "mac:1", "address:10.0.0.1": "mac:1"}


def test_ports_are_told_in_their_order(nights, seen):
    nights.look("office", "10.0.0.0/24", seen("mac:1", "10.0.0.1", 8080, 80, 502))
    reached = nights.reached()
    assert reached.sight(reached.vantages[0], "mac:1", ("10.0.0.1",)).ports == ("tcp/80", "tcp/502", "tcp/8080")


def test_a_tarpit_is_reached_by_nobody(nights, seen):
    one = seen("mac:1", "10.0.0.1", *range(1, 40))
    nights.look("office", "10.0.0.0/24", replace(one, device=replace(one.device, untrusted="it opens every port")))
    assert states(nights.reached(), "mac:1", "10.0.0.1") == {"office": "not reached"}


def test_a_device_that_was_heard_below_ip_alone_was_asked_by_nobody(nights, seen):
    nights.look("office", "10.0.0.0/24", seen("mac:1", "10.0.0.1", 80))
    assert states(nights.reached(), "mac:00:00:5e:00:53:01", "00:00:5e:00:53:01") == {"office": "not asked"}


def test_the_scans_that_decide_nothing_are_not_read_for_a_rank(nights, seen):
    scans = [nights.look("office", "10.0.0.0/24", seen("mac:1", "10.0.0.1", 80), days=day) for day in (3, 2, 1)]
    (vantage,) = nights.reached(whole=False).vantages
    assert [look.scan.id for look in vantage.looks] == [scans[-1].id]
    assert isinstance(vantage.newest, Scan)


def test_an_endpoint_over_udp_counts_where_it_was_asked_and_not_where_it_was_overheard():
    asked, overheard = Endpoint("10.0.0.1", 161, "udp"), Endpoint("10.0.0.1", 47808, "udp")
    seen = tuple(Observation(at, name, {}, b"", NOON) for at, name in ((asked, "snmp"), (overheard, "bacnet-heard")))
    device = Device("mac:1", ("10.0.0.1",), open_ports=(asked, overheard), observations=seen)
    assert answered(device) == (asked,)


def test_all_that_is_only_overheard_is_known_as_such():
    names = {reader.NAME for reader in load_readers().values()}
    assert {name for name in names if not name.endswith("-heard")} == OVERHEARD


def test_a_scan_of_particular_ports_shows_of_nothing_that_it_cannot_be_reached(nights, seen):
    nights.look("office", "10.0.0.0/24", seen("mac:1", "10.0.0.1", 23, 80))
    nights.look("partner", "10.0.0.0/24")
    nights.look("guest-wifi", "10.0.0.0/24", ports="23")
    assert states(nights.reached(), "mac:1", "10.0.0.1")["guest-wifi"] == "not asked"
    assert of(nights.reached(), "mac:1", "10.0.0.1") == Reach(("office",), "", frozenset({"tcp/23", "tcp/80"}))


def test_a_scan_of_particular_ports_leaves_standing_what_an_older_one_found(nights, seen):
    nights.look("guest-wifi", "10.0.0.0/24", seen("mac:1", "10.0.0.1", 80), days=3)
    nights.look("guest-wifi", "10.0.0.0/24", ports="23", days=2)
    nights.look("guest-wifi", "10.0.0.0/24", seen("mac:1", "10.0.0.1", 22), ports="22", days=1)
    assert of(nights.reached(), "mac:1", "10.0.0.1").ports == {"tcp/22", "tcp/80"}
    nights.look("guest-wifi", "10.0.0.0/24", days=0.5)
    assert of(nights.reached(), "mac:1", "10.0.0.1") == Reach()


def test_a_device_that_gives_another_serial_number_to_a_wide_place_is_not_taken_for_one_out_of_reach(nights, seen):
    nights.look("office", "10.0.0.0/24", seen("serial:x:1", "10.0.0.1", 80))
    nights.look("partner", "10.0.0.0/24")
    nights.look("guest-wifi", "10.0.0.0/24", seen("serial:x:2", "10.0.0.1", 80))
    assert of(nights.reached(), "serial:x:1", "10.0.0.1").exposure == ""
