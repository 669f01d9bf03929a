"""What the city lives with for a time, and the waivers that a person should look at, for a reader at a terminal."""

from collections.abc import Iterable, Iterator, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from inventory.findings import Acceptance, Finding, FleetFinding
from inventory.model import Endpoint, Severity
from inventory.report import Report
from inventory.waivers import Standing, State
from scanner.terminal import band, cell, name_of

_ID = 8


def acceptance_in_words(word: Acceptance) -> str:
    """By whom, until when, why, and where that stands."""
    return f"accepted by {word.owner} until {word.until}: {word.reason} ({word.rule})"


def accepted(report: Report) -> Iterator[RenderableType]:
    """Every accepted finding under a head that counts them: the device, what it is, by whom and until when. No waiver hides anything."""
    of_devices = sorted(
        ((finding, one.device) for one in report.assessments for finding in one.accepted),
        key=lambda pair: (-pair[0].severity, Endpoint(pair[1].address, 0).sort_key, pair[0].check, pair[0].id),
    )
    together = sorted((f for f in report.fleet if f.accepted is not None), key=lambda f: (-f.severity, f.check, f.id))
    lines: list[tuple[Finding | FleetFinding, str]] = [
        *((finding, f"{device.address} {name_of(device)}, ") for finding, device in of_devices),
        *((finding, f"{len(finding.devices)} devices together, ") for finding in together),
    ]
    if not lines:
        return
    yield Text("")
    yield cell(f"Accepted, and counted in no score: {_counted([finding for finding, _ in lines])}", "bold")
    for finding, where in lines:
        yield from _accepted(finding, where)


def to_look_at(standings: Iterable[Standing]) -> Iterator[RenderableType]:
    """The waivers that are over, that have nothing to accept any more, and that end soon."""
    news = [standing for standing in standings if standing.is_news]
    if not news:
        return
    yield Text("")
    yield Text("Waivers to look at", style="bold")
    for standing in news:
        waiver = standing.waiver
        line = f"- {waiver.place} ({waiver}; {waiver.owner}): {state_in_words(standing)}"
        yield Padding(cell(line), (0, 0, 0, 3))


def state_in_words(standing: Standing) -> str:
    """How a waiver stands, and what follows from it."""
    until, found = standing.waiver.until, _findings(len(standing.uses))
    if standing.state is State.EXPIRED:
        after = standing.why or (
            f"{found} it accepted count{_s(standing)} again" if standing.uses else "it can be deleted"
        )
        return f"expired on {until}: {after}"
    if standing.state is State.ACTIVE:
        soon = " soon:" if standing.ends_soon else ""
        return f"active, used by {found}; ends{soon} {in_days(standing.days)}, on {until}"
    if standing.state is State.UNUSED:
        return f"unused: {standing.why}"
    return f"not seen: {standing.why}"


def in_days(days: int) -> str:
    """How far off a day is."""
    return "today" if not days else f"in {days} day{'' if days == 1 else 's'}"


def titled(finding: Finding | FleetFinding) -> str:
    """Where on the device, what, by which check, and the beginning of its id."""
    port = ""
    if isinstance(finding, Finding) and finding.endpoint.port:
        port = f"{finding.endpoint.port}/{finding.endpoint.transport} "
    return f"{port}{finding.title} ({finding.check} {finding.id[:_ID]})"


def _accepted(finding: Finding | FleetFinding, where: str) -> Iterator[RenderableType]:
    yield Padding(Text.assemble(band(finding.severity), "  ", cell(where + titled(finding))), (0, 0, 0, 3))
    if finding.accepted is not None:
        yield Padding(cell(acceptance_in_words(finding.accepted)), (0, 0, 0, 6))


def _counted(found: Sequence[Finding | FleetFinding]) -> str:
    """How many of each severity, and until when at least: "1 critical until 2027-03-31, 2 high, the first until 2027-01-31"."""
    parts = []
    for severity in sorted(Severity, reverse=True):
        ends = sorted(f.accepted.until for f in found if f.severity is severity and f.accepted is not None)
        if ends:
            until = f" until {ends[0]}" if ends[0] == ends[-1] else f", the first until {ends[0]}"
            parts.append(f"{len(ends)} {severity.label}{until}")
    return "; ".join(parts)


def _findings(number: int) -> str:
    return f"{number:,} finding{'' if number == 1 else 's'}"


def _s(standing: Standing) -> str:
    return "s" if len(standing.uses) == 1 else ""
