"""Which record speaks for a device that several places looked at, and under which name it is known."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.brief import brief
from inventory.findings import Finding, FleetFinding, Outcome, finding_id
from inventory.model import Confidence, Endpoint, Family, Level, Severity, Status
from inventory.quarantine import Quarantine
from inventory.vantages import MEASURED_FOR, View, speaker
from scanner import cli
from tests.reach.conftest import NOW

NETWORK = "10.0.0.0/24"
MAC, OTHER_MAC = "mac:44:19:b6:00:00:01", "mac:44:19:b6:00:00:02"
AT = "10.0.0.1"


def with_findings(assessment, *ports):
    """The same with a clear-text service found at each of these ports."""
    identity = assessment.device.identity
    found = tuple(
        Finding(
            finding_id("cleartext-administration", identity, f"tcp/{port}"),
            "cleartext-administration",
            Family.PORTS,
            Severity.HIGH,
            Confidence.CONFIRMED,
            Endpoint(assessment.device.address, port),
            "Administration in clear text",
            "It asks for a login.",
            "login: ",
            "Drop it at the border.",
            act="segment",
        )
        for port in ports
    )
    return replace(assessment, outcomes=(Outcome("cleartext-administration", Status.FOUND, "", found),))


def only(nights):
    """The one device that there is; its whole record and its brief tell the same."""
    (known,), (short,) = nights.store.devices(), nights.store.briefs.newest()
    assert replace(known, assessment=brief(known.assessment)) == short
    assert nights.store.whole(short) == known.assessment
    return known


def ports(known):
    return [endpoint.port for endpoint in known.assessment.device.open_ports]


def place(known):
    """From where the record is that speaks."""
    return next(view.vantage for view in known.views if view.scan == known.scan)


def identities(nights):
    known = [each.assessment.device.identity for each in nights.store.devices()]
    assert known == [each.assessment.device.identity for each in nights.store.briefs.newest()]
    return known


def test_a_later_look_from_a_guests_network_hides_nothing(nights, seen):
    full = nights.look("office", NETWORK, with_findings(seen(MAC, AT, 23, 80, 443), 23), days=3, level=Level.LOGIN)
    narrow = nights.look("guest-wifi", NETWORK, seen(MAC, AT, 443), days=1)
    known = only(nights)
    assert (ports(known), len(known.assessment.findings), known.scan) == ([23, 80, 443], 1, full.id)
    assert (known.first_seen, known.last_seen, known.scans) == (full.started, narrow.started, 2)
    assert {(view.vantage, view.scan, view.answers) for view in known.views} == {
        ("office", full.id, 3),
        ("guest-wifi", narrow.id, 1),
    }


def test_what_the_same_place_saw_mended_stays_mended(nights, seen):
    nights.look("office", NETWORK, with_findings(seen(MAC, AT, 23, 80, 443), 23), days=3, level=Level.LOGIN)
    nights.look("guest-wifi", NETWORK, seen(MAC, AT, 443), days=2)
    nights.look("office", NETWORK, seen(MAC, AT, 80, 443), days=1, level=Level.LOGIN)
    assert ports(only(nights)) == [80, 443]


def test_what_another_place_saw_before_it_was_mended_does_not_come_back(nights, seen):
    """On a flat network every place sees all: the record of the one that has not looked since is only old."""
    nights.look("office", NETWORK, seen(MAC, AT, 23, 80), days=4)
    nights.look("partner", NETWORK, with_findings(seen(MAC, AT, 23, 80), 23), days=3)
    nights.look("office", NETWORK, seen(MAC, AT, 80), days=1)
    known = only(nights)
    assert (ports(known), place(known)) == ([80], "office")


def test_a_look_at_a_lower_level_takes_no_word_away(nights, seen):
    nights.look("guest-wifi", NETWORK, seen(MAC, AT, 23, 80), days=4)
    nights.look("office", NETWORK, with_findings(seen(MAC, AT, 23, 80), 80), days=3, level=Level.LOGIN)
    nights.look("guest-wifi", NETWORK, seen(MAC, AT, 80), days=1)
    assert place(only(nights)) == "office"


def test_of_places_that_see_equally_much_the_higher_level_speaks_and_then_the_newest(nights, seen):
    nights.look("office", NETWORK, seen(MAC, AT, 80), days=3, level=Level.LOGIN)
    nights.look("partner", NETWORK, seen(MAC, AT, 443), days=2)
    assert place(only(nights)) == "office"
    nights.look("guest-wifi", NETWORK, seen(MAC, AT, 8443), days=1, level=Level.LOGIN)
    assert place(only(nights)) == "guest-wifi"


def test_a_place_that_was_not_named_is_one_of_its_own(nights, seen):
    nights.look("", NETWORK, seen(MAC, AT, 23, 80, 443), days=3)
    nights.look("guest-wifi", NETWORK, seen(MAC, AT, 443), days=1)
    assert ports(only(nights)) == [23, 80, 443]


def test_without_places_a_device_is_as_it_was_seen_last(nights, seen):
    nights.look("", NETWORK, seen(MAC, AT, 23, 80, 443), days=3)
    nights.look("", NETWORK, seen(MAC, AT, 443), days=1)
    known = only(nights)
    assert (ports(known), known.views) == ([443], ())


def test_what_was_seen_more_than_a_month_before_the_newest_scan_has_no_word(nights, seen):
    nights.look("office", NETWORK, seen(MAC, AT, 23, 80, 443), days=1 + MEASURED_FOR.days + 0.1)
    nights.look("guest-wifi", NETWORK, seen(MAC, AT, 443), days=1)
    known = only(nights)
    assert (ports(known), known.views, known.scans) == ([443], (), 2)


def test_what_only_listened_stands_in_nobodys_place(nights, seen):
    nights.look("office", NETWORK, seen(MAC, AT, 23, 80), days=4)
    nights.look("guest-wifi", NETWORK, seen(MAC, AT, 80), days=3)
    heard = nights.look("", NETWORK, seen(MAC, AT, 1, 2, 3, 4), days=1, engine="listen")
    known = only(nights)
    assert (ports(known), known.last_seen, known.scans) == ([23, 80], heard.started, 3)


def test_a_device_that_was_left_alone_last_is_told_as_that(nights, seen):
    held = Quarantine(MAC, AT, None, "it fell silent", "http", NOW, "scan")
    nights.look("guest-wifi", NETWORK, seen(MAC, AT, 80), days=3)
    nights.look("office", NETWORK, replace(seen(MAC, AT), quarantine=held), days=1)
    assert only(nights).assessment.quarantine == held
    nights.look("guest-wifi", NETWORK, seen(MAC, AT, 80), days=0.5)
    assert only(nights).assessment.quarantine is None


def test_what_proves_nothing_from_one_place_is_believed_from_another(nights, seen):
    portal = seen("address:10.0.0.1", AT, *range(1, 60))
    portal = replace(portal, device=replace(portal.device, untrusted="it opens every port"))
    nights.look("office", NETWORK, seen(MAC, AT, 80), days=3)
    nights.look("guest-wifi", NETWORK, portal, days=1)
    known = only(nights)
    assert (known.assessment.device.identity, known.assessment.device.untrusted, ports(known)) == (MAC, "", [80])


@pytest.mark.parametrize("text", [MAC, "44-19-b6-00-00-01", AT, "address:10.0.0.1", "mac:44:19"])
def test_a_device_that_goes_by_another_name_from_elsewhere_is_listed_once_and_found_by_each(nights, seen, text):
    first = nights.look("office", NETWORK, seen(MAC, AT, 23, 80, kind="camera"), days=3)
    last = nights.look("guest-wifi", NETWORK, seen("address:10.0.0.1", AT, 80), days=1)
    known = only(nights)
    assert known.identities == (MAC, "address:10.0.0.1")
    assert (known.first_seen, known.last_seen, known.scans) == (first.started, last.started, 2)
    assert nights.store.device(text) == known


def test_a_record_from_where_it_goes_by_another_name_is_told_under_the_lasting_one(nights, seen):
    """So its findings keep their ids, and what was accepted of them stays accepted, whichever record speaks."""
    near = with_findings(seen(MAC, AT, 80), 80)
    nights.look("guest-wifi", NETWORK, near, days=3)
    far = with_findings(seen("serial:axis:A1", AT, 22, 80, also=("fd00:77::1",)), 80)
    nights.look("office", NETWORK, seen("key:0123", AT, 443), days=2.5)
    nights.look("partner", NETWORK, with_findings(seen("address:10.0.0.1", AT, 22, 80, 554), 80), days=2)
    known = only(nights)
    assert (known.assessment.device.identity, ports(known)) == (MAC, [22, 80, 554])
    assert [finding.id for finding in known.assessment.findings] == [near.findings[0].id]
    nights.look("partner", NETWORK, far, days=1)
    known = only(nights)
    assert known.identities == ("serial:axis:A1", "address:10.0.0.1", "key:0123", MAC)
    assert nights.store.device("fd00:77::1").assessment.findings == far.findings


@pytest.mark.parametrize(
    "other",
    [(OTHER_MAC, AT, 443), ("address:10.0.0.2", "10.0.0.2", 443)],
    ids=["two lasting names", "two addresses"],
)
def test_two_devices_stay_two(nights, seen, other):
    nights.look("office", NETWORK, seen(MAC, AT, 80), days=3)
    nights.look("guest-wifi", NETWORK, seen(*other), days=1)
    assert identities(nights) == sorted([MAC, other[0]])


def test_what_says_that_it_is_of_another_kind_is_hidden_behind_nothing(nights, seen):
    nights.look("office", NETWORK, seen(MAC, AT, 23, 80, kind="camera"), days=3)
    nights.look("guest-wifi", NETWORK, seen("model:lock:1", AT, 80, kind="door-controller"), days=1)
    assert identities(nights) == [MAC, "model:lock:1"]


def test_two_that_one_scan_saw_beside_each_other_are_never_one(nights, seen):
    nights.look("office", NETWORK, seen(MAC, AT, 80), seen("key:2", "10.0.0.2", 443), days=3)
    nights.look("guest-wifi", NETWORK, seen("key:2", AT, 443), days=1)
    assert identities(nights) == ["key:2", MAC]


def test_a_link_local_address_joins_nothing(nights, seen):
    nights.look("office", "fe80::/64%eth0", seen(MAC, "fe80::1", 80), days=3)
    nights.look("guest-wifi", "fe80::/64%eth0", seen("address:fe80::1", "fe80::1", 80), days=1)
    assert identities(nights) == ["address:fe80::1", MAC]


def test_a_name_goes_with_who_had_the_address_last(nights, seen):
    nights.look("office", NETWORK, seen(OTHER_MAC, AT, 80), days=5)
    nights.look("office", NETWORK, seen(MAC, AT, 80), days=4)
    nights.look("guest-wifi", NETWORK, seen("address:10.0.0.1", AT, 80), days=1)
    assert {each.identities for each in nights.store.devices()} == {(MAC, "address:10.0.0.1"), (OTHER_MAC,)}
    assert nights.reached().other_names == {"address:10.0.0.1": MAC}


SHARED = FleetFinding("f" * 16, "shared-key", Family.TLS, Severity.HIGH, "One key", "d", "r", (MAC, OTHER_MAC))


def test_what_is_wrong_with_several_together_stands_as_long_as_one_of_their_records_does(nights, seen):
    two = [seen(MAC, AT, 80, 443), seen(OTHER_MAC, "10.0.0.2", 80, 443)]
    nights.look("office", NETWORK, *two, days=5, fleet=(SHARED,))
    nights.look("guest-wifi", NETWORK, seen("address:10.0.0.1", AT, 443), days=4)
    briefs = nights.store.briefs
    assert briefs.findings(briefs.newest()) == (SHARED,)
    nights.look("office", NETWORK, two[0], days=3)
    assert briefs.findings(briefs.newest()) == (SHARED,)  # of the other one nobody has shown anything
    nights.look("office", NETWORK, *two, days=2)
    assert briefs.findings(briefs.newest()) == ()


def test_what_is_wrong_with_several_together_is_told_under_the_names_that_they_are_known_by(nights, seen):
    nights.look("office", NETWORK, seen(MAC, AT, 80), days=5)
    far = replace(SHARED, devices=("address:10.0.0.1", OTHER_MAC))
    nights.look("partner", NETWORK, seen("address:10.0.0.1", AT, 80, 443), days=4, fleet=(far,))
    assert nights.store.briefs.findings(nights.store.briefs.newest()) == (SHARED,)


def view(vantage, level, day, seen_at):
    """How a device appeared from there on a day of the month."""
    moment = f"2026-11-{day:02}"
    return View(
        vantage, level, moment, AT, MAC, AT, moment, "", " ".join(f"tcp/{port}" for port in sorted(seen_at)), moment
    )


views = st.lists(
    st.builds(
        view,
        st.sampled_from(("", "office", "guest-wifi")),
        st.sampled_from(Level),
        st.integers(1, 28),
        st.sets(st.integers(1, 5), max_size=5),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda each: each.scan,
)


@given(views)
def test_one_of_the_newest_speaks_in_whatever_order_they_come(looks):
    chosen, last = speaker(looks)
    newest = {v.vantage: v for v in sorted(looks, key=lambda v: v.assessed)}
    assert set(last) == set(newest.values())
    assert chosen in last
    assert all(speaker(turned)[0] == chosen for turned in permutations(looks))


@given(views)
def test_whatever_saw_more_than_the_one_that_speaks_is_older_than_another_look_from_where_all_of_it_was_seen(looks):
    chosen, last = speaker(looks)
    for each in last:
        if each.answers > chosen.answers:
            assert any(one.assessed > each.assessed and one.vantage != each.vantage for one in last)


@pytest.fixture
def city(nights, seen, tmp_path, monkeypatch, capfd):
    """A camera that the office sees whole and the guests in part, and the command line over it."""
    camera = with_findings(seen(MAC, AT, 23, 80, kind="camera"), 23)
    other = with_findings(seen(OTHER_MAC, "10.0.0.2", 23, kind="camera"), 23)
    together = replace(SHARED, act="segment")
    nights.look("office", NETWORK, camera, other, days=2, fleet=(together,), level=Level.LOGIN)
    nights.look("guest-wifi", NETWORK, seen("address:10.0.0.1", AT, 80), days=1)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("TOCSIN_STORE", "TOCSIN_CONFIG", "TOCSIN_WAIVERS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words):
        assert cli.run(["--store", str(tmp_path / "inventory.db"), *words]) == 0
        return capfd.readouterr().out

    return run


def test_the_pages_of_a_device_say_from_where_its_record_is(city):
    said = "record of office, scan 20261119T0200-office-0, 2026-11-19: 2 ports; guest-wifi saw 1 port on 2026-11-20"
    shown = city("show", AT)
    assert said in shown
    assert "from elsewhere it goes by address:10.0.0.1" in shown
    assert said in city("why", AT)
    assert "record of" not in city("show", "10.0.0.2")


def test_the_device_is_listed_and_mended_once(city):
    assert city("devices").endswith("2 devices\n")
    told = json.loads(city("fix-first", "--json"))
    assert (told["devices"], told["findings"]) == (2, 2)


def test_a_finding_of_several_that_the_city_lives_with_ends_with_no_action(city, tmp_path):
    assert json.loads(city("fix-first", "--json"))["actions"][0]["fleet"] == ["f" * 16]
    until = (datetime.now().astimezone() + timedelta(days=30)).date()
    (tmp_path / "waivers.toml").write_text(
        f'[[waiver]]\nfinding = "{"f" * 16}"\nowner = "Transport"\nreason = "A wall."\nuntil = {until}\n'
    )
    assert json.loads(city("fix-first", "--json"))["actions"][0]["fleet"] == []
    assert f"accepted by Transport until {until}: A wall." in city("why", "f" * 16)


def test_fix_first_says_what_it_does_not_count(city, nights, seen):
    said = city("fix-first")
    assert "not counted: what only another place than the one that saw most found of 1 of these devices" in said
    assert "logins" not in said
    assert "not counted" not in city("fix-first", "--scan", "20261119")
    nights.look("office", NETWORK, seen(MAC, AT, 23, 80, kind="camera"), days=0)
    assert "not counted: what logins showed before of 1 of these devices" in city("fix-first")
    assert len(json.loads(city("fix-first", "--json"))["notes"]) == 2
