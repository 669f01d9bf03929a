import pytest

from lab.fake import load_depot, load_fakes
from lab.plan import ALL, choose, lay_out
from lab.truth import compare, truth

DEPOT = load_depot()
DEVICES = pytest.mark.parametrize("fake", DEPOT, ids=lambda fake: fake.name)


def test_the_depot_comes_up_as_a_quarter_and_by_name_and_is_no_part_of_the_city():
    assert choose(("depot",)) == DEPOT
    assert choose(("depot_epoch",)) == tuple(fake for fake in DEPOT if fake.name == "depot_epoch")
    assert choose((ALL,)) == load_fakes()
    assert {fake.quarter for fake in DEPOT} == {"depot"}


def test_the_depot_and_the_city_fit_into_one_network_side_by_side():
    both = choose((ALL, "depot"))
    assert len(both) == len(DEPOT) + len(load_fakes())
    for particular in ("name", "host", "mac"):
        assert len({getattr(fake, particular) for fake in both}) == len(both)


@DEVICES
def test_states_its_serial_and_firmware_on_the_wire_at_ports_that_it_has_once(fake):
    said = repr(fake.services)
    number = (fake.firmware or "").partition(" build ")[
        0
    ]  # SADP writes it without the space, ISAPI in a field of its own
    assert [text for text in (fake.serial or "", number) if text not in said] == []
    ports = [(service.port, service.transport) for service in fake.services]
    assert len(ports) == len(set(ports))
    assert {(one.port, one.transport) for one in fake.causes} <= {*ports, (0, "tcp")}


@DEVICES
def test_says_of_its_firmware_what_fits_together(fake):
    assert fake.build is not None
    checks = {expected.check for expected in fake.causes}
    assert ("firmware-behind" in checks) == bool(fake.build.newest) == (fake.build.newest_on is not None)
    if fake.build.released:
        assert fake.build.day is not None
        assert fake.build.day <= fake.build.released


def test_laggards_are_true_only_of_a_city_in_which_their_newer_equal_stands():
    alone = truth(lay_out("10.77.0.0/24", only=("depot_routeros_7_15_3", "depot_routeros_6_49_10")), macs=True)
    beside = truth(lay_out("10.77.0.0/24", only=("depot_routeros_7_15_3", "depot_routeros_newest")), macs=True)
    assert alone["fleet"] == []
    assert beside["fleet"] == [{"check": "firmware-laggard", "devices": ["10.77.0.37"]}]


@pytest.mark.parametrize(
    ("first", "last", "differs"),
    [
        ("2024-07-24", "2024-07-24", ()),
        (None, "2024-07-25", ()),
        (None, None, ()),
        ("2024-07-25", None, ("firmware was built on 2024-07-24, not from 2024-07-25 to None",)),
        ("2001-01-01", "2024-07-23", ("firmware was built on 2024-07-24, not from 2001-01-01 to 2024-07-23",)),
    ],
)
def test_a_report_whose_days_do_not_hold_the_build_differs(first, last, differs):
    real = truth(lay_out("10.77.0.0/24", only=("depot_routeros_7_15_3",)), macs=True)
    (device,) = real["devices"]
    said = {
        **{name: device[name] for name in ("vendor", "model", "kind", "serial", "mac")},
        "id": "one",
        "addresses": [device["address"]],
        "firmware": {"version": device["firmware"], "not_before": first, "not_after": last},
        "findings": device["findings"],
    }
    found = compare({"devices": [said]}, real).differences
    assert found == tuple(f"10.77.0.37 (depot_routeros_7_15_3): {each}" for each in differs)
