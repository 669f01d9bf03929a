"""The editions that every format for other programs is rendered from: whole, accepted, empty, changed since a scan before, and hostile in every text."""

import json
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from inventory.diff import diff
from inventory.findings import Acceptance, Finding, Outcome, finding_id
from inventory.model import Confidence, Endpoint, Family, Severity, Status
from inventory.report import Assessment, Coverage, Report
from scanner.edition import Edition
from scanner.report import formats
from tests.riverside import (
    CAMERA,
    GATEWAY,
    LIVED_WITH,
    METER,
    METER_WEB,
    NOON,
    OPEN_TELNET,
    RECORDER,
    RECORDER_WEB,
    REPORT,
)

SCHEMAS = Path(__file__).parent / "schema"
NASTY = (
    "\x00\x1b[2J\x9b\u202e\u200b\ufffe\ud800 ]]> -->&amp;&#0; <script>alert(1)</script> <img src=x onerror=alert(1)> {0} [x](http://evil.example) "
    "![x](http://evil.example) `code` *bold* | =cmd|calc \"quoted\" 'too' \\ ../../etc\n- http://evil.example\n# www.evil.example\r\n"
)
EMPTY = Report(replace(REPORT.scan, ended=None), (), (), Coverage())


def _finding(check: str, identity: str, place: Endpoint, severity: Severity) -> Finding:
    return Finding(
        finding_id(check, identity, f"{place.transport}/{place.port}"),
        check,
        Family.CREDENTIALS if check == "default-credentials" else Family.TLS,
        severity,
        Confidence.CONFIRMED,
        place,
        f"What {check} finds",
        "As it was.",
        "heard",
        "Mend it.",
    )


UNOBSERVED = _finding("tls-old-version", METER.device.identity, METER_WEB, Severity.HIGH)
MENDED = _finding("default-credentials", RECORDER.device.identity, RECORDER_WEB, Severity.CRITICAL)


def with_finding(assessment: Assessment, finding: Finding) -> Assessment:
    """The same with this as what its check found."""
    rest = [outcome for outcome in assessment.outcomes if outcome.check != finding.check]
    return replace(assessment, outcomes=(*rest, Outcome(finding.check, Status.FOUND, "", (finding,))))


def without(assessment: Assessment, check: str) -> Assessment:
    return replace(assessment, outcomes=tuple(one for one in assessment.outcomes if one.check != check))


EARLIER = replace(
    REPORT,
    scan=replace(
        REPORT.scan, id="20261119-1200-0000", started=NOON - timedelta(days=1), ended=NOON - timedelta(hours=23)
    ),
    assessments=(
        GATEWAY,
        with_finding(METER, UNOBSERVED),
        with_finding(RECORDER, MENDED),
        without(CAMERA, OPEN_TELNET.check),
    ),
)
CHANGED = Edition(LIVED_WITH, diff(EARLIER, LIVED_WITH), city="Riverside", today=NOON.date())


def hostile(value: Any, name: str = "") -> Any:
    """The same record with something nasty behind every text but those that are words of ours."""
    kept = {
        "id",
        "check",
        "address",
        "addresses",
        "mac",
        "transport",
        "protocol",
        "act",
        "networks",
        "version",
        "cve",
        "weaknesses",
        "vector",
        "name",
        "standards",
    }
    if is_dataclass(value) and not isinstance(value, type):
        told = {f.name: hostile(getattr(value, f.name), f.name) for f in fields(value) if f.init}
        return replace(value, **told)
    if isinstance(value, tuple):
        return tuple(hostile(each, name) for each in value)
    return f"{value}{NASTY}" if type(value) is str and value and name not in kept else value


def _hostile_report() -> Report:
    word = Acceptance("Owner", "Reason", date(2027, 1, 1), "waivers.toml line 1")
    outcomes = tuple(
        replace(one, findings=tuple(replace(found, accepted=word) for found in one.findings))
        if one.check == OPEN_TELNET.check
        else one
        for one in CAMERA.outcomes
    )
    camera = replace(CAMERA, outcomes=outcomes)
    report = replace(REPORT, assessments=(GATEWAY, *REPORT.assessments[1:3], camera), waivers=())
    made: Report = replace(hostile(report), register=None)
    return made


EDITIONS = {
    "whole": Edition(REPORT, city="Riverside"),
    "accepted": Edition(LIVED_WITH, city="Riverside"),
    "empty and unfinished": Edition(EMPTY),
    "changed": CHANGED,
    "hostile": Edition(_hostile_report(), city=f"City{NASTY}"),
}


def rendered(name: str, edition: Edition) -> str:
    """The whole text; that it can be written is part of the claim."""
    return "".join(formats()[name].render(edition)).encode().decode()


def parsed(name: str, edition: Edition) -> Any:
    return json.loads(rendered(name, edition))
