"""FortiOS 6.0 and 6.4: endoflife.date/fortios. Cisco Catalyst 2960-X: Cisco's notice c51-744432."""

from datetime import UTC, date, datetime

import pytest

from checks.contract import informed
from checks.firmware_unsupported import firmware_unsupported
from checks.intelligence import of_tables
from checks.knowledge import Lifecycle
from checks.lifecycles import is_of_branch
from inventory.model import Confidence, Severity

HTTP = ("http", 443, {"http.server": "xxxxxxxx-xxxxx"})
TODAY = date(2026, 11, 21)
FORTIOS = tuple(
    Lifecycle("Fortinet", ("FortiOS",), "endoflife.date/fortios", TODAY, branch, end_of_support=ends)
    for branch, ends in (
        ("6.0", date(2022, 9, 29)),
        ("6.4", date(2024, 9, 30)),
        ("7.4", date(2028, 11, 11)),
        ("7.2", date(2026, 9, 30)),
    )
)


def device_row(*names: str, vendor: str = "Cisco", ends: date | None = None, **more) -> Lifecycle:
    return Lifecycle(vendor, names, "the notice", TODAY, end_of_support=ends, **more)


def knowing(*rows: Lifecycle, day: date | None = None):
    known = of_tables(lifecycle=list(rows))
    return informed((firmware_unsupported,), {"intelligence": known.on(day) if day else known})[0]


@pytest.fixture
def firewall(make):
    def device(version: str):
        names = {"vendor": "Fortinet", "cpe": "cpe:2.3:o:fortinet:fortios:*:*:*:*:*:*:*:*", "firmware": version}
        return make(HTTP, claims=names)

    return device


@pytest.fixture
def switch(make):
    def device(model: str = "WS-C2960X-24TS-L", **claims: str):
        return make(HTTP, claims={"vendor": "Cisco", "model": model, **claims})

    return device


def test_a_branch_whose_support_has_ended_is_to_be_left(firewall, judge):
    judged = judge(knowing(*FORTIOS), firewall("v6.0.4"))
    assert [flaw.detail for flaw in judged.flaws] == [
        (
            "Branch 6.0 of its firmware (it runs v6.0.4) has not been supported since 2022-09-29, 4.1 years ago. "
            "Declared: end of support 2022-09-29, by endoflife.date/fortios, checked on 2026-11-21."
        )
    ]
    flaw = judged.flaws[0]
    assert (flaw.severity, flaw.confidence, flaw.facet) == (Severity.HIGH, Confidence.CONFIRMED, "branch")
    assert flaw.remedy.startswith("Update to a branch of the firmware that the maker supports")


def test_a_supported_branch_passes_with_its_day(firewall, judge):
    judged = judge(knowing(*FORTIOS), firewall("7.4.1"))
    assert (judged.flaws, judged.ended) == ([], "passed")
    assert "end of support 2028-11-11" in judged.reason


def test_a_branch_that_nobody_speaks_of_is_skipped(firewall, judge):
    judged = judge(knowing(*FORTIOS), firewall("6.40.1"))
    assert (judged.flaws, judged.ended) == ([], "skipped")


@pytest.mark.parametrize(
    ("version", "branch", "expected"),
    [
        ("6.4", "6.4", True),
        ("6.4.14", "6.4", True),
        ("v6.4.14,build2093", "6.4", True),
        ("6.40", "6.4", False),
        ("6.40.1", "6.4", False),
        ("16.4", "6.4", False),
        ("6", "6.4", False),
        ("19.07.7", "19.07", True),
        ("19.7.7", "19.07", True),
        ("12.0(7)T", "12.0", True),
        ("12.0", "12", True),
        ("Version 6.4.1", "6.4", True),
        ("", "6.4", False),
        ("6.4", "", False),
        ("6" * 10_000, "6.4", False),
        ("6." * 5_000, "6.6", True),
    ],
)
def test_a_branch_is_compared_number_by_number(version, branch, expected):
    assert is_of_branch(version, branch) is expected


def test_a_device_whose_support_has_ended_is_to_be_replaced(switch, judge):
    judged = judge(knowing(device_row("WS-C2960X-24TS-L", ends=date(2026, 10, 31))), switch())
    assert [flaw.detail for flaw in judged.flaws] == [
        (
            "WS-C2960X-24TS-L has not been supported since 2026-10-31, 21 days ago. "
            "Declared: end of support 2026-10-31, by the notice, checked on 2026-11-21."
        )
    ]
    flaw = judged.flaws[0]
    assert (flaw.severity, flaw.confidence, flaw.facet) == (Severity.HIGH, Confidence.CONFIRMED, "device")
    assert flaw.remedy.startswith("Replace the device; until then")


def test_a_family_of_names_is_likely(switch, judge):
    judged = judge(knowing(device_row("WS-C2960X-*", ends=date(2020, 1, 1))), switch())
    assert [flaw.confidence for flaw in judged.flaws] == [Confidence.LIKELY]


