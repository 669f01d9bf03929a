"""Which release a device runs, by rows of MikroTik's, OpenWrt's, Hikvision's and Reolink's releases.

RouterOS and OpenWrt: endoflife-date/release-data (releases/routeros.json, releases/openwrt.json); Hikvision and Reolink: their public release archives.
"""

from datetime import date
from functools import partial
from typing import Any

import pytest

from checks.intelligence import Intelligence, built_in, of_tables
from checks.knowledge import Lifecycle, Product, Release
from checks.releases import Standing, Unplaced, judged_by_catalogue, standing
from inventory.model import Confidence

HTTP = ("http", 80, {"http.server": "unknown"})
TODAY = date(2026, 11, 21)


def releases(*rows: tuple[str, str]) -> tuple[Release, ...]:
    return tuple(Release(version, date.fromisoformat(day) if day else None) for version, day in rows)


def product(vendor: str, name: str, *rows: tuple[str, str], hardware: str = "", as_of: date = TODAY) -> Product:
    return Product(vendor, (name,), releases(*rows), "test", as_of, hardware)


ROUTEROS = product(
    "MikroTik",
    "RouterOS",
    ("6.42.6", "2018-07-06"),
    ("6.42.7", "2018-08-17"),
    ("6.49", "2021-10-06"),
    ("6.49.10", "2023-09-15"),
    ("6.49.11", "2023-12-08"),
    ("7.15.3", "2024-07-25"),
    ("7.23.3", "2026-08-03"),
    ("7.24", "2026-08-17"),
)
OPENWRT = product(
    "OpenWrt",
    "OpenWrt",
    ("19.07.0", "2020-01-06"),
    ("19.07.7", "2021-02-16"),
    ("19.07.10", "2022-04-17"),
    ("24.10.8", "2026-07-25"),
    ("25.12.5", "2026-06-30"),
)
DOME = product(
    "Hikvision",
    "DS-2CD2623G2-IZS",
    ("5.7.13", "2023-04-03"),
    ("5.7.0", "2024-10-23"),
    ("5.7.23", "2026-01-14"),
    hardware="IPC_G0",
)
DUO = product(
    "Reolink",
    "Reolink Duo PoE",
    ("v3.0.0.1388_22100600", "2022-10-11"),
    ("v3.0.0.1388_24021900", "2024-08-01"),
    hardware="IPC_528B174MP",
)


def known(*products: Product, **tables: Any) -> Intelligence:
    return of_tables(firmware=list(products), **tables)


def placed(device, *products: Product) -> Standing:
    found = standing(device, known(*products))
    assert isinstance(found, Standing), found
    return found


def reason(device, *products: Product) -> str:
    found = standing(device, known(*products))
    assert isinstance(found, Unplaced), found
    return found.reason


@pytest.fixture
def mikrotik(make, claim):
    """A router that announced itself: MNDP gives its version as firmware and as a component."""

    def device(version: str, **given):
        said = (claim("firmware", version, 5678, "mndp.version"), claim("component", f"routeros {version}", 5678, "x"))
        return make(HTTP, claims={"vendor": "MikroTik", "model": "RB960PGS"}, said=said, **given)

    return device


@pytest.fixture
def camera(make):
    def device(model: str, version: str, vendor: str = "Hikvision", **more: str):
        return make(HTTP, claims={"vendor": vendor, "model": model, "firmware": version, **more})

    return device


@pytest.mark.parametrize(
    ("version", "newer", "first", "branch"),
    [
        ("6.42.6", 7, "6.42.7", "6.49.11"),
        ("6.49.10", 4, "6.49.11", "6.49.11"),
        ("7.15.3", 2, "7.23.3", "7.24"),
    ],
)
def test_a_router_stands_where_its_release_does(mikrotik, version, newer, first, branch):
    found = placed(mikrotik(version), ROUTEROS)
    assert found.known is not None
    assert found.known.version == version
    assert found.newest == Release("7.24", date(2026, 8, 17))
    assert (len(found.newer), found.between) == (newer, newer - 1)
    assert found.first_newer is not None
    assert found.first_newer.version == first
    assert found.newest_of_branch is not None
    assert found.newest_of_branch.version == branch
    assert found.confidence is Confidence.CONFIRMED


