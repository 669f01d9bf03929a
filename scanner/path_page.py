"""Why a device ranks where it does, on one screen: its path down in ten lines at most, then where its points come from. And one finding's own path."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from checks.standards import in_words, whom_they_bind
from inventory.findings import Finding, FleetFinding, Score
from inventory.model import Confidence, Status
from inventory.report import Assessment, Context
from inventory.text import counted
from scanner.actions import order, service
from scanner.path import Fix, path
from scanner.score import effective, points, score
from scanner.surroundings import reached_from
from scanner.terminal import band, cell, name_of, table

LINES = 10
"""As long as a path may be."""
MEANS = {
    "defer": "not now",
    "scheduled": "with the regular maintenance",
    "out-of-cycle": "before the regular maintenance",
    "immediate": "now, before all other work",
}
"""What SSVC's outcomes ask of whoever deploys a fix (CERT/CC, SSVC: Deployer tree)."""
_POINTS = 8
_ID = 8
_LONGEST_EVIDENCE = 240
_PROOF = {
    Confidence.LIKELY: "only likely, not proven: high at most",
    Confidence.INFERRED: "only inferred: medium at most",
}


def path_page(assessment: Assessment, seen: str = "") -> Iterator[RenderableType]:
    """The path of a device in its context, and its findings with the points that each brings; `seen` says whose record it is, where there are several."""
    head, foot = [*_head(assessment), *([_clipped(cell(seen))] if seen else [])], list(_foot(assessment))
    yield from head
    yield from _fixes(assessment, LINES - len(head) - len(foot))
    yield from foot
    yield from _points(assessment)


def _head(assessment: Assessment) -> Iterator[RenderableType]:
    """Who it is, its rank, what sets the date, and what of its surroundings counted."""
    score = assessment.score
    yield _clipped(Text.assemble(cell(assessment.device.address, "bold"), "  ", cell(_whose(assessment))))
    yield _clipped(Text.assemble(*_rank(score)))
    if score.due_why and all(score.due_why != finding.title for finding in assessment.findings):
        yield _clipped(cell(f"the date is set by: {score.due_why}"))
    if moved := "; ".join(_moved(assessment.findings)):
        yield _clipped(cell(moved))
    if about := "; ".join(_surroundings(assessment.context)):
        yield _clipped(cell(f"where it stands: {about}"))


def _whose(assessment: Assessment) -> str:
    context = assessment.context
    said = (name_of(assessment.device), context.name, context.owner or context.department, context.site)
    return ", ".join(part for part in said if part)


def _rank(score: Score) -> Iterator[Text | str]:
    if not score.value:
        yield cell("0.0 of 100; nothing is due")
        return
    yield from (cell(f"{score.value:.1f} of 100,"), " ", band(score.band))
    yield cell(f"; due: {score.due}" if score.due else "; nothing is due")
    if score.decision:
        yield cell(f"; SSVC: {score.decision} ({MEANS[score.decision]})")


def _surroundings(context: Context) -> Iterator[str]:
    if context.vantages:
        yield reached_from(context)
    if context.criticality:
        yield f"criticality {context.criticality}"
    if context.impact:
        yield f"harm if it fails: {context.impact}"


def _moved(findings: Sequence[Finding]) -> Iterator[str]:
    """Each reason for which findings were shifted, once, with how many it moved and where to."""
    reasons: dict[tuple[int, str], int] = {}
    for finding in findings:
        for shift in finding.shifts if finding.accepted is None else ():
            reasons[shift.by, shift.why] = reasons.get((shift.by, shift.why), 0) + 1
    for (by, why), count in sorted(reasons.items(), key=lambda one: (-abs(one[0][0]), -one[1], one[0])):
        yield f"{counted(count, 'finding')} one band {'up' if by > 0 else 'down'}, because {why}"


def _foot(assessment: Assessment) -> Iterator[RenderableType]:
    """What the number does not say: what is accepted, what is not believed, left alone, or could not be judged."""
    accepted = [finding.accepted.until for finding in assessment.findings if finding.accepted]
    if accepted:
        first = f"until {accepted[0]}" if len(accepted) == 1 else f"the first until {min(accepted)}"
        yield _clipped(cell(f"not counted: {counted(len(accepted), 'finding')} that the city has accepted, {first}"))
    if assessment.quarantine is not None:
        yield _clipped(cell(assessment.quarantine, "bold"))
    unsure = sum(outcome.status in {Status.FAILED, Status.UNREACHED} for outcome in assessment.outcomes)
    if unsure:
        yield _clipped(cell(f"{counted(unsure, 'check')} could not judge it; `tocsin show` says why"))


def _fixes(assessment: Assessment, room: int) -> Iterator[RenderableType]:
    """One line an action, until nothing is left; what does not fit is counted."""
    fixes = path(assessment.device, assessment.findings)
    shown = fixes if len(fixes) <= room else fixes[: room - 1]
    if fixes:
        yield _steps(assessment.score.value, shown)
    if len(shown) < len(fixes):
        last = fixes[-1]
        yield _clipped(
            Text.assemble("   ", cell(f"and {counted(len(fixes) - len(shown), 'smaller one')} → {_left(last)}"))
        )
    if not fixes:
        passed = any(outcome.status is Status.PASSED for outcome in assessment.outcomes)
        doubt = "" if passed else ", and no check passed: too little was asked of it to tell"
        yield cell(f"nothing was found that raises its score{doubt}")


