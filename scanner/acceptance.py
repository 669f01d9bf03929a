"""Accepting a finding: the word of who answers for it, checked, written behind the others in the waivers file, and what that did to the score.

Whoever asks, a command or a screen, asks here; nothing else writes waivers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from inventory.errors import ConfigError, StoreError
from inventory.findings import Acceptance, Finding, FleetFinding
from inventory.fleet import Named, finding_named
from inventory.known import Known
from inventory.store import Store
from inventory.waivers import Waiver
from scanner.accepted import acceptance_in_words, titled
from scanner.accepting import alone, append, entry
from scanner.city import City
from scanner.ranking import placed
from scanner.terminal import name_of
from scanner.waiving import LONGEST_OWNER, LONGEST_REASON, latest, wordless

if TYPE_CHECKING:
    from scanner.options import Options


@dataclass(frozen=True, slots=True)
class Word:
    """Who answers for it, why the city lives with it, its last day, and the day on which it is given."""

    owner: str
    reason: str
    until: date
    given: date


def read_word(owner: str, reason: str, until: str, *, names: Sequence[str] = ("owner", "reason", "until")) -> Word:
    """The word as it was typed; ConfigError where it says too little or ends too late, under the `names` by which it was asked for."""
    today = datetime.now().astimezone().date()
    said = _said(names[0], owner, LONGEST_OWNER, "who answers for it"), _said(names[1], reason, LONGEST_REASON, "why")
    return Word(*said, _last_day(names[2], until, today), today)


def accept(options: Options, finding: str, word: Word) -> list[str]:
    """Live with the finding of that id, or of the one that begins so: write it down, and say what that did."""
    with options.open_store() as store:
        known = store.briefs.newest()
        _refuse_quarantined(store, known, finding)
        found, at = _named(store, known, finding)
    identity = at.assessment.device.identity if at else ""
    waiver = Waiver(
        word.owner, word.reason, word.until, word.given, found.id, found.check, identity, severity=found.severity
    )
    with alone(options.waivers_path()) as path:
        before = options.city(warn=False)  # as the file stands while nobody else writes
        _refuse_twice(found, _word(before, found, at, known))
        append(path, entry(waiver, _remark(found, at)))
    after = options.city(warn=False)
    return list(_told(found, at, _word(after, found, at, known), before, after))


def _said(name: str, text: str, longest: int, what: str) -> str:
    """What it says, if it says something."""
    wrong = wordless(text, longest)
    if wrong:
        raise ConfigError(f"{name} {wrong}: say {what}")
    return text.strip()


def _last_day(name: str, until: str, today: date) -> date:
    hint = f"; the latest day is {latest(today)}"
    try:
        last = datetime.strptime(until.strip(), "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise ConfigError(f"{name} {until!r} is no day such as 2027-03-31{hint}") from None
    if last <= today:
        raise ConfigError(f"{name} {last} is {'today' if last == today else 'past'}: name a later day{hint}")
    if last > latest(today):
        raise ConfigError(f"{name} {last} is more than 365 days ahead{hint}")
    return last


def _named(store: Store, known: Sequence[Known], text: str) -> Named:
    """The finding that is meant, and the device that has it, with their whole records; `StoreError` where there is none."""
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
    if at is not None and isinstance(found, Finding):
        return city.accepted(found, at.assessment.device)
    devices = {one.assessment.device.identity: one.assessment.device for one in known}
    return None if isinstance(found, Finding) else city.together(found, devices)


def _remark(found: Finding | FleetFinding, at: Known | None) -> str:
    """What the id stands for, for who reviews the file."""
    where = f"{at.assessment.device.address} {name_of(at.assessment.device)}" if at else "several devices together"
    return f"{where}: {found.severity.label}, {titled(found)}"


def _told(
    found: Finding | FleetFinding, at: Known | None, word: Acceptance | None, before: City, after: City
) -> Iterator[str]:
    """What was done, and what it did to the device's score."""
    yield _remark(found, at)
    yield acceptance_in_words(word) if word else ""
    if at is not None:
        was, now = placed(at.assessment, before).score, placed(at.assessment, after).score
        address = at.assessment.device.address
        yield f"score of {address}: {was.value:.1f} {was.band.label} → {now.value:.1f} {now.band.label}"
    else:
        yield "no device's score changes: what each of them has of it is a finding of its own, and counts as before"
