"""An old scan judged by newer intelligence."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from checks.intelligence import of_tables
from checks.knowledge import Component, Origin
from inventory.model import Claim, Confidence, Endpoint, Severity
from inventory.report import Coverage, Report
from scanner.exits import Exit, exit_for
from scanner.intel.gate import OLD, as_of, judged_by, staleness
from scanner.rescoring import rescore
from tests.riverside import CAMERA, GATEWAY, REPORT, SCAN

TODAY = date(2026, 11, 21)


def intelligence(*days: date, table: str = "exploited"):
    found = of_tables(TODAY, components=[Component("dropbear", "test", {"2012.55": "2012-02-22"})])
    origins = tuple(Origin(f"source-{place}", table, day, 1, "here") for place, day in enumerate(days))
    found.manifest = replace(found.manifest, origins=origins)
    return found


def test_what_asks_the_intelligence_is_judged_anew_and_the_rest_stays():
    again = rescore(REPORT, intelligence(TODAY), TODAY)
    before = {one.device.identity: one for one in REPORT.assessments}
    assert again.assessments == again.ranked
    for one in again.assessments:
        old = {outcome.check: outcome for outcome in before[one.device.identity].outcomes}
        new = {outcome.check: outcome for outcome in one.outcomes}
        for check in old.keys() - {"firmware-old", "component-old"}:
            assert new[check] == old[check]
        if one.quarantine is None:
            assert "firmware-unknown" in new


def test_the_new_report_names_what_it_was_judged_by_and_keeps_the_scan():
    again = rescore(REPORT, intelligence(TODAY), TODAY)
    assert again.scan.intel.startswith("2026-11-21 sha256:")
    assert (again.scan.id, again.scan.started, again.scan.traffic) == (SCAN.id, SCAN.started, SCAN.traffic)
    assert any("judged anew on 2026-11-21" in note for note in again.scan.notes)


def test_judging_twice_with_the_same_is_judging_once():
    once = rescore(REPORT, intelligence(TODAY), TODAY)
    twice = rescore(once, intelligence(TODAY), TODAY)
    assert twice.assessments == once.assessments
    assert len(twice.scan.notes) == len(set(twice.scan.notes))


def test_a_device_in_quarantine_is_not_judged_anew():
    held = next((one for one in REPORT.assessments if one.quarantine), None)
    assert held is not None
    again = rescore(REPORT, intelligence(TODAY), TODAY)
    assert held in again.assessments


@pytest.mark.parametrize(
    ("age", "said"), [(OLD, ""), (OLD + 1, "the intelligence is old: source-0 of 2026-10-06 (46 days)")]
)
def test_intelligence_is_called_old_after_45_days(age, said):
    note = staleness(intelligence(TODAY - timedelta(days=age)), TODAY)
    assert note.startswith(said)
    assert bool(note) is bool(said)


def test_releases_of_components_do_not_perish():
    assert staleness(intelligence(date(2020, 1, 1), table="components"), TODAY) == ""


def test_the_oldest_source_says_up_to_when_all_is_known():
    scan = judged_by(SCAN, intelligence(date(2026, 11, 1), date(2025, 8, 25)), TODAY)
    assert scan.intel_as_of == date(2025, 8, 25) == as_of(intelligence(date(2025, 8, 25), TODAY))
    assert scan.notes[-1].count("source-") == 1


@pytest.mark.parametrize(("limit", "code"), [(None, Exit.CLEAN), (10, Exit.CLEAN), (9, Exit.INCOMPLETE)])
def test_intelligence_older_than_the_operator_allows_leaves_a_scan_incomplete(limit, code):
    scan = replace(SCAN, intel_as_of=SCAN.started.date() - timedelta(days=10))
    clean = Report(scan, (GATEWAY,), (), Coverage(254, 1, 1, 0))
    assert exit_for(clean, Severity.HIGH, limit) is code
    assert exit_for(replace(clean, assessments=(CAMERA,)), Severity.LOW, limit) is Exit.FINDINGS


def test_a_scan_that_does_not_say_what_it_was_judged_by_is_older_than_any_limit():
    clean = Report(replace(SCAN, intel_as_of=None), (GATEWAY,), (), Coverage(254, 1, 1, 0))
    assert exit_for(clean, Severity.HIGH, 10_000) is Exit.INCOMPLETE


def test_what_is_known_only_since_the_scan_is_found_without_a_packet():
    claim = Claim("component", "acmeweb 1.0", Confidence.CONFIRMED, "test", "http.server", Endpoint("10.77.0.1", 80))
    seen = replace(GATEWAY, device=replace(GATEWAY.device, claims=(*GATEWAY.device.claims, claim)))
    report = replace(REPORT, assessments=(seen,))
    found = intelligence(TODAY)
    (before,) = rescore(report, found, TODAY).assessments
    found = of_tables(TODAY, components=[Component("acmeweb", "test", {"1.0": "2010-03-01"})])
    again = rescore(report, found, TODAY)
    (after,) = again.assessments
    assert "component-old" not in {finding.check for finding in before.findings}
    assert "component-old" in {finding.check for finding in after.findings}
    assert (before.firmware.code, after.firmware.code) == (None, date(2010, 3, 1))
    assert again.scan.traffic == REPORT.scan.traffic
