"""What the age of a device's firmware is drawn from: its components, its maker's release tables, and what it states."""

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.components import SYSTEMS
from checks.firmware import firmware_age, proof_of
from checks.intelligence import built_in, of_tables
from checks.knowledge import Component, Product, Release
from inventory.ages import Clue
from inventory.model import Claim, Confidence, Endpoint
from tests.checks.conftest import claimed, made

SSH = ("ssh", 22, {"ssh.software": "OpenSSH_7.4p1", "ssh.comment": "Debian-10+deb9u7"})
AS_OF = date(2026, 11, 21)
ROUTEROS = Product(
    "MikroTik",
    ("RouterOS",),
    (
        Release("6.49.8", date(2023, 5, 23)),
        Release("6.49.9"),
        Release("6.49.10", date(2023, 8, 10)),
    ),
    "mikrotik.com/download/changelogs",
    AS_OF,
)
DUO = Product("Reolink", ("Reolink Duo PoE",), (Release("v3.0.0.1388", date(2022, 10, 11)),), "reolink.com", AS_OF)
OTHER_DUO = Product(
    "Reolink", ("Reolink Duo PoE",), (Release("v3.0.0.1388", date(2022, 11, 30)),), "reolink.com", AS_OF, "IPC_2"
)


def of(*products):
    return of_tables(firmware=list(products), components=[Component("routeros", "x", {"6.49.10": "2023-08-10"})])


def days(age):
    return age.not_before, age.not_after


def sure(name, value, confidence=Confidence.CONFIRMED):
    return Claim(name, value, confidence, "test")


CAMERA = (sure("vendor", "Reolink"), sure("model", "Reolink Duo PoE"), sure("firmware", "v3.0.0.1388"))


def test_a_version_of_the_release_table_was_built_by_the_day_it_came_out(make):
    age = firmware_age(make(SSH, said=CAMERA), of(DUO))
    assert days(age) == (None, date(2022, 10, 11))
    assert [(clue.method, clue.detail, clue.confidence) for clue in age.clues] == [
        ("release-table", "v3.0.0.1388, released on 2022-10-11", Confidence.LIKELY)
    ]


def test_of_two_rows_for_different_hardware_the_later_day_bounds_the_build(make):
    assert days(firmware_age(make(SSH, said=CAMERA), of(DUO, OTHER_DUO))) == (None, date(2022, 11, 30))


def test_the_row_for_the_hardware_that_the_device_states_is_its_own(make):
    device = make(SSH, said=(*CAMERA, sure("hardware", "ipc-2")))
    other = Product(DUO.vendor, DUO.names, (Release("v3.0.0.1388", date(2024, 1, 1)),), "x", AS_OF, "IPC_3")
    assert days(firmware_age(device, of(DUO, OTHER_DUO, other))) == (None, date(2022, 11, 30))


@pytest.mark.parametrize(
    "said",
    [
        (sure("vendor", "Axis"), *CAMERA[1:]),
        (CAMERA[0], sure("model", "Reolink Duo 2"), CAMERA[2]),
        (*CAMERA[:2], sure("firmware", "v3.0.0.1389")),
        (*CAMERA[:2], sure("firmware", "9." * 5000)),
        CAMERA[:2],
    ],
    ids=["another vendor", "another model", "another version", "a version of 10,000 characters", "no version"],
)
def test_another_product_or_version_is_not_in_the_table(make, said):
    assert firmware_age(make(SSH, said=said), of(DUO)).clues == ()


def test_a_release_whose_day_is_not_known_gives_no_clue(make):
    said = (sure("vendor", "MikroTik"), sure("model", "RouterOS"), sure("firmware", "6.49.9"))
    assert firmware_age(make(SSH, said=said), of(ROUTEROS)).clues == ()


def test_a_system_that_is_the_firmware_itself_is_bounded_by_its_release_from_above_only(make):
    said = (sure("vendor", "MikroTik"), sure("component", "routeros 6.49.10"))
    age = firmware_age(make(SSH, said=said), of(ROUTEROS))
    assert days(age) == (None, date(2023, 8, 10))
    assert [clue.method for clue in age.clues] == ["release-table"]
    assert age.code == date(2023, 8, 10)


