"""What a record says of a finding that it does not have: that it is fixed, or only that it was not observed."""

from inventory.findings import Finding
from inventory.model import Status
from inventory.report import Assessment

_WORDS = {Status.SKIPPED: "skipped", Status.FAILED: "not completed", Status.UNREACHED: "not reached"}


def absence(finding: Finding, now: Assessment) -> tuple[bool, str]:
    """Whether the finding is fixed by what a later record of its device says, and why it is or is not."""
    if now.device.untrusted:
        return False, f"what it answers proves nothing any more: {now.device.untrusted}"
    outcome = next((outcome for outcome in now.outcomes if outcome.check == finding.check), None)
    if outcome is None:
        return False, "the check was not run"
    port, transport = finding.endpoint.port, finding.endpoint.transport
    gap = next((g for g in now.device.gaps if (g.endpoint.port, g.endpoint.transport) == (port, transport)), None)
    if gap is not None:
        return False, f"{gap.protocol} on {port}/{transport} was not examined: {gap.reason}"
    closed = all((e.port, e.transport) != (port, transport) for e in now.device.open_ports)
    silent = f"; {port}/{transport} no longer answers" if port and closed else ""
    if outcome.status is Status.PASSED:
        return True, (outcome.reason or "the check passed") + silent
    if outcome.status is Status.FOUND:
        return True, "the check ran again and does not find it here" + silent
    return False, f"the check was {_WORDS[outcome.status]}: {outcome.reason}" + silent