def _steps(value: float, fixes: Sequence[Fix]) -> Table:
    rows = Table.grid(padding=(0, 1), expand=True)
    rows.add_column(justify="right", no_wrap=True, min_width=2)
    rows.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    rows.add_column(no_wrap=True, min_width=17)
    for number, fix in enumerate(fixes, 1):
        worst = fix.findings[0]
        where = f"{at}: " if (at := service(fix.action, worst)) else ""
        more = f" (ends {len(fix.findings)} findings)" if len(fix.findings) > 1 else ""
        after = Text.assemble(cell(f"{value:.1f} → {fix.value:.1f}"), " ", band(fix.band) if fix.value else "")
        rows.add_row(cell(f"{number}."), cell(f"{where}{order(fix.action, worst)}{more}"), after)
        value = fix.value
    return rows


def _left(fix: Fix) -> str:
    return f"{fix.value:.1f}{f' {fix.band.label}' if fix.value else ''}"


def _points(assessment: Assessment) -> Iterator[RenderableType]:
    """The findings that count, with their ids, and the points that each brings."""
    brought = points(assessment.findings)
    if not brought:
        return
    rows = table("points", "finding", "severity", "what")
    rows.columns[0].justify = "right"
    for column in rows.columns[:3]:
        column.no_wrap = True
    for tenths, finding in brought[:_POINTS]:
        what = f"{finding.title}{_at(finding)}"
        rows.add_row(cell(f"+{tenths / 10:.1f}"), cell(finding.id[:_ID]), _counted_as(finding), _clipped(cell(what)))
    yield Text("")
    yield rows
    more = len(brought) - _POINTS
    rest = f"and {more:,} more; " if more > 0 else ""
    rule = "the worst decides the band, the others fill what room it leaves; " if len(brought) > 1 else ""
    yield cell(f"{rest}{rule}`tocsin why FINDING` explains one")


def _counted_as(finding: Finding) -> Text:
    """What its check calls it, and what it counts as where that is something else."""
    counted = effective(finding)
    if counted == finding.severity:
        return band(counted)
    return Text.assemble(cell(f"{finding.severity.label} →"), " ", band(counted))


def finding_page(assessment: Assessment, finding: Finding) -> Iterator[RenderableType]:
    """One finding: what was seen, why it is as grave as that, what it brings to the score of its device, and what ends it."""
    where = f"{finding.endpoint.port}/{finding.endpoint.transport}" if finding.endpoint.port else "the whole device"
    yield Text.assemble(cell(assessment.device.address, "bold"), "  ", cell(f"{_whose(assessment)}, {where}"))
    yield Text.assemble(cell(finding.title, "bold"), " ", cell(f"({finding.check}, {finding.id})"))
    rows = Table.grid(padding=(0, 2))
    rows.add_column(no_wrap=True)
    rows.add_column(overflow="fold")
    for name, said in _own_path(assessment, finding):
        rows.add_row(cell(name), cell(said))
    yield rows


def _own_path(assessment: Assessment, finding: Finding) -> Iterator[tuple[str, str]]:
    yield "seen", finding.detail
    if finding.evidence:
        long = len(finding.evidence) > _LONGEST_EVIDENCE
        yield "heard", f"{finding.evidence[:_LONGEST_EVIDENCE]}{' …' if long else ''}"
    yield "severity", "; ".join(_gravity(finding))
    yield "score", _share(assessment, finding)
    if finding.accepted is not None:
        word = finding.accepted
        yield "accepted", f"by {word.owner} until {word.until}: {word.reason}{f' ({word.rule})' if word.rule else ''}"
    yield "remedy", finding.remedy
    if finding.sources:
        yield "sources", "; ".join(finding.sources)
    if finding.standards:
        yield "standards", "; ".join(in_words(finding.standards))
    if bound := whom_they_bind(finding.standards):
        yield "", bound


def _gravity(finding: Finding) -> Iterator[str]:
    """The declared severity, each thing that moves it, and what it counts as."""
    yield f"{finding.severity.label} by its check"
    for shift in finding.shifts:
        yield f"{counted(abs(shift.by), 'band')} {'up' if shift.by > 0 else 'down'}, because {shift.why}"
    yield _PROOF.get(finding.confidence, "confirmed by what was heard")
    if (weighs := effective(finding)) != finding.severity:
        yield f"so it counts as {weighs.label}"


def _share(assessment: Assessment, finding: Finding) -> str:
    whole = assessment.score
    if finding.accepted is not None:
        return f"nothing of the device's {whole.value:.1f}, because it is accepted"
    without = score([one for one in assessment.findings if one is not finding])
    rest = f"{without.value:.1f} {without.band.label}" if without.value else "0.0"
    return f"{rest} without it, {whole.value:.1f} {whole.band.label} with it"


def fleet_finding_page(finding: FleetFinding, addresses: Sequence[str]) -> Iterator[RenderableType]:
    """A finding of several devices together."""
    yield Text.assemble(
        band(finding.severity), " ", cell(finding.title, "bold"), " ", cell(f"({finding.check}, {finding.id})")
    )
    yield cell(finding.detail)
    yield cell(f"on {counted(len(addresses), 'device')}: {', '.join(addresses)}")
    yield cell("it is in no device's score; what each of them has of it is a finding of its own")
    if finding.accepted is not None:
        yield cell(f"accepted by {finding.accepted.owner} until {finding.accepted.until}: {finding.accepted.reason}")
    yield cell(f"→ {finding.remedy}")
    if finding.standards:
        yield cell(f"standards: {'; '.join(in_words(finding.standards))}")
    if bound := whom_they_bind(finding.standards):
        yield cell(bound)


def _at(finding: Finding) -> str:
    return f" on {finding.endpoint.port}/{finding.endpoint.transport}" if finding.endpoint.port else ""


def _clipped(text: Text) -> RenderableType:
    """A line that ends in … where it does not fit; in a frame, because a text that is printed bare forgets how it is to be cut."""
    text.no_wrap, text.overflow = True, "ellipsis"
    return Padding(text, 0, expand=False)