def test_the_newest_release_has_none_after_it(mikrotik):
    found = placed(mikrotik("7.24"), ROUTEROS)
    assert (found.newest, found.first_newer, found.newest_of_branch, found.between, found.least_days) == (
        *(None, None, None),
        *(0, 0),
    )


def test_a_version_that_is_spelt_otherwise_is_the_same_release(camera):
    found = placed(camera("DS-2CD2623G2-IZS", "V5.7.13"), DOME)
    assert found.known == Release("5.7.13", date(2023, 4, 3))
    assert found.newest == Release("5.7.23", date(2026, 1, 14))
    assert found.least_days == (date(2026, 1, 14) - date(2023, 4, 3)).days


def test_a_release_that_is_listed_without_its_build_is_the_one_that_was_built_that_day(camera):
    turret = product("Hikvision", "DS-2CD1123G0E-I", ("V5.5.84", "2021-01-04"))
    assert placed(camera("DS-2CD1123G0E-I", "V5.5.84 build 210104"), turret).known == turret.releases[0]
    assert "cannot be compared" in reason(camera("DS-2CD1123G0E-I", "V5.5.84 build 201215"), turret)
    assert placed(camera("DS-2CD1123G0E-I", "V5.5.840 build 210104"), turret).known is None


def test_what_was_published_later_under_a_lower_number_is_not_newer(camera):
    assert [release.version for release in placed(camera("DS-2CD2623G2-IZS", "5.7.13"), DOME).newer] == ["5.7.23"]


# Hikvision's public release archive: AE-DC4328-K5 (two lines of firmware), DS-K3G200X, DS-2CD2026G2-I
DASHCAM = product("Hikvision", "AE-DC4328-K5", ("V3.0.1 build 230410", "2023-04-10"), ("V1.5.8", "2024-05-24"))
TURNSTILE = product("Hikvision", "DS-K3G200X", ("V2.6.1", "2024-01-05"), ("V1.0.0", "2025-09-28"))
DOME_OF_TWO_BRANCHES = product(
    "Hikvision", "DS-2CD2026G2-I", ("V5.5.800", "2021-10-09"), ("V5.7.23", "2026-03-20"), ("V5.5.820", "2026-03-27")
)


@pytest.mark.parametrize(
    ("table", "version"),
    [(DASHCAM, "V1.5.8"), (DASHCAM, "V3.0.1 build 230410"), (TURNSTILE, "V2.6.1"), (TURNSTILE, "V1.0.0")],
)
def test_where_number_and_day_disagree_no_release_is_called_the_newest(camera, table, version):
    assert "number and day do not agree" in reason(camera(table.names[0], version), table)


def test_a_higher_number_from_before_the_stated_build_is_not_newer(camera):
    said = reason(camera("AE-DC4328-K5", "V1.6.0 build 250101", firmware_date="2025-01-01"), DASHCAM)
    assert said.startswith("V3.0.1 build 230410 of 2023-04-10 stands against V1.6.0 build 250101")


def test_an_older_branch_that_is_kept_alive_takes_nothing_from_the_newest(camera, mikrotik):
    assert placed(camera("DS-2CD2026G2-I", "V5.7.23"), DOME_OF_TWO_BRANCHES).newest is None
    later = product(
        "MikroTik", "RouterOS", *((r.version, str(r.day)) for r in ROUTEROS.releases), ("6.49.12", "2026-09-01")
    )
    assert placed(mikrotik("7.24"), later).newest is None


def test_of_the_newer_ones_that_with_the_highest_number_and_that_of_the_last_day_are_told_apart(camera):
    found = placed(camera("DS-2CD2026G2-I", "V5.5.800"), DOME_OF_TWO_BRANCHES)
    assert found.newest == Release("V5.7.23", date(2026, 3, 20))
    assert found.latest == Release("V5.5.820", date(2026, 3, 27))
    assert found.confidence is Confidence.LIKELY


