"""Checks to outcomes: one for every check and device, each with its reason."""

from collections.abc import Awaitable, Callable, Iterable

from checks.contract import (
    Answer,
    Check,
    Flaw,
    FleetCheck,
    FleetFlaw,
    Inconclusive,
    Login,
    Member,
    NotApplicable,
)
from checks.untrusted_evidence import untrusted_evidence
from inventory.findings import Finding, FleetFinding, Outcome, finding_id
from inventory.model import Device, Gap, Level, Status
from inventory.report import Assessment
from inventory.text import excerpt
from scanner.boundary import Failure, contained
from scanner.conversation import EVIDENCE_LIMIT

Ask = Callable[[Login], Awaitable[Answer]]


async def assess(device: Device, checks: Iterable[Check], level: Level, ask: Ask) -> tuple[Outcome, ...]:
    """Judge `device` by every check, in order. A login question is asked once, however many checks ask it."""
    answered: dict[Login, Answer] = {}

    async def ask_once(question: Login) -> Answer:
        if question not in answered:
            answered[question] = await ask(question)
        return answered[question]

    return tuple([await _outcome(check, device, level, ask_once) for check in checks])


async def _outcome(check: Check, device: Device, level: Level, ask: Ask) -> Outcome:
    excuse = _excuse(check, device, level)
    if excuse is not None:
        return excuse
    ended = await contained(_judge(check, device, ask), f"judging {device.address} by {check.id}")
    return Outcome(check.id, Status.FAILED, ended.reason) if isinstance(ended, Failure) else ended


def _excuse(check: Check, device: Device, level: Level) -> Outcome | None:
    """Why the check has nothing to judge here, if so."""
    if device.untrusted and check.id != untrusted_evidence.id:
        return Outcome(check.id, Status.SKIPPED, f"what it answers proves nothing: {device.untrusted}")
    if check.level > level:
        return Outcome(check.id, Status.SKIPPED, f"needs level {check.level.label}; this scan went to {level.label}")
    if not check.needs or device.speaking(*check.needs):
        return None
    gaps = _gaps(check, device)
    if gaps:
        return Outcome(check.id, Status.UNREACHED, _told(gaps))
    return Outcome(check.id, Status.SKIPPED, f"speaks no {' or '.join(check.needs)}")


async def _judge(check: Check, device: Device, ask: Ask) -> Outcome:
    findings: list[Finding] = []
    judgement = check.judge(device)
    answer: Answer | None = None
    try:
        while True:
            said = judgement.send(answer)
            answer = None
            if isinstance(said, Login):
                answer = await ask(said)
            else:
                findings.append(_finding(check, device, said))
    except StopIteration as ended:
        status, reason = Status.PASSED, str(ended.value or "")
    except NotApplicable as excuse:
        status, reason = Status.SKIPPED, str(excuse)
    except Inconclusive as doubt:
        status, reason = Status.UNREACHED, str(doubt)
    gaps = _gaps(check, device)
    if findings:
        unsure = reason if status is Status.UNREACHED else ""  # what it returns would be its reason for passing
        told = "; ".join(part for part in (unsure, _told(gaps)) if part)
        return Outcome(check.id, Status.FOUND, told, tuple(findings))
    if gaps and status is Status.PASSED:
        return Outcome(check.id, Status.UNREACHED, _told(gaps))
    return Outcome(check.id, status, reason)


def _gaps(check: Check, device: Device) -> tuple[Gap, ...]:
    return tuple(gap for gap in device.gaps if gap.protocol in check.needs)


def _told(gaps: tuple[Gap, ...]) -> str:
    return "; ".join(f"{gap.protocol} on {gap.endpoint}: {gap.reason}" for gap in gaps)


def _finding(check: Check, device: Device, flaw: Flaw) -> Finding:
    facet = flaw.facet or f"{flaw.endpoint.transport}/{flaw.endpoint.port}"
    return Finding(
        id=finding_id(check.id, device.identity, facet),
        check=check.id,
        family=check.family,
        severity=check.severity if flaw.severity is None else flaw.severity,
        confidence=flaw.confidence,
        endpoint=flaw.endpoint,
        title=flaw.title or check.title,
        detail=flaw.detail,
        evidence=excerpt(flaw.evidence[:EVIDENCE_LIMIT]),
        remedy=flaw.remedy or check.remedy,
        standards=flaw.standards or check.standards,
        facet=flaw.facet,
        account=flaw.account,
        act=(flaw.act or check.act).value,
        sources=flaw.sources or check.sources,
        vulnerabilities=flaw.vulnerabilities,
    )


def assess_fleet(
    assessments: Iterable[Assessment], checks: Iterable[FleetCheck], department: Callable[[str], str] = lambda _: ""
) -> tuple[FleetFinding, ...]:
    """Judge all devices together, each of the `department` that its address belongs to; members in a fixed order, without those whose answers prove nothing."""
    fleet = tuple(
        Member(one.device, one.findings, department(one.device.address), one.firmware)
        for one in assessments
        if not one.device.untrusted
    )
    return tuple(_fleet_finding(check, flaw) for check in checks for flaw in check.judge(fleet))


def _fleet_finding(check: FleetCheck, flaw: FleetFlaw) -> FleetFinding:
    return FleetFinding(
        id=finding_id(check.id, "fleet", flaw.facet),
        check=check.id,
        family=check.family,
        severity=check.severity if flaw.severity is None else flaw.severity,
        title=check.title,
        detail=flaw.detail,
        remedy=check.remedy,
        devices=tuple(sorted(flaw.devices)),
        standards=check.standards,
        act=check.act.value,
        sources=check.sources,
    )
