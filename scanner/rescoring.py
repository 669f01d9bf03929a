"""An old scan judged anew by the intelligence and the policy of today: the devices as they were seen then, and no packet."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

from checks.contract import Answer, Check, Login, Verdict, informed, load_checks, load_fleet_checks
from checks.firmware import firmware_age
from checks.intelligence import Intelligence
from checks.policy import Policy, built_in
from inventory.coverage import covered
from inventory.errors import StoreError
from inventory.model import Level
from inventory.report import Assessment, Report
from scanner.assess import assess, assess_fleet
from scanner.intel.gate import STALE, judged_by
from scanner.score import score

_ANEW = "judged anew on"


def rescore(
    report: Report,
    intelligence: Intelligence,
    today: date,
    department: Callable[[str], str] = lambda _: "",
    policy: Policy | None = None,
) -> Report:
    """The report with every check made again that asks the intelligence, as of `today`, or the policy; what was found otherwise stays as it was.

    Raises `StoreError` where what the devices said has been deleted: of that nothing follows.
    """
    if report.scan.evidence_deleted:
        raise StoreError(
            f"scan {report.scan.id} cannot be judged anew: what the devices said in it was deleted on {report.scan.evidence_deleted}"
        )
    intelligence = intelligence.on(today)
    policy = replace(policy or built_in(), vantage=report.scan.vantage)
    known: dict[str, object] = {"intelligence": intelligence, "policy": policy}
    checks = informed((check for check in load_checks() if not known.keys().isdisjoint(check.informed)), known)
    assessments = asyncio.run(_all(report.assessments, checks, intelligence))
    made = intelligence.manifest.made
    judge = f"the intelligence of {made} and the policy {policy.title}"
    note = f"{_ANEW} {today} by {judge}; the devices are as they were seen when they were asked"
    kept = tuple(line for line in report.scan.notes if not line.startswith((_ANEW, STALE)))
    scan = judged_by(replace(report.scan, notes=(*kept, note), policy=policy.title), intelligence, today)
    fleet = assess_fleet(assessments, load_fleet_checks(), department) if scan.ended else report.fleet
    coverage = covered(assessments, report.coverage.addresses)
    again = Report(scan, assessments, fleet, coverage)
    return replace(again, assessments=again.ranked)


async def _all(
    assessments: Iterable[Assessment], checks: tuple[Check, ...], intelligence: Intelligence
) -> tuple[Assessment, ...]:
    return tuple([await _again(assessment, checks, intelligence) for assessment in assessments])


async def _again(assessment: Assessment, checks: tuple[Check, ...], intelligence: Intelligence) -> Assessment:
    """One device; what is in quarantine was not examined, and is not judged now either."""
    if assessment.quarantine is not None:
        return assessment
    device = assessment.device
    made = {outcome.check: outcome for outcome in await assess(device, checks, Level.IDENTIFY, _nobody)}
    kept = {outcome.check: outcome for outcome in assessment.outcomes}
    outcomes = tuple(outcome for _, outcome in sorted({**kept, **made}.items()))
    findings = tuple(finding for outcome in outcomes for finding in outcome.findings)
    return replace(assessment, outcomes=outcomes, score=score(findings), firmware=firmware_age(device, intelligence))


async def _nobody(_: Login) -> Answer:
    return Answer(Verdict.NOT_TRIED, reason="nothing is asked when a scan is judged anew")