def test_a_system_that_makers_build_on_bounds_nothing_that_is_better_known(make, claim):
    built = claim("firmware_date", "2020-03-10", 80, "http.title")
    age = firmware_age(make(SSH, said=(sure("component", "openwrt 19.07.3"), built)))
    assert days(age) == (date(2020, 3, 10), date(2020, 3, 10))
    assert [clue.set_aside for clue in age.clues] == ["better clues say that it was built on 2020-03-10", ""]


def test_a_system_was_built_up_to_a_month_before_it_came_out(make):
    age = firmware_age(make(SSH, said=(sure("component", "openwrt 19.07.7"),)))
    compiled = date(2021, 2, 15)  # "4.14.221 #0 Mon Feb 15 15:22:37 2021" of its own images; it came out on the 16th
    assert days(age) == (date(2021, 1, 16), None)
    assert age.not_before is not None
    assert age.not_before < compiled
    assert age.code == date(2021, 2, 16)


def test_a_system_on_the_device_has_no_part_in_the_firmwares_own_version(make):
    said = (sure("vendor", "MikroTik"), sure("component", "routeros 1.0"), sure("firmware", "6.49.10"))
    assert firmware_age(make(SSH, said=said), of(ROUTEROS)).clues == ()


def test_a_table_is_believed_no_more_than_the_name_by_which_it_was_found(make):
    doubtful = (sure("vendor", "Reolink", Confidence.INFERRED), *CAMERA[1:])
    assert firmware_age(make(SSH, said=doubtful), of(DUO)).confidence is Confidence.INFERRED


def test_the_day_that_the_device_states_goes_before_the_table(make, claim):
    respun = claim("firmware_date", "2022-10-27", 80, "http.title")
    age = firmware_age(make(SSH, said=(*CAMERA, respun)), of(DUO))
    assert days(age) == (date(2022, 10, 27), date(2022, 10, 27))
    assert [clue.set_aside for clue in age.clues] == ["better clues say that it was built on 2022-10-27", ""]


def test_the_newest_dated_component_is_the_age_of_the_code_whatever_the_firmware_states(make, claim):
    said = [claim("component", text, 22, "ssh.software") for text in ("dropbear 2012.55", "lighttpd 1.4.35")]
    age = firmware_age(make(SSH, said=(*said, claim("firmware_date", "2017-01-24", 80, "http.title"))))
    assert (days(age), age.code) == ((date(2017, 1, 24), date(2017, 1, 24)), date(2014, 3, 12))


def test_a_component_that_came_out_after_the_scan_is_set_aside_and_dates_no_code(make, claim):
    table = of_tables(components=[Component("boa", "x", {"1.0": "2027-01-01"})])
    age = firmware_age(make(SSH, said=(claim("component", "boa 1.0", 80, "http.server"),)), table)
    assert (days(age), age.code) == ((None, None), None)
    assert age.clues[0].set_aside == "it is after the scan"


def test_what_is_said_twice_in_one_place_is_one_clue(make, claim):
    said = (claim("component", "dropbear 2012.55", 22, "ssh.software"),) * 2
    assert len(firmware_age(make(SSH, said=said)).clues) == 1


DATED = sorted(
    (name, version, day)
    for name, component in built_in().components.items()
    for version, day in component.versions.items()
    if len(day) == len("2012-02-24")
)


@given(row=st.sampled_from(DATED), built=st.dates(date(2000, 1, 2), date(2026, 11, 21)))
def test_no_component_of_the_table_ever_moves_a_build_date_that_it_does_not_contradict(row, built):
    name, version, day = row
    stated = claimed("firmware_date", built.isoformat(), 80, "http.title")
    age = firmware_age(made(SSH, said=(claimed("component", f"{name} {version}", 22, "ssh.software"), stated)))
    if name in SYSTEMS or built.isoformat() >= day:
        assert days(age) == (built, built)
    else:
        assert days(age) == (date.fromisoformat(day), None)
        assert [clue.set_aside for clue in age.clues] == ["", f"a component was released only on {day}"]


