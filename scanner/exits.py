"""What the program's exit codes mean, for cron to trust."""

from enum import IntEnum

from inventory.model import Severity, Status
from inventory.report import Assessment, Report
from scanner.score import effective


class Exit(IntEnum):
    """3 outranks 0, never 1."""

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    INCOMPLETE = 3
    REFUSED = 4
    BUG = 70
    INTERRUPTED = 130


def exit_for(report: Report, fail_on: Severity, max_intel_age: int | None = None) -> Exit:
    """FINDINGS where one is at or above `fail_on`, else INCOMPLETE where something could not be examined, else CLEAN.

    A finding counts as the worse of what its check calls it and of what its surroundings make of it. What is accepted is no finding here. Intelligence that
    is older than `max_intel_age` days leaves the scan incomplete too, and so does a host whose answers prove nothing, unless somebody lives with it.
    """
    counted = (finding for assessment in report.assessments for finding in assessment.counted)
    found = [max(finding.severity, effective(finding)) for finding in counted]
    found += [finding.severity for finding in report.fleet if finding.accepted is None]
    if any(severity >= fail_on for severity in found):
        return Exit.FINDINGS
    unsure = (Status.FAILED, Status.UNREACHED)
    undone = any(
        a.quarantine or _hides_what_is_there(a) or a.device.gaps or any(o.status in unsure for o in a.outcomes)
        for a in report.assessments
    )
    unjudged = undone or report.coverage.unreached or report.scan.ended is None or _too_old(report, max_intel_age)
    return Exit.INCOMPLETE if unjudged else Exit.CLEAN


def _hides_what_is_there(assessment: Assessment) -> bool:
    """Whether a firewall that answers for others, or whatever else is not believed, was not examined, and by nobody's word."""
    return bool(assessment.device.untrusted and assessment.counted)


def _too_old(report: Report, days: int | None) -> bool:
    """Whether the intelligence was older than that when the scan was made; of one that does not say, nobody knows."""
    if days is None:
        return False
    known = report.scan.intel_as_of
    return known is None or (report.scan.started.date() - known).days > days
