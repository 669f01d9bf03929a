"""What the program's exit codes mean, for cron to trust."""

from enum import IntEnum

from inventory.model import Report, Severity, Status


class Exit(IntEnum):
    """3 outranks 0, never 1."""

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    INCOMPLETE = 3
    REFUSED = 4
    BUG = 70
    INTERRUPTED = 130


def exit_for(report: Report, fail_on: Severity) -> Exit:
    """FINDINGS where one is at or above `fail_on`, else INCOMPLETE where something could not be examined, else CLEAN."""
    found = [finding.severity for assessment in report.assessments for finding in assessment.findings]
    if any(severity >= fail_on for severity in (*found, *(finding.severity for finding in report.fleet))):
        return Exit.FINDINGS
    unsure = (Status.FAILED, Status.UNREACHED)
    undone = any(
        a.quarantine or a.device.gaps or any(o.status in unsure for o in a.outcomes) for a in report.assessments
    )
    return Exit.INCOMPLETE if undone or report.coverage.unreached or report.scan.ended is None else Exit.CLEAN
