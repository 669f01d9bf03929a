"""The snapshot that is shipped: what of each source is in it, and that nothing in it contradicts what the makers state themselves."""

import re
from datetime import date

import pytest

from checks.intelligence import BUILT_IN, built_in
from checks.knowledge import TABLES
from checks.products import plain_vendor

SHIPPED = built_in()


def releases_of(vendor):
    return [release for product in SHIPPED.products[vendor] for release in product.releases]


def day_of(digits):
    return date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))


def test_the_snapshot_is_small():
    assert BUILT_IN.stat().st_size < 4_000_000


def test_every_table_but_that_of_epss_is_in_it_and_says_of_when_it_is():
    known = {(origin.table, origin.name): origin.as_of for origin in SHIPPED.manifest.origins}
    assert {table for table, _ in known} == set(TABLES) - {"epss"}
    assert known["exploited", "kev"] == date(2025, 8, 25)
    assert known["advisories", "csaf"] == date(2024, 10, 24)
    assert all(origin.licence and origin.where for origin in SHIPPED.manifest.origins)


@pytest.mark.parametrize(
    ("vendor", "name", "newest"),
    [
        ("mikrotik", "RouterOS", "7.24"),
        ("openwrt", "OpenWrt", "25.12.5"),
        ("f5", "BIG-IP", "21.1.0"),
    ],
)
def test_the_newest_release_of_an_operating_system_is_known(vendor, name, newest):
    (product,) = (product for product in SHIPPED.products[vendor] if product.names == (name,))
    assert newest in [release.version for release in product.releases]


@pytest.mark.parametrize("vendor", ["fortinet", "cisco", "stormshield"])
def test_of_whom_only_the_branches_are_known_no_release_is_called_the_newest(vendor):
    assert vendor not in SHIPPED.products
    assert any(life.branch for life in SHIPPED.lifecycles[vendor])


def test_a_newer_release_of_routeros_or_opnsense_ends_nobody_s_support():
    assert not {"mikrotik", "deciso"} & {
        vendor for vendor, lives in SHIPPED.lifecycles.items() if any(life.branch for life in lives)
    }


@pytest.mark.parametrize(
    ("vendor", "branch", "ended"),
    [
        ("fortinet", "6.0", date(2022, 9, 29)),
        ("openwrt", "23.05", date(2025, 8, 16)),
        ("paloaltonetworks", "8.1", date(2022, 3, 1)),
        ("cisco", "17.6", date(2024, 7, 30)),
    ],
)
def test_the_branches_whose_end_a_maker_declared_have_ended(vendor, branch, ended):
    assert [life.end_of_support for life in SHIPPED.lifecycles[vendor] if life.branch == branch] == [ended]


def test_no_build_of_hikvision_has_another_day_than_its_release():
    stated = [(release, re.search(r" build (\d{6})$", release.version)) for release in releases_of("hikvision")]
    built = [(release.day, day_of(match[1])) for release, match in stated if match]
    assert len(built) > 500
    assert all(day == build for day, build in built)


def test_every_version_of_reolink_that_carries_its_day_has_it():
    stated = [
        (release, re.fullmatch(r"[vV]\d\.\d\.\d\.\d+_(\d{6})\d{2,4}", release.version))
        for release in releases_of("reolink")
    ]
    built = [(release.day, day_of(match[1])) for release, match in stated if match]
    assert len(built) > 400
    assert all(day == build for day, build in built)


def test_no_release_is_younger_than_its_table_and_none_is_of_a_clock_that_was_never_set():
    for product in SHIPPED.table("firmware"):
        days = [release.day for release in product.releases if release.day]
        assert date(1990, 1, 1) < min(days) <= max(days) <= product.as_of, product


def test_desktops_and_chips_have_no_advisory():
    vendors = {plain_vendor(row.vendor) for row in SHIPPED.table("advisories") if row.source == "vulnrichment"}
    assert len(vendors) > 100
    assert not vendors & {"microsoft", "apple", "google", "oracle", "linux", "qualcomm", "debian"}


def test_the_rows_of_one_advisory_product_and_version_are_one():
    keys = [(row.id, row.vendor, row.product, row.affected) for row in SHIPPED.table("advisories")]
    assert len(keys) > 20_000
    assert len(set(keys)) == len(keys)


def test_no_name_in_an_advisory_is_garbled_or_has_blanks_around_it():
    names = {name for row in SHIPPED.table("advisories") for name in (row.vendor, row.product)}
    assert {"Geutebrück"} <= names
    assert not [name for name in names if name != name.strip() or "Ã" in name or "â„¢" in name]