def test_a_release_that_was_listed_twice_came_out_on_the_later_day_at_the_latest(camera):
    twice = product("Hikvision", "DS-2CD2023G2-IU", ("V5.7.0", "2024-10-23"), ("V5.7.0", "2026-01-14"))
    assert placed(camera("DS-2CD2023G2-IU", "V5.7.0"), twice).built_by == date(2026, 1, 14)


def test_the_name_of_a_branch_is_none_of_its_releases(make, claim):
    """`Server: OpenWRT/18.06 UPnP/1.1 MiniUPnPd/2.1` may be any 18.06.x, and is older than every other branch's."""
    rows = (("18.06.0", "2018-07-30"), ("18.06.1", "2018-08-16"), ("18.06.9", "2020-11-17"), ("19.07.0", "2020-01-06"))
    found = placed(
        make(HTTP, said=(claim("component", "openwrt 18.06", 1900, "ssdp.server"),)),
        product("OpenWrt", "OpenWrt", *rows),
    )
    assert (found.known, found.built_by) == (None, None)
    assert [release.version for release in found.newer] == ["19.07.0"]


def test_in_the_shipped_archives_nothing_newer_came_out_before_the_devices_own(camera):
    shipped = built_in()
    for vendor in ("hikvision", "reolink"):
        for row in shipped.products[vendor][::23]:
            for release in row.releases:
                found = standing(camera(row.names[0], release.version, vendor=vendor), shipped)
                if isinstance(found, Standing) and found.known and found.known.day:
                    assert all(each.day is None or each.day >= found.known.day for each in found.newer), row.names[0]


def test_the_order_of_the_table_does_not_matter(mikrotik):
    backwards = product("MikroTik", "RouterOS", *(((r.version, str(r.day))) for r in reversed(ROUTEROS.releases)))
    assert placed(mikrotik("6.42.6"), backwards).newer == placed(mikrotik("6.42.6"), ROUTEROS).newer


def test_a_release_of_after_the_judged_day_is_not_known_yet(mikrotik):
    then = known(ROUTEROS).on(date(2026, 8, 10))
    found = standing(mikrotik("7.15.3"), then)
    assert isinstance(found, Standing)
    assert found.newest == Release("7.23.3", date(2026, 8, 3))


def test_an_unfinished_release_is_no_newer_one(make, camera):
    row = product("ACME", "Box", ("1.0", "2020-01-01"), ("1.1rc1", "2021-01-01"))
    found = standing(camera("Box", "1.0", vendor="ACME"), known(row))
    assert isinstance(found, Standing)
    assert found.newest is None


def test_a_system_counts_where_the_device_states_no_firmware_of_its_own(make, claim):
    banner = claim("component", "openwrt 19.07.7", 23, "telnet.banner")
    found = placed(make(HTTP, said=(banner,)), OPENWRT)
    assert found.known == Release("19.07.7", date(2021, 2, 16))
    assert found.newest is not None
    assert found.newest.version == "25.12.5"


def test_a_maker_who_builds_on_a_system_has_releases_of_his_own(make, claim):
    banner = claim("component", "openwrt 19.07.7", 23, "telnet.banner")
    device = make(
        HTTP, claims={"vendor": "Teltonika", "model": "RUT955", "firmware": "RUT9XX_R_00.07.06"}, said=(banner,)
    )
    assert reason(device, OPENWRT) == "no release of its firmware is known"


def test_a_product_of_another_maker_is_not_the_devices(camera):
    assert reason(camera("DS-2CD2623G2-IZS", "5.7.13", vendor="Dahua"), DOME) == "no release of its firmware is known"


def test_a_cpe_name_alone_names_maker_and_system(make):
    device = make(HTTP, claims={"cpe": "cpe:2.3:o:mikrotik:routeros:*:*:*:*:*:*:*:*", "firmware": "6.49.10"})
    found = placed(device, ROUTEROS)
    assert found.known is not None
    assert found.known.version == "6.49.10"


