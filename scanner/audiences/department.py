"""A department's own devices in plain language: what is wrong, what it means for people, what to do, by when, and who to call."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from inventory.findings import Finding, FleetFinding
from inventory.model import Severity
from inventory.report import Assessment
from inventory.text import counted, one_line
from scanner.audiences.page import (
    Block,
    Card,
    Figure,
    Figures,
    Heading,
    Page,
    Paragraph,
    Points,
    Simple,
    Table,
    Terms,
    day,
)
from scanner.audiences.plain import days_of, kind_in_words, kind_of, plain
from scanner.contacts import SECURITY, contact_of
from scanner.edition import Edition
from scanner.score import DUE, effective
from scanner.shifts import role_of

_LONGEST = 80


def page(edition: Edition, department: str, contacts: Mapping[str, str]) -> Page:
    """The page of an edition that has this department's devices only (`scanner.audiences.own`)."""
    report = edition.report
    city = f", {one_line(edition.city, _LONGEST)}" if edition.city else ""
    security = contact_of(contacts, SECURITY)
    questions = f"Questions: {security}. " if security else ""
    return Page(
        "department",
        f"{one_line(department, _LONGEST)}: the devices in your care",
        f"Security of connected devices{city}{f', {day(edition.today)}' if edition.today else ''}",
        tuple(_blocks(edition, contact_of(contacts, department), security)),
        (
            f"{questions}The numbers in square brackets are how the technicians name each finding.",
            f"Scan {report.scan.id}. This page holds the devices of this department only: please do not hand it on.",
        ),
    )


def _blocks(edition: Edition, contact: str, security: str) -> Iterator[Block]:
    devices = edition.report.ranked
    trouble = [one for one in devices if one.score.band >= Severity.LOW and one.counted]
    urgent = [one for one in trouble if one.score.band >= Severity.HIGH]
    yield Paragraph(_state(len(devices), len(urgent), len(trouble)), lead=True)
    bands = [one.score.band for one in devices]
    yield Figures(
        (
            Figure(f"{len(devices):,}", "devices of yours were found"),
            *(
                Figure(f"{bands.count(band):,}", label, band.label if bands.count(band) else "")
                for band, label in _BANDS
            ),
            Figure(f"{len(devices) - len(trouble):,}", "need nothing now"),
        )
    )
    if trouble:
        yield Heading("Who to call")
        yield from _who(trouble, contact, security)
        yield _glance(trouble, contact)
        yield Heading("Your devices, the most urgent first")
    yield from (_card(one, contact) for one in trouble)
    yield from _fleet(edition)
    yield from _rest(edition, devices, trouble)


_BANDS = ((Severity.CRITICAL, "are critical"), (Severity.HIGH, "are at high risk"))


def _state(devices: int, urgent: int, trouble: int) -> str:
    if not devices:
        return "No device of yours was found in this scan."
    if not trouble:
        return f"Nothing has to be done now: of your {counted(devices, 'device')} none shows a flaw that counts."
    if not urgent:
        return f"Nothing is urgent. {_share(trouble, devices)} should be looked after in time."
    return f"{_share(urgent, devices)} need{'s' if urgent == 1 else ''} somebody to act soon."


def _share(count: int, devices: int) -> str:
    """So many of the department's devices."""
    if count < devices:
        return f"{counted(count, 'device')} of your {devices:,}"
    return "Your one device" if devices == 1 else f"All of your {devices:,} devices"


def _who(trouble: Sequence[Assessment], contact: str, security: str) -> Iterator[Block]:
    if contact:
        yield Paragraph(f"{contact} answers for these devices, unless a device below names somebody else.")
    elif any(one.context.owner for one in trouble):
        yield Paragraph("Each device below names who answers for it, as far as somebody is written down.")
    else:
        yield Paragraph(
            "Nobody is written down who answers for these devices. Please name somebody to the security office."
        )
    if security:
        yield Paragraph(f"Whoever does not know what to do calls {security}.")


def _glance(trouble: Sequence[Assessment], contact: str) -> Table:
    """All of them on half a page."""
    rows = [
        (
            _name(one),
            one.score.band.label,
            _by(one.score.due) or "in time",
            one_line(one.context.owner, _LONGEST) or contact or "nobody yet",
        )
        for one in trouble
    ]
    return Table("At a glance", ("device", "risk", "to be mended", "call"), tuple(rows), numbers=False)


