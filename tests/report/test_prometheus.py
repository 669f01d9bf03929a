"""Figures for Prometheus: read by its own library, and in them nothing by which a device is known."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from inventory.diff import diff
from inventory.findings import Shift
from inventory.model import Claim, Confidence
from inventory.report import Coverage, Report
from scanner.edition import Edition, timeless
from scanner.report import prometheus
from tests.riverside import CAMERA, GATEWAY, HOSTILE, LIVED_WITH, METER, RECORDER, REPORT

EMPTY = Report(replace(REPORT.scan, ended=None, intel_as_of=None), (), (), Coverage())
CHANGED = Edition(LIVED_WITH, diff(REPORT, LIVED_WITH))


def told(edition: Edition) -> str:
    return "".join(prometheus.render(edition))


def figures(edition: Edition) -> Mapping[str, Mapping[frozenset[tuple[str, str]], float]]:
    """By name, then by labels without those of the place."""
    place = {"site", "vantage"}
    return {
        family.name: {frozenset((k, v) for k, v in s.labels.items() if k not in place): s.value for s in family.samples}
        for family in text_string_to_metric_families(told(edition))
    }


def figure(edition: Edition, name: str, **labels: str) -> float:
    return figures(edition)[f"tocsin_{name}"][frozenset(labels.items())]


def test_devices_are_counted_by_band_and_kind():
    assert figure(Edition(REPORT), "devices", band="critical", kind="camera") == 1
    assert figure(Edition(REPORT), "devices", band="critical", kind="unidentified") == 1
    assert figure(Edition(REPORT), "devices", band="none", kind="air-sensor") == 1
    assert sum(figures(Edition(REPORT))["tocsin_devices"].values()) == len(REPORT.assessments)


def test_findings_are_counted_by_severity_family_and_whether_they_are_accepted():
    of = {"severity": "critical", "family": "credentials"}
    assert figure(Edition(LIVED_WITH), "findings", **of, state="open") == 1
    assert figure(Edition(LIVED_WITH), "findings", **of, state="accepted") == 1
    assert figure(Edition(LIVED_WITH), "fleet_findings", severity="high", family="tls", state="accepted") == 1
    assert figure(Edition(LIVED_WITH), "findings", severity="low", family="ports", state="open") == 0


def test_coverage_times_and_register_are_told():
    shown = {name: figure(Edition(REPORT), name) for name in (
        "scan_addresses", "scan_alive_devices", "scan_identified_devices", "scan_unreached_devices", "scan_quarantined_devices", "scan_complete",
        "scan_duration_seconds", "scan_end_timestamp_seconds", "register_missing_rows", "register_unknown_devices",
    )}  # fmt: skip
    assert list(shown.values()) == [254, 4, 3, 1, 1, 1, 90, 1795176090, 1, 2]


def test_a_finding_is_counted_by_what_it_counts_as_here_as_the_bands_of_devices_are():
    worse = tuple(
        replace(one, findings=tuple(replace(each, shifts=(Shift(-1, "behind glass"),)) for each in one.findings))
        for one in CAMERA.outcomes
    )
    of = {"family": "credentials", "state": "open"}
    moved = Edition(replace(REPORT, assessments=(replace(CAMERA, outcomes=worse),), fleet=()))
    alone = Edition(replace(REPORT, assessments=(CAMERA,), fleet=()))
    critical = figure(alone, "findings", severity="critical", **of)
    assert critical > 0
    assert figure(moved, "findings", severity="critical", **of) == 0
    assert figure(moved, "findings", severity="high", **of) == critical


def test_what_changed_is_told_where_there_is_a_scan_before():
    assert figure(CHANGED, "changed_findings", state="accepted", severity="critical") == 1
    assert figure(CHANGED, "changed_findings", state="new", severity="high") == 0
    assert figure(CHANGED, "changed_devices", state="quarantined") == 1
    assert not [name for name in figures(Edition(REPORT)) if "changed" in name]


def test_a_scan_that_did_not_end_has_no_end():
    shown = figures(Edition(EMPTY))
    assert shown["tocsin_scan_complete"] == {frozenset(): 0}
    assert not {"tocsin_scan_end_timestamp_seconds", "tocsin_scan_duration_seconds"} & set(shown)
    assert "tocsin_devices" not in shown or not shown["tocsin_devices"]


@pytest.mark.parametrize(
    "edition", [Edition(REPORT), CHANGED, Edition(EMPTY)], ids=["full", "changed", "empty and unfinished"]
)
def test_every_family_has_its_help_and_its_type_once_and_no_sample_stands_twice(edition):
    text = told(edition)
    names = re.findall(r"^# HELP (\S+) .+\.$", text, re.MULTILINE)
    assert names == re.findall(r"^# TYPE (\S+) gauge$", text, re.MULTILINE)
    assert len(set(names)) == len(names)
    samples = [line.rpartition(" ")[0] for line in text.splitlines() if not line.startswith("#")]
    assert len(set(samples)) == len(samples)
    assert {re.split("[{ ]", sample)[0] for sample in samples} <= set(names)
    assert text.endswith("\n")


def test_nothing_tells_one_device_from_another():
    spoken = replace(
        GATEWAY, device=replace(GATEWAY.device, claims=(Claim("kind", HOSTILE, Confidence.CONFIRMED, "junk"),))
    )
    report = replace(REPORT, assessments=(CAMERA, RECORDER, spoken, METER))
    text = told(Edition(report, diff(REPORT, report)))
    assert not re.search(r"\d+\.\d+\.\d+\.\d+|(?:[0-9a-f]{2}:){5}", text)
    for word in ("Hikvision", "DS-2CD", "MESH1", "owned", "Market square", "Police", "Camera 7", "10.77"):
        assert word not in text
    assert 'kind="unidentified"' in text


def test_the_place_is_a_label_that_cannot_be_broken_out_of():
    scan = replace(REPORT.scan, site='a"} 1\nx{y="\\', vantage="office")
    (family,) = [
        f
        for f in text_string_to_metric_families(told(Edition(replace(REPORT, scan=scan))))
        if f.name == "tocsin_scan_packets"
    ]
    assert family.samples[0].labels == {"site": 'a"} 1 x{y="\\', "vantage": "office"}


def test_without_moments_the_times_are_noughts():
    assert figure(timeless(Edition(REPORT)), "scan_end_timestamp_seconds") == 0
    assert figure(timeless(Edition(REPORT)), "scan_duration_seconds") == 0


def test_promtool_finds_nothing_to_complain_of():
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (prometheus)")
    ended = subprocess.run(
        [promtool, "check", "metrics"], input=told(CHANGED), capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout + ended.stderr) == (0, "")