def test_a_device_that_states_no_version_cannot_be_placed(make):
    device = make(HTTP, claims={"vendor": "Hikvision", "model": "DS-2CD2623G2-IZS"})
    assert reason(device, DOME) == "states no firmware version"


def test_versions_that_cannot_be_compared_are_said_to_be_so(camera):
    said = reason(camera("DS-2CD2623G2-IZS", "ipc-main-snapshot"), DOME)
    assert said == "ipc-main-snapshot cannot be compared with the releases known"


def test_a_version_of_ten_kilobytes_is_neither_compared_nor_repeated(camera):
    said = reason(camera("DS-2CD2623G2-IZS", "5." + "7" * 10_000), DOME)
    assert "cannot be compared" in said
    assert len(said) < 200


def test_a_model_of_ten_kilobytes_is_nobodys(camera):
    assert reason(camera("D" * 10_000, "5.7.13"), DOME) == "no release of its firmware is known"


def test_of_several_stated_versions_the_surest_is_taken(make, claim):
    said = (claim("firmware", "5.7.23", 80, "a", Confidence.LIKELY), claim("firmware", "5.7.13", 80, "b"))
    device = make(HTTP, claims={"vendor": "Hikvision", "model": "DS-2CD2623G2-IZS"}, said=said)
    assert placed(device, DOME).version == "5.7.13"


def test_of_equally_sure_versions_the_newest_is_taken(make, claim):
    said = (claim("firmware", "5.7.13", 80, "a"), claim("firmware", "5.7.23", 80, "b"))
    device = make(HTTP, claims={"vendor": "Hikvision", "model": "DS-2CD2623G2-IZS"}, said=said)
    assert placed(device, DOME).newest is None


def test_a_model_that_is_only_likely_makes_the_place_likely(make, claim):
    said = (claim("model", "DS-2CD2623G2-IZS", 80, "http.realm", Confidence.LIKELY),)
    device = make(HTTP, claims={"vendor": "Hikvision", "firmware": "5.7.13"}, said=said)
    assert placed(device, DOME).confidence is Confidence.LIKELY


def test_a_family_of_names_makes_the_place_likely(camera):
    family = product("Hikvision", "DS-2CD26*", ("5.7.13", "2023-04-03"), ("5.7.23", "2026-01-14"))
    assert placed(camera("DS-2CD2623G2-IZS", "5.7.13"), family).confidence is Confidence.LIKELY


OLD_BOARD = partial(product, "Hikvision", "DS-2CD2423G0-I(W)")
G0 = OLD_BOARD(("5.5.83", "2019-02-21"), hardware="IPC_G0")
G1 = OLD_BOARD(("5.6.821", "2023-08-31"), hardware="IPC_G1")


def test_a_version_that_one_hardware_lists_is_of_that_hardware(camera):
    found = placed(camera("DS-2CD2423G0-I(W)", "5.5.83"), G0, G1)
    assert (found.newest, found.product.hardware) == (None, "IPC_G0")


def test_where_hardware_versions_disagree_nothing_is_said(camera):
    assert "for some of its hardware versions only" in reason(camera("DS-2CD2423G0-I(W)", "5.6.0"), G0, G1)


def test_the_stated_hardware_decides(camera):
    assert placed(camera("DS-2CD2423G0-I(W)", "5.6.0", hardware="ipc-g1"), G0, G1).product.hardware == "IPC_G1"
    assert placed(camera("DS-2CD2423G0-I(W)", "5.6.0", hardware="IPC_G0"), G0, G1).newest is None


def test_where_all_hardware_is_behind_the_shortest_distance_is_told(camera):
    far, near = G1, OLD_BOARD(("5.6.5", "2020-04-01"), hardware="IPC_G2")
    found = placed(camera("DS-2CD2423G0-I(W)", "5.5.0", firmware_date="2018-04-01"), far, near)
    assert found.newest == Release("5.6.5", date(2020, 4, 1))


