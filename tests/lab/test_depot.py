import pytest

from lab.compare import compare
from lab.fake import load_depot, load_fakes, load_hostile
from lab.plan import ALL, choose, lay_out
from lab.truth import truth

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


def test_who_is_hostile_comes_up_as_a_quarter_and_by_name_and_is_no_part_of_the_city():
    hostile = tuple(fake for fake in load_hostile() if fake.quarter == "hostile")
    assert choose(("hostile",)) == hostile
    assert choose(("private",)) == tuple(fake for fake in load_hostile() if fake.name == "private_host")
    everybody = choose((ALL, "depot", "hostile", "private"))
    for particular in ("name", "host"):
        assert len({getattr(fake, particular) for fake in everybody}) == len(everybody)
    assert len({fake.mac for fake in everybody}) == len(everybody) - 1  # two of the hostile ones share theirs


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


@pytest.mark.parametrize(
    ("standing", "laggards"),
    [
        (("depot_routeros_7_15_3",), []),
        (("depot_routeros_7_15_3", "depot_routeros_newest"), ["10.77.0.37"]),
        (("depot_routeros_7_15_3", "depot_routeros_6_49_10"), ["10.77.0.36"]),
    ],
)
def test_laggards_are_those_that_run_less_than_the_newest_of_their_model_that_stands_in_the_city(standing, laggards):
    found = truth(lay_out("10.77.0.0/24", only=standing), macs=True)["fleet"]
    assert [device for each in found for device in each["devices"]] == laggards
    assert {each["check"] for each in found} <= {"firmware-laggard"}


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
