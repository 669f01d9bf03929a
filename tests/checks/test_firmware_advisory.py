"""Rows are those of CISA's CSAF files; scores and decision points are made up where a test says so."""

from datetime import date

import pytest

from checks.contract import informed
from checks.firmware_advisory import firmware_advisory
from checks.intelligence import of_tables
from checks.knowledge import Advisory, Epss, Exploited, Points
from inventory.model import Confidence, Severity

DAY = date(2020, 2, 11)
X208 = {"vendor": "Siemens", "model": "SCALANCE X208", "firmware": "V5.02.03"}


def row(name, affected, *cves, cvss=None, product="SCALANCE X208 (6GK5208-0BA10-2AA3)", vendor="Siemens"):
    return Advisory(name, vendor, product, affected, cves or (f"CVE-2020-{name}",), DAY, cvss)


@pytest.fixture
def found(judge):
    def run(device, *rows, points=None, exploited=(), epss=None):
        bundle = of_tables(
            made=date(2026, 11, 21),
            advisories=list(rows),
            points=points or {},
            exploited=list(exploited),
            epss=epss or {},
        )
        return judge(*informed([firmware_advisory], {"intelligence": bundle}), device)

    return run


def test_what_surely_affects_a_device_is_one_finding(make, found):
    rows = (
        row("ICSA-20-042-04", "vers:all/<V5.2.5", "CVE-2019-13946", cvss=7.5),
        row("ICSA-19-085-01", "< V5.2.6", "CVE-2019-6569"),
    )
    (flaw,) = found(make(("snmp", 161, {}), claims=X208), *rows).flaws
    assert (flaw.severity, flaw.confidence, flaw.facet) == (Severity.MEDIUM, Confidence.CONFIRMED, "affected")
    assert "V5.02.03 is affected by 2 advisories: ICSA-20-042-04 (CVE-2019-13946, CVSS 7.5" in flaw.detail
    assert "Version V5.2.6 mends all of them." in flaw.detail


def test_the_worst_three_are_named_and_the_rest_is_counted(make, found):
    rows = [row(f"ICSA-20-00{n}-01", "< V6.0", f"CVE-2020-000{n}", cvss=float(n)) for n in range(4, 9)]
    (flaw,) = found(make(claims=X208), *rows).flaws
    named = [flaw.detail.index(f"ICSA-20-00{n}-01") for n in (8, 7, 6)]
    assert named == sorted(named)
    assert "ICSA-20-005-01" not in flaw.detail
    assert "and 2 more" in flaw.detail


def test_where_one_names_no_mended_version_none_is_promised(make, found):
    (flaw,) = found(make(claims=X208), row("A", "< V5.2.5"), row("ICSA-22-167-14", "vers:all/*", "CVE-2022-0778")).flaws
    assert "mends all" not in flaw.detail
    assert "For 1 of them no version that mends it is known here." in flaw.detail


@pytest.mark.parametrize(
    ("cvss", "points", "severity"),
    [
        (9.8, Points("poc", "no", "total"), Severity.HIGH),
        (9.8, Points("active", "no", "total"), Severity.HIGH),
        (9.8, Points("none", "yes", "total"), Severity.HIGH),
        (9.8, Points("none", "no", "total"), Severity.MEDIUM),
        (8.9, Points("active", "yes", "total"), Severity.MEDIUM),
        (None, Points("poc", "yes", "total", 9.1), Severity.HIGH),
        (3.9, Points("none", "no", "partial"), Severity.LOW),
        (None, None, Severity.MEDIUM),
    ],
)
def test_the_worst_of_them_decides_how_bad_it_is(make, found, cvss, points, severity):
    known = {"CVE-2020-1": points} if points else {}
    (flaw,) = found(make(claims=X208), row("A", "< V6.0", "CVE-2020-1", cvss=cvss), points=known).flaws
    assert flaw.severity is severity


def test_it_is_low_only_where_all_of_them_are(make, found):
    rows = (row("A", "< V6.0", cvss=3.1), row("B", "< V6.0", cvss=4.0))
    assert [flaw.severity for flaw in found(make(claims=X208), rows[0]).flaws] == [Severity.LOW]
    assert [flaw.severity for flaw in found(make(claims=X208), *rows).flaws] == [Severity.MEDIUM]


def test_what_may_affect_it_is_another_finding_inferred_and_low(make, found):
    claims = {"vendor": "Siemens", "model": "SCALANCE X208"}
    (flaw,) = found(make(claims=claims), row("A", "< V5.2.5", cvss=7.5), row("B", "< V5.2.6")).flaws
    assert (flaw.severity, flaw.confidence, flaw.facet) == (Severity.LOW, Confidence.INFERRED, "possible")
    assert "possibly affected by 2 advisories" in flaw.detail
    assert "its version is not known" in flaw.detail


def test_what_may_be_grave_is_medium(make, found):
    claims = {"vendor": "Siemens", "model": "SCALANCE X208"}
    points = {"CVE-2020-A": Points("poc", "yes", "total", 9.8)}
    (flaw,) = found(make(claims=claims), row("A", "< V5.2.5"), points=points).flaws
    assert flaw.severity is Severity.MEDIUM