def test_a_row_for_two_boards_is_found_by_either(camera):
    recorder = partial(product, "Reolink", "RLN8-410 (NVR)")
    ours = recorder(("v3.0.0.200_22081548", "2022-08-17"), hardware="N2MB02 or H3MB18")
    other = recorder(("v3.0.0.200_22081500", "2022-08-17"), hardware="N3MB01")
    device = camera("RLN8-410 (NVR)", "v3.0.0.200_22081548", vendor="Reolink", hardware="H3MB18")
    assert placed(device, other, ours).product is ours


def test_two_tables_of_one_hardware_know_more_than_one(camera):
    own = product("Hikvision", "DS-2CD2623G2-IZS", ("5.7.24", "2026-10-01"), hardware="IPC_G0", as_of=TODAY)
    found = placed(camera("DS-2CD2623G2-IZS", "5.7.23"), DOME, own)
    assert found.known == Release("5.7.23", date(2026, 1, 14))
    assert found.newest == Release("5.7.24", date(2026, 10, 1))


def test_an_undated_version_is_bounded_by_its_own_build_date(camera):
    found = placed(camera("DS-2CD2623G2-IZS", "5.6.9", firmware_date="2022-05-05"), DOME)
    assert (found.known, found.built_by) == (None, date(2022, 5, 5))


def test_a_build_date_that_is_only_likely_makes_the_place_likely(make, claim):
    built = claim("firmware_date", "2022-05-05", 80, "http.server", Confidence.LIKELY)
    named = {"vendor": "Hikvision", "model": "DS-2CD2623G2-IZS", "firmware": "5.6.9"}
    assert placed(make(HTTP, claims=named, said=(built,)), DOME).confidence is Confidence.LIKELY


def test_a_build_date_from_before_the_release_that_it_follows_bounds_nothing(camera):
    assert placed(camera("DS-2CD2623G2-IZS", "5.7.24", firmware_date="1990-05-05"), DOME).built_by is None


def test_an_undated_version_is_bounded_by_the_next_of_its_branch(mikrotik):
    assert placed(mikrotik("6.42.5"), ROUTEROS).built_by == date(2018, 7, 6)


def test_the_next_branch_bounds_nothing_because_old_branches_live_on(mikrotik):
    found = placed(mikrotik("6.49.12"), ROUTEROS)
    assert (found.built_by, found.least_days) == (None, 0)


def test_a_release_without_a_day_is_still_newer(camera):
    row = product("Hikvision", "DS-2CD2623G2-IZS", ("5.7.13", "2023-04-03"), ("5.7.23", ""))
    found = placed(camera("DS-2CD2623G2-IZS", "5.7.13"), row)
    assert found.newest == Release("5.7.23", None)
    assert found.least_days == 0


@pytest.mark.parametrize(
    ("as_of", "stale"), [(date(2025, 11, 20), True), (date(2025, 11, 21), False), (date(2026, 11, 21), False)]
)
def test_a_table_is_stale_after_a_year(camera, as_of, stale):
    row = product("Hikvision", "DS-2CD2623G2-IZS", ("5.7.13", "2023-04-03"), as_of=as_of)
    assert placed(camera("DS-2CD2623G2-IZS", "5.7.13"), row).is_stale is stale


def test_releases_or_a_declaration_judge_a_device_and_silence_does_not(camera):
    device = camera("DS-2CD2623G2-IZS", "5.7.13")
    ended = Lifecycle("Hikvision", ("DS-2CD2623*",), "test", TODAY, end_of_support=date(2025, 1, 1))
    unsold = Lifecycle("Hikvision", ("DS-2CD2623*",), "test", TODAY, end_of_sale=date(2025, 1, 1))
    stale = product("Hikvision", "DS-2CD2623G2-IZS", ("5.7.13", "2023-04-03"), as_of=date(2024, 1, 1))
    assert judged_by_catalogue(device, known(DOME)) == "judged by the releases known of its firmware"
    assert "declared" in judged_by_catalogue(device, known(lifecycle=[ended]))
    assert judged_by_catalogue(device, known(lifecycle=[unsold])) == ""
    assert judged_by_catalogue(device, known(stale)) == ""
    assert judged_by_catalogue(device, known()) == ""
