"""JUnit XML, for Jenkins, GitLab and what else shows tests: a suite a device, a case a check.

The elements are those of the Jenkins xUnit plugin's schema of JUnit (junit-10.xsd). A check that found something has failed, one that could not be completed is
an error with its reason, never passed; one of which all findings are accepted is skipped, with whose word that rests on. The class of a case is the device's
identity, so that its history goes on where the device moves. A case can fail once: its failure tells every finding of the check.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from inventory.findings import Acceptance, Finding, FleetFinding, Outcome
from inventory.model import Status
from inventory.report import Assessment, Report, Scan
from inventory.text import one_line, visible
from scanner.edition import Edition
from scanner.markdown_text import block
from scanner.score import effective, moved_by
from scanner.terminal import name_of

SUFFIX = ".junit.xml"
_TEXT = 8192


@dataclass(frozen=True, slots=True)
class _Case:
    """A check on a device: `kind` is "" where it passed, or failure, error or skipped, `type` what of it there is, `message` the line that says why."""

    name: str
    kind: str = ""
    type: str = ""
    message: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class _Suite:
    name: str
    place: str
    cases: tuple[_Case, ...]
    when: datetime
    host: str = ""
    properties: Mapping[str, str] | None = None

    @property
    def counted(self) -> Counter[str]:
        return Counter(case.kind for case in self.cases)


def render(edition: Edition) -> Iterator[str]:
    """The scan itself, then each device, worst first, then the fleet."""
    report = edition.report
    total: Counter[str] = Counter()
    for suite in _suites(report):
        total += suite.counted
    name = " ".join(filter(None, ("Tocsin", edition.city, report.scan.site)))
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites{_named(name)}{_numbers(total, skipped=False)}{_time(report.scan)}>\n'
    for suite in _suites(report):
        yield from _written(suite)
    yield "</testsuites>\n"


def _suites(report: Report) -> Iterator[_Suite]:
    yield _Suite("scan", "scan", (_ended(report.scan),), report.scan.started, properties=_of_scan(report))
    yield from (_device(assessment) for assessment in report.ranked)
    if report.fleet:
        yield _Suite("fleet", "fleet", tuple(_fleet(report.fleet)), report.scan.started)


def _ended(scan: Scan) -> _Case:
    if scan.ended is not None:
        return _Case("scan-ended")
    why = "The scan did not end: what it had not reached by then is not in it"
    return _Case("scan-ended", "error", "unfinished", why, "\n".join(map(one_line, scan.notes)))


def _of_scan(report: Report) -> dict[str, str]:
    scan, coverage = report.scan, report.coverage
    told = {
        "scan": scan.id,
        "version": scan.version,
        "networks": ", ".join(scan.networks),
        "level": scan.level.label,
        "authorised by": scan.authorised_by,
        "intelligence": scan.intel,
        "addresses": str(coverage.addresses),
        "devices": str(len(report.assessments)),
    }
    return {**told, **{f"note {number}": note for number, note in enumerate(scan.notes, 1)}}


def _device(assessment: Assessment) -> _Suite:
    device, score, context = assessment.device, assessment.score, assessment.context
    claims = {name: claim.value for name in ("vendor", "model", "kind", "firmware") if (claim := device.claim(name))}
    told = {
        "identity": device.identity,
        "addresses": ", ".join(device.addresses),
        "mac": device.mac or "",
        **claims,
        "score": f"{score.value:.1f}",
        "band": score.band.label,
        "due": score.due,
        "department": context.department,
        "site": context.site,
        "name": context.name,
        "owner": context.owner,
    }
    cases = [_case(outcome) for outcome in sorted(assessment.outcomes, key=lambda outcome: outcome.check)]
    if assessment.quarantine is not None:
        cases.append(_Case("left-alone", "error", "quarantine", str(assessment.quarantine)))
    return _Suite(
        f"{device.address} {name_of(device)}",
        device.identity,
        tuple(cases),
        assessment.when,
        device.address,
        {name: value for name, value in told.items() if value},
    )


def _case(outcome: Outcome) -> _Case:
    if outcome.status is Status.PASSED:
        return _Case(outcome.check, text=one_line(outcome.reason, _TEXT))
    if outcome.status is Status.SKIPPED:
        return _Case(outcome.check, "skipped", "skipped", outcome.reason)
    if outcome.status is Status.FOUND and not outcome.findings:
        return _Case(outcome.check, "failure", "found", outcome.reason)
    if outcome.status is Status.FOUND:
        findings = sorted(outcome.findings, key=lambda f: (-effective(f), f.endpoint.sort_key, f.id))
        return _found(outcome.check, findings, [effective(finding).label for finding in findings])
    return _Case(outcome.check, "error", outcome.status.value, f"{outcome.status.value}: {outcome.reason}")


def _fleet(findings: Iterable[FleetFinding]) -> Iterator[_Case]:
    ordered = sorted(findings, key=lambda f: (f.check, -f.severity, f.id))
    for check, group in groupby(ordered, key=lambda finding: finding.check):
        found = list(group)
        yield _found(check, found, [finding.severity.label for finding in found])


def _found(check: str, findings: Sequence[Finding | FleetFinding], counts: Sequence[str]) -> _Case:
    """What counts comes before what is accepted; where all is accepted, nothing has failed and nothing has passed."""
    told = list(zip(findings, counts, strict=True))
    open_ones = [(finding, label) for finding, label in told if finding.accepted is None]
    lived_with = [(finding, label) for finding, label in told if finding.accepted is not None]
    text = "\n\n".join(_told(finding, label) for finding, label in (*open_ones, *lived_with))
    if not open_ones:
        words = "; ".join(dict.fromkeys(_word(finding.accepted) for finding in findings if finding.accepted))
        return _Case(check, "skipped", "accepted", words, text)
    first, label = open_ones[0]
    more = f" (and {len(open_ones) - 1} more)" if len(open_ones) > 1 else ""
    return _Case(check, "failure", label, f"{label}: {first.title}: {first.detail}{more}", text)


def _told(finding: Finding | FleetFinding, label: str) -> str:
    """Each a line, so that no device begins one; what was heard is indented."""
    if isinstance(finding, FleetFinding):
        return "\n".join(
            _lines(finding, f"{label}: {finding.title}", more=f"Devices: {', '.join(sorted(finding.devices))}")
        )
    place = finding.endpoint
    first = f"{label}: {finding.title} at {place if place.port else place.address}"
    published = ", ".join(hole.cve for hole in finding.vulnerabilities)
    told = [*_lines(finding, first, *moved_by(finding), more=published and f"Published: {published}")]
    return "\n".join([*told, "Evidence:", block(finding.evidence)] if finding.evidence else told)


def _lines(finding: Finding | FleetFinding, first: str, *reasons: str, more: str = "") -> Iterator[str]:
    standards = f"Standards: {'; '.join(finding.standards)}" if finding.standards else ""
    word = _word(finding.accepted) if finding.accepted else ""
    shifted = (f"({reason})" for reason in reasons)
    told = (first, *shifted, finding.detail, f"Fix: {finding.remedy}", more, standards, word, f"Finding: {finding.id}")
    return (one_line(line, _TEXT) for line in told if line)


def _word(word: Acceptance) -> str:
    rule = f" ({word.rule})" if word.rule else ""
    return f"Accepted by {word.owner} until {word.until.isoformat()}{rule}: {word.reason}"


def _written(suite: _Suite) -> Iterator[str]:
    moment = suite.when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    host = f" hostname={_attribute(suite.host)}" if suite.host else ""
    yield f'  <testsuite{_named(suite.name)}{_numbers(suite.counted)} timestamp="{moment}"{host}>\n'
    if suite.properties:
        yield "    <properties>\n"
        for name, value in suite.properties.items():
            yield f"      <property{_named(name)} value={_attribute(value)}/>\n"
        yield "    </properties>\n"
    # Jenkins takes what stands before the last full stop for a package.
    place = f"tocsin.{suite.place.replace('.', '_')}"
    for case in suite.cases:
        yield from _case_written(case, place)
    yield "  </testsuite>\n"


def _case_written(case: _Case, place: str) -> Iterator[str]:
    start = f"    <testcase{_named(case.name)} classname={_attribute(place)}"
    if case.kind:
        yield f"{start}>\n      <{case.kind} type={_attribute(case.type)} message={_attribute(case.message)}>"
        yield f"{_body(case.text)}</{case.kind}>\n    </testcase>\n"
    elif case.text:
        yield f"{start}>\n      <system-out>{_body(case.text)}</system-out>\n    </testcase>\n"
    else:
        yield f"{start}/>\n"


def _named(name: str) -> str:
    return f" name={_attribute(name)}"


def _numbers(counted: Counter[str], *, skipped: bool = True) -> str:
    """The schema knows no number of skipped cases over all suites."""
    left_out = f' skipped="{counted["skipped"]}"' if skipped else ""
    return f' tests="{counted.total()}" failures="{counted["failure"]}" errors="{counted["error"]}"{left_out}'


def _time(scan: Scan) -> str:
    return f' time="{(scan.ended - scan.started).total_seconds():.3f}"' if scan.ended else ""


@lru_cache(maxsize=4096)  # reasons are said of many devices
def _attribute(value: str) -> str:
    return quoteattr(one_line(value, _TEXT))


def _body(text: str) -> str:
    """Nothing in it is hidden, so nothing is left that XML 1.0 has no character for (section 2.2)."""
    return escape(visible(text, _TEXT))