@pytest.mark.parametrize(
    ("ends", "severity"),
    [
        (date(2026, 11, 20), Severity.HIGH),
        (date(2026, 11, 21), Severity.LOW),
        (date(2027, 11, 21), Severity.LOW),
        (date(2027, 11, 22), None),
    ],
)
def test_the_last_day_is_supported_and_a_year_is_notice(switch, judge, ends, severity):
    judged = judge(knowing(device_row("WS-C2960X-*", ends=ends)), switch())
    assert [flaw.severity for flaw in judged.flaws] == ([] if severity is None else [severity])
    assert judged.ended == "passed"


def test_notice_is_given_under_a_title_of_its_own(switch, judge):
    flaw = judge(knowing(device_row("WS-C2960X-*", ends=date(2027, 10, 31))), switch()).flaws[0]
    assert flaw.title == "Support by its maker ends soon"
    assert flaw.detail.startswith("Support of WS-C2960X-24TS-L ends on 2027-10-31.")


def test_what_is_only_no_longer_sold_is_told_for_information(switch, judge):
    judged = judge(knowing(device_row("WS-C2960X-*", end_of_sale=date(2022, 10, 31))), switch())
    assert [(flaw.severity, flaw.title) for flaw in judged.flaws] == [(Severity.INFO, "No longer sold by its maker")]


def test_what_will_be_sold_until_a_day_to_come_is_not_told(switch, judge):
    judged = judge(knowing(device_row("WS-C2960X-*", end_of_sale=date(2027, 10, 31))), switch())
    assert (judged.flaws, judged.ended) == ([], "passed")


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("15.0", "It does not even run the last firmware, 15.2, but 15.0."),
        ("15.2", "It runs the last firmware."),
        ("15.3", "It runs the last firmware."),
    ],
)
def test_the_last_firmware_is_compared(switch, judge, version, said):
    row = device_row("WS-C2960X-*", ends=date(2020, 1, 1), last_firmware="15.2")
    assert said in judge(knowing(row), switch(firmware=version)).flaws[0].detail


def test_a_version_that_cannot_be_compared_with_the_last_is_left_out(switch, judge):
    row = device_row("WS-C2960X-*", ends=date(2020, 1, 1), last_firmware="15.2")
    detail = judge(knowing(row), switch(firmware="latest")).flaws[0].detail
    assert "latest" not in detail
    assert "last firmware 15.2" in detail


def test_the_exact_name_goes_before_the_family(switch, judge):
    family = device_row("WS-C2960X-*", ends=date(2020, 1, 1))
    exact = device_row("WS-C2960X-24TS-L", ends=date(2030, 1, 1))
    assert judge(knowing(family, exact), switch()).flaws == []


def test_the_longer_pattern_goes_before_the_shorter(switch, judge):
    wide = device_row("WS-C29*", ends=date(2020, 1, 1))
    narrow = device_row("WS-C2960X-*", ends=date(2030, 1, 1))
    assert judge(knowing(narrow, wide), switch()).flaws == []


def test_of_two_that_say_the_same_name_the_later_day_counts(switch, judge):
    early, late = (device_row("WS-C2960X-*", ends=date(year, 1, 1)) for year in (2020, 2022))
    judged = judge(knowing(late, early), switch())
    assert ["2022-01-01" in flaw.detail for flaw in judged.flaws] == [True]


def test_device_and_branch_are_two_findings(make, judge):
    device = make(HTTP, claims={"vendor": "Fortinet", "model": "FortiOS", "firmware": "6.0.4"})
    rows = (*FORTIOS, device_row("FortiOS", vendor="Fortinet", ends=date(2020, 1, 1)))
    assert [flaw.facet for flaw in judge(knowing(*rows), device).flaws] == ["device", "branch"]


def test_another_makers_row_is_nothing_to_the_device(switch, judge):
    judged = judge(knowing(device_row("WS-C2960X-*", vendor="Acme", ends=date(2020, 1, 1))), switch())
    assert (judged.flaws, judged.ended) == ([], "skipped")
    assert judged.reason == "no declaration about its support is known"


def test_the_day_that_is_asked_for_decides(firewall, judge):
    assert judge(knowing(*FORTIOS, day=date(2021, 1, 1)), firewall("6.0.4")).flaws == []
    assert judge(knowing(*FORTIOS, day=date(2022, 9, 30)), firewall("6.0.4")).flaws[0].severity is Severity.HIGH


def test_else_the_day_of_the_scan_decides(make, judge):
    then = datetime(2019, 1, 1, tzinfo=UTC)
    device = make(HTTP, claims={"vendor": "Cisco", "model": "ASA5505"}, when=then)
    assert judge(knowing(device_row("ASA5505", ends=date(2022, 8, 31))), device).flaws == []


def test_a_system_of_another_maker_counts_where_no_firmware_is_stated(make, claim, judge):
    row = Lifecycle("OpenWrt", ("OpenWrt",), "endoflife.date/openwrt", TODAY, "19.07", end_of_support=date(2022, 4, 20))
    banner = claim("component", "openwrt 19.07.7", 23, "telnet.banner")
    flaws = judge(knowing(row), make(HTTP, said=(banner,))).flaws
    assert [(flaw.severity, flaw.endpoint.port) for flaw in flaws] == [(Severity.HIGH, 23)]
    own = make(HTTP, claims={"vendor": "Teltonika", "firmware": "RUT9_R_00.07.06"}, said=(banner,))
    assert judge(knowing(row), own).flaws == []