def _card(assessment: Assessment, contact: str) -> Card:
    score, device = assessment.score, assessment.device
    return Card(
        _name(assessment),
        score.band.label,
        score.band.label,
        (
            Terms(
                (
                    ("Where", ", ".join(filter(None, (one_line(assessment.context.site, _LONGEST), device.address)))),
                    ("Mend it", _by(score.due) or "when it is next worked on"),
                    (
                        "Call",
                        one_line(assessment.context.owner, _LONGEST) or contact or "nobody is written down for it",
                    ),
                    *_stake(assessment),
                )
            ),
            *_findings(assessment),
        ),
    )


def _name(assessment: Assessment) -> str:
    device = assessment.device
    made = " ".join(one_line(claim.value, _LONGEST) for name in ("vendor", "model") if (claim := device.claim(name)))
    kind = kind_in_words(kind_of(assessment))
    what = f"{kind[:1].upper()}{kind[1:]}{f' {made}' if made else ''}"
    name = one_line(assessment.context.name, _LONGEST)
    return f"{name} ({what})" if name else what


def _stake(assessment: Assessment) -> Iterator[tuple[str, str]]:
    role = role_of(kind_of(assessment))
    if role:
        yield "At stake", f"{role[:1].upper()}{role[1:]}."


def _findings(assessment: Assessment) -> Iterator[Simple]:
    """What is wrong, each flaw once, however many doors show it, and what to do."""
    counted = [finding for finding in assessment.counted if effective(finding) >= Severity.LOW]
    by_words = sorted(counted, key=lambda finding: plain(finding).wrong)
    groups = [list(group) for _, group in groupby(by_words, key=lambda finding: plain(finding).wrong)]
    for group in sorted(groups, key=_gravity):
        worst = max(group, key=lambda finding: (effective(finding), finding.id))
        words = plain(worst)
        yield Heading(words.wrong)
        yield Paragraph(words.means)
        for remedy in dict.fromkeys(
            finding.remedy for finding in sorted(group, key=lambda one: (-effective(one), one.check, one.id))
        ):
            yield Paragraph(f"What to do: {one_line(remedy, 4096)}")
        by = _by(DUE.get(effective(worst), ""))
        yield Paragraph(
            f"{f'{by[:1].upper()}{by[1:]}. ' if by else ''}[{', '.join(sorted(finding.id for finding in group))}]",
            quiet=True,
        )


def _gravity(group: Sequence[Finding]) -> tuple[int, str]:
    return -max(effective(finding) for finding in group), min(finding.check for finding in group)


def _by(term: str) -> str:
    """When it is due: "within 3 days of the first report"; "" where it is not. No date: one that is counted from today would move on every night."""
    days = days_of(term)
    if days is None:
        return "with the next upgrade" if term else ""
    trace = ", and have it searched for traces of a break-in" if "forensic" in term else ""
    return f"within {days} days of the first report{trace}"


def _fleet(edition: Edition) -> Iterator[Block]:
    counted = [finding for finding in edition.report.fleet if finding.accepted is None]
    if counted:
        yield Heading("What several devices have in common")
        yield Points(
            tuple(map(_together, sorted(counted, key=lambda finding: (-finding.severity, finding.check, finding.id))))
        )


def _together(finding: FleetFinding) -> str:
    words, detail, remedy = plain(finding), one_line(finding.detail, 1000), one_line(finding.remedy, 1000)
    ours = counted(len(finding.devices), "device")
    return f"{words.wrong} {words.means} It concerns {ours} of yours. What to do: {remedy} For the technicians: {detail} [{finding.id}]"


def _rest(edition: Edition, devices: Sequence[Assessment], trouble: Sequence[Assessment]) -> Iterator[Block]:
    """What needs nothing, what could not be seen, and what of the register was not found."""
    calm = [_short(one) for one in devices if one not in trouble and one.quarantine is None]
    if calm:
        yield Heading("Nothing to do for these")
        yield Points(tuple(calm))
    unsure = [f"{_short(one)}: {_why(one)}" for one in devices if one.device.gaps or one.quarantine]
    register = edition.report.register
    missing = [
        f"{one_line(row, 200)}: in your register, and not found" for row in (register.missing if register else ())
    ]
    if unsure or missing:
        yield Heading("What we could not see")
        yield Points((*unsure, *missing))


def _why(assessment: Assessment) -> str:
    if assessment.quarantine is not None:
        return "it fell silent when it was asked, and is left alone until somebody has looked at it"
    return "not all of it could be examined"


def _short(assessment: Assessment) -> str:
    return f"{_name(assessment)}, {assessment.device.address}"
