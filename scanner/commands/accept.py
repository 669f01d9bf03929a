"""`tocsin accept`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import click

from inventory.errors import ConfigError
from scanner.options import Options
from scanner.output import show

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from rich.console import RenderableType

    from inventory.findings import Acceptance, Finding, FleetFinding
    from inventory.fleet import Named
    from inventory.known import Known
    from inventory.store import Store
    from scanner.city import City


@click.command(short_help="Live with a finding until a day, by somebody's word.")
@click.argument("finding")
@click.option("--owner", required=True, metavar="TEXT", help="Who answers for it: a person or an office.")
@click.option("--reason", required=True, metavar="TEXT", help="Why the city lives with it.")
@click.option("--until", required=True, metavar="DATE", help="Its last day, as 2027-03-31; at most 365 days ahead.")
@click.pass_obj
def command(options: Options, finding: str, owner: str, reason: str, until: str) -> None:
    """Live with a finding until a day, by somebody's word: it counts in no score, and every report shows it as accepted.

    FINDING is an id or at least four digits of its beginning, as `tocsin show` and the reports print it. The word goes to the end of the waivers file, for
    people to review. It ends by itself, and where the finding becomes worse than it is now. A quarantine, what could not be examined and the coverage are no
    findings: they cannot be accepted.
    """
    from inventory.waivers import Waiver
    from scanner.accepting import alone, append, entry

    today = datetime.now().astimezone().date()
    owner, reason, last = _said("--owner", owner), _said("--reason", reason), _last_day(until, today)
    with options.open_store() as store:
        known = store.briefs.newest()
        _refuse_quarantined(store, known, finding)
        found, at = _named(store, known, finding)
    identity = at.assessment.device.identity if at else ""
    waiver = Waiver(owner, reason, last, today, found.id, found.check, identity, severity=found.severity)
    with alone(options.waivers_path()) as path:
        before = options.city(warn=False)  # as the file stands while nobody else writes
        _refuse_twice(found, _word(before, found, at, known))
        append(path, entry(waiver, _remark(found, at)))
    after = options.city()
    show(*_told(found, at, _word(after, found, at, known), before, after))


def _said(name: str, text: str) -> str:
    """What the option says, if it says something."""
    from scanner.waiving import LONGEST_OWNER, LONGEST_REASON, wordless

    wrong = wordless(text, LONGEST_OWNER if name == "--owner" else LONGEST_REASON)
    if wrong:
        raise ConfigError(f"{name} {wrong}: say {'who answers for it' if name == '--owner' else 'why'}")
    return text.strip()


def _last_day(until: str, today: date) -> date:
    from scanner.waiving import latest

    hint = f"; the latest day is {latest(today)}"
    try:
        last = datetime.strptime(until.strip(), "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise ConfigError(f"--until {until!r} is no day such as 2027-03-31{hint}") from None
    if last <= today:
        raise ConfigError(f"--until {last} is {'today' if last == today else 'past'}: name a later day{hint}")
    if last > latest(today):
        raise ConfigError(f"--until {last} is more than 365 days ahead{hint}")
    return last


def _named(store: Store, known: Sequence[Known], text: str) -> Named:
    """The finding that is meant, and the device that has it, with their whole records; `StoreError` where there is none."""
    from inventory.errors import StoreError
    from inventory.fleet import finding_named

    together = store.briefs.findings(known)
    named = finding_named(known, together, text) if text.strip() else None
    if named is None:
        count = sum(len(one.assessment.findings) for one in known) + len(together)
        raise StoreError(
            f"no finding {text!r} among the {count} in the newest records; `tocsin show DEVICE` prints their ids"
        )
    if named[1] is None:
        return named
    at = replace(named[1], assessment=store.whole(named[1]))
    return next(one for one in at.assessment.findings if one.id == named[0].id), at


def _refuse_quarantined(store: Store, known: Sequence[Known], text: str) -> None:
    """Say what to do where somebody wants to live with a quarantine: that is no finding."""
    for one in known:
        device = one.assessment.device
        if text.strip() in (*one.identities, *device.addresses) and store.whole(one).quarantine:
            raise ConfigError(
                f"{text.strip()} is in quarantine, which cannot be accepted: look at the device, then"
                f" `tocsin quarantine release {device.identity} --because TEXT`"
            )


def _refuse_twice(found: Finding | FleetFinding, word: Acceptance | None) -> None:
    if word is not None:
        raise ConfigError(
            f"the finding {found.id} is accepted already, by {word.owner} until {word.until} ({word.rule}): change that entry, or take it out first"
        )


def _word(city: City, found: Finding | FleetFinding, at: Known | None, known: Sequence[Known]) -> Acceptance | None:
    from inventory.findings import Finding

    if at is not None and isinstance(found, Finding):
        return city.accepted(found, at.assessment.device)
    devices = {one.assessment.device.identity: one.assessment.device for one in known}
    return None if isinstance(found, Finding) else city.together(found, devices)


def _remark(found: Finding | FleetFinding, at: Known | None) -> str:
    """What the id stands for, for who reviews the file."""
    from scanner.accepted import titled
    from scanner.terminal import name_of

    where = f"{at.assessment.device.address} {name_of(at.assessment.device)}" if at else "several devices together"
    return f"{where}: {found.severity.label}, {titled(found)}"


def _told(
    found: Finding | FleetFinding, at: Known | None, word: Acceptance | None, before: City, after: City
) -> list[RenderableType]:
    """What was done, and what it did to the device's score."""
    from scanner.accepted import acceptance_in_words
    from scanner.ranking import placed
    from scanner.terminal import cell

    lines = [_remark(found, at), acceptance_in_words(word) if word else ""]
    if at is not None:
        was, now = placed(at.assessment, before).score, placed(at.assessment, after).score
        lines.append(
            f"score of {at.assessment.device.address}: {was.value:.1f} {was.band.label} → {now.value:.1f} {now.band.label}"
        )
    else:
        lines.append(
            "no device's score changes: what each of them has of it is a finding of its own, and counts as before"
        )
    return [cell(line) for line in lines]
