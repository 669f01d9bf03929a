"""What was found, ranked by what the city knows today. The inventory keeps what was found; every command that shows a rank puts it through here first."""

from collections.abc import Iterable
from dataclasses import replace
from operator import is_

from inventory.findings import Finding, FleetFinding, Outcome
from inventory.known import Known
from inventory.report import Assessment, Context, Report
from scanner.city import City
from scanner.score import score
from scanner.shifts import shifts


def ranked(report: Report, city: City) -> Report:
    """The report with every device and finding in its context, worst first, what of the register was found, and how each waiver stands."""
    again = replace(
        report,
        assessments=tuple(placed(assessment, city) for assessment in report.assessments),
        fleet=together(report.fleet, report.assessments, city),
        register=city.register.compared(report) if city.register else None,
        waivers=city.waivers(report),
    )
    return replace(again, assessments=again.ranked)


def together(
    findings: Iterable[FleetFinding], assessments: Iterable[Assessment], city: City
) -> tuple[FleetFinding, ...]:
    """What is wrong with several of these devices together, accepted where the city lives with it."""
    known = {assessment.device.identity: assessment.device for assessment in assessments}
    return tuple(replace(finding, accepted=city.together(finding, known)) for finding in findings)


def ranked_known(known: Known, city: City) -> Known:
    """The same for one device over all scans."""
    return replace(known, assessment=placed(known.assessment, city))


def placed(assessment: Assessment, city: City) -> Assessment:
    """One device in its context: its findings shifted or accepted, and its score made of what is left."""
    standing = in_context(assessment, city)
    findings = tuple(finding for outcome in standing.outcomes for finding in outcome.findings)
    return replace(standing, score=score(findings, standing.context))


def in_context(assessment: Assessment, city: City) -> Assessment:
    """One device with its context, its findings shifted or accepted; its score is as it was."""
    context = city.context(assessment.device)
    outcomes = tuple(_outcome(outcome, assessment, city, context) for outcome in assessment.outcomes)
    return replace(assessment, outcomes=outcomes, context=context)


def _outcome(outcome: Outcome, assessment: Assessment, city: City, context: Context) -> Outcome:
    if not outcome.findings:
        return outcome
    findings = tuple([_finding(one, assessment, city, context) for one in outcome.findings])
    same = all(map(is_, findings, outcome.findings))
    return outcome if same else replace(outcome, findings=findings)


def _finding(finding: Finding, assessment: Assessment, city: City, context: Context) -> Finding:
    device = assessment.device
    accepted, moved = city.accepted(finding, device), shifts(finding, device, context)
    if accepted == finding.accepted and moved == finding.shifts:
        return finding  # most are, and a copy of each costs more than all else here
    return replace(finding, accepted=accepted, shifts=moved)