def test_an_advisory_that_surely_affects_it_is_not_possible_as_well(make, found):
    rows = (row("A", "< V6.0", "CVE-2020-1"), row("A", "something else", "CVE-2020-2"))
    (flaw,) = found(make(claims=X208), *rows).flaws
    assert flaw.facet == "affected"


def test_what_is_known_to_be_exploited_is_judged_elsewhere(make, found):
    listed = Exploited("CVE-2020-A", "Siemens", "SCALANCE", "t", DAY, DAY)
    judged = found(make(claims=X208), row("A", "< V6.0", "CVE-2020-A"), exploited=(listed,))
    assert judged.flaws == []
    (flaw,) = found(make(claims=X208), row("A", "< V6.0", "CVE-2020-A", "CVE-2020-B"), exploited=(listed,)).flaws
    assert "CVE-2020-B" in flaw.detail


def test_a_sound_device_passes_and_it_is_said_what_was_looked_through(make, found):
    judged = found(
        make(claims={**X208, "firmware": "V5.2.6"}), row("A", "< V5.2.5"), row("B", "*", product="SIMATIC CP 343-1")
    )
    assert (judged.flaws, judged.ended) == ([], "passed")
    assert judged.reason == (
        "none of 2 advisories of Siemens as of 2026-11-21 is known to affect it (1 names it, and its version is not affected)"
    )


def test_a_device_that_none_names_passes_with_what_was_looked_through(make, found):
    judged = found(make(claims={"vendor": "Siemens", "model": "SCALANCE XC208"}), row("A", "< V5.2.5"))
    assert (judged.ended, judged.reason) == (
        "passed",
        "none of 1 advisory of Siemens as of 2026-11-21 is known to affect it",
    )


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({}, "its maker is not known"),
        ({"vendor": "Acme", "model": "A1"}, "the intelligence holds no advisory of Acme"),
        (
            {"vendor": "Siemens", "model": "LOGO!"},
            "which model it is is not known, so that 1 advisory of Siemens as of 2026-11-21 could not be compared",
        ),
        (
            {"vendor": "Siemens"},
            "which model it is is not known, so that 1 advisory of Siemens as of 2026-11-21 could not be compared",
        ),
    ],
)
def test_where_nothing_can_be_compared_nothing_is_said_to_be_sound(make, found, claims, reason):
    judged = found(make(("http", 80, {}), claims=claims), row("A", "< V5.2.5"))
    assert (judged.ended, judged.reason) == ("skipped", reason)


def test_what_one_advisory_settles_another_without_versions_does_not_open(make, found):
    stated, bare = row("ICSA-20-042-04", "< V5.2.5", "CVE-2019-13946"), row("CVE-2019-13946", "", "CVE-2019-13946")
    assert [flaw.facet for flaw in found(make(claims=X208), stated, bare).flaws] == ["affected"]
    assert found(make(claims={**X208, "firmware": "V5.2.5"}), stated, bare).ended == "passed"
    (flaw,) = found(make(claims=X208), bare).flaws
    assert "no advisory that is known here says which versions are affected" in flaw.detail


# MikroTik, CVE-2023-30799: the gathered advisory names versions, CISA's vulnrichment names the product alone, and both stand under the CVE's id
SUPEROUT = row(
    "CVE-2023-30799", ">= 6.49 | < 6.49.7", "CVE-2023-30799", cvss=9.1, product="RouterOS", vendor="MikroTik"
)
BARE = row("CVE-2023-30799", "", "CVE-2023-30799", cvss=9.1, product="RouterOS", vendor="MikroTik")


def routeros(make, version):
    return make(claims={"vendor": "MikroTik", "model": "RouterOS", "firmware": version})


def test_an_advisory_that_names_versions_in_one_place_is_not_open_for_naming_none_in_another(make, found):
    assert found(routeros(make, "7.24"), SUPEROUT, BARE).flaws == []
    (flaw,) = found(routeros(make, "6.49.6"), SUPEROUT, BARE).flaws
    assert flaw.detail.endswith("affects >= 6.49 | < 6.49.7. Version 6.49.7 mends it.")


def test_an_advisory_without_versions_is_said_to_name_none_and_the_known_version_is_to_be_compared(make, found):
    (flaw,) = found(routeros(make, "7.24"), BARE).flaws
    assert "CVE-2023-30799, CVSS 9.1, of 2020-02-11, names no versions." in flaw.detail
    assert flaw.remedy == "Compare the firmware that it runs with the advisories that are named."


def test_where_none_names_a_mended_version_it_is_said_once_for_all(make, found):
    (flaw,) = found(make(claims=X208), row("A", "vers:all/*"), row("B", "vers:all/*")).flaws
    assert flaw.detail.endswith(" No version that mends any of them is known here.")


def test_of_two_that_are_equally_bad_the_likelier_to_be_exploited_comes_first(make, found):
    rows = [row(name, "< V6.0", f"CVE-2020-{name}", cvss=7.5) for name in ("0001", "0002")]
    (flaw,) = found(make(claims=X208), *rows, epss={"CVE-2020-0002": Epss(0.943, 0.999)}).flaws
    assert "0002 (CVE-2020-0002, CVSS 7.5, EPSS 94%, of 2020-02-11" in flaw.detail
    assert flaw.detail.index("CVE-2020-0002") < flaw.detail.index("CVE-2020-0001")
    (flaw,) = found(make(claims=X208), *rows).flaws
    assert "EPSS" not in flaw.detail