def test_a_version_that_is_mended_without_a_new_number_still_bounds_the_build_and_says_so(make, claim):
    device = make(SSH, said=(claim("component", "openssh 7.4", 22, "ssh.software"),))
    age = firmware_age(device)
    assert days(age) == (date(2016, 12, 19), None)
    said = "Debian's build: fixes are carried back without a change of the number, which so says nothing of its patch level"
    assert age.clues[0].detail == f"openssh 7.4, released on 2016-12-19 ({said})"


def test_the_proof_of_a_clue_is_what_was_heard_where_it_was_read(make, claim):
    http = ("http", 80, {"http.server": "V5.4.5 build 170124"})
    device = make(http, SSH, said=(claim("firmware_date", "2017-01-24", 22, "ssh.software"),))
    web, ssh = Endpoint("192.0.2.1", 80), Endpoint("192.0.2.1", 22)
    assert proof_of(device, Clue("x", "2017-01-24", endpoint=ssh)) == b"evidence of ssh"
    assert proof_of(device, Clue("x", "V5.4.5 build 170124", endpoint=web)) == b"evidence of http"
    assert proof_of(device, Clue("x", "another text", endpoint=web)) == b"evidence of http"
    assert proof_of(device, Clue("x", "V5.4.5 build 170124")) == b""


def test_a_version_without_its_build_is_a_weak_clue_where_one_version_is_built_several_times(make):
    """Hikvision's archive lists V5.7.0 for DS-2CD2023G2-IU on 2024-10-23 and on 2026-01-14."""
    listed = Release("V5.7.0", date(2024, 10, 23)), Release("V5.7.0", date(2026, 1, 14))
    camera = Product("Hikvision", ("DS-2CD2023G2-IU",), listed, "archive", AS_OF, "IPC_G0")
    said = (sure("vendor", "Hikvision"), sure("model", "DS-2CD2023G2-IU"))
    age = firmware_age(make(SSH, said=(*said, sure("firmware", "V5.7.0"))), of(camera))
    assert (days(age), age.confidence) == ((None, date(2026, 1, 14)), Confidence.INFERRED)
    age = firmware_age(make(SSH, said=(*said, sure("firmware", "V5.7.0 build 260301"))), of(camera))
    assert days(age) == (date(2026, 3, 1), date(2026, 3, 1))


def test_the_name_of_a_branch_is_dated_by_none_of_its_releases(make):
    table = Product("OpenWrt", ("OpenWrt",), (Release("18.06.0", date(2018, 7, 30)),), "openwrt.org", AS_OF)
    said = (sure("vendor", "OpenWrt"), sure("model", "OpenWrt"))
    assert days(firmware_age(make(SSH, said=(*said, sure("firmware", "18.06"))), of(table))) == (None, None)
    assert days(firmware_age(make(SSH, said=(*said, sure("firmware", "18.06.0"))), of(table)))[1] == date(2018, 7, 30)


_BUILD = re.compile(r" build (\d{6})$|^[vV][\d.]{7,14}_(\d{6})\d{2,4}$")


@pytest.mark.parametrize("vendor", ["Hikvision", "Reolink"])
def test_no_interval_contradicts_the_build_that_a_maker_s_archive_names(make, vendor):
    judged = 0
    for row in built_in().products[vendor.lower()][::11]:
        for release in row.releases:
            named = _BUILD.search(release.version)
            if named is None:
                continue
            built = datetime.strptime(named[1] or named[2], "%y%m%d").replace(tzinfo=UTC).date()
            for hardware in ("", row.hardware):
                said = {"vendor": vendor, "model": row.names[0], "firmware": release.version, "hardware": hardware}
                age = firmware_age(make(SSH, claims={name: text for name, text in said.items() if text}))
                assert (days(age), age.confidence) == ((built, built), Confidence.CONFIRMED), release
            judged += 1
    assert judged > 50
