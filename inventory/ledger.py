"""The lockout ledger: every account that was offered to a device, and what came of it, kept from run to run.

It decides whether one more may be offered. Within 24 hours a device is offered one account twice at most, and it bears no more failed logins than leave two to
the people who work with it: its maker's limit less two, or two where its maker documents none, for the strictest lock that is common comes with the third.
An attempt counts as failed from its beginning until it proves otherwise. What was answered within 24 hours is not asked again: the old answer stands, with
its date.

No password is in it: an account is known by the id of its catalogue entry and its user, and two passwords of one entry are told apart by two hexadecimal
digits, far too few to tell which password it was.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

NIGHT = timedelta(hours=24)
"""How long a failed login is remembered by a device, as far as we know, and how long an answer stands."""
MEMORY = timedelta(days=30)
"""How long a refusal is believed where there was no occasion to ask again."""
ATTEMPTS_PER_ACCOUNT = 2
LOCK_MARGIN = 2
"""Failures that are left to the people who work with the device."""
UNDOCUMENTED_LIMIT = 4
"""What is taken for the number of failures before a lock where the maker documents none: two may be made, and the third is never."""
CONTROL = "control:"
"""Begins the id of an account that nobody ever set."""
RANDOM = f"{CONTROL}random"
"""An account whose user nobody ever set either; it is drawn anew when a device's identity changes, and is the same question all the same."""


class Verdict(StrEnum):
    """How an endpoint answered an account."""

    OPENED = "opened"
    REFUSED = "refused"
    LOCKED = "locked"
    NO_LOGIN_ASKED = "no-login-asked"
    UNREACHED = "unreached"
    NOT_TRIED = "not-tried"


DECIDED = frozenset((Verdict.OPENED, Verdict.REFUSED, Verdict.NO_LOGIN_ASKED))
"""The verdicts that are an answer to the question."""
BORNE = frozenset((Verdict.REFUSED, Verdict.LOCKED, Verdict.UNREACHED))
"""The verdicts that are a failed login to the device, or may be one."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One account, offered once at one place of a device.

    `names` are all that the device is known by ("serial:…", "mac:…", "engine:…", "address:…"), `port` is "80/tcp", `place` what else tells where ("/login", a
    form), `account` the id of the catalogue entry, `mark` the two digits of its password, `source` our own address, `run` the scan. `costs` says whether a
    refusal is a failed login to the device: a question without an account is none, and SNMP knows no lock.
    """

    names: tuple[str, ...]
    port: str
    protocol: str
    account: str
    user: str
    when: datetime
    place: str = ""
    mark: str = ""
    source: str = ""
    run: str = ""
    costs: bool = True
    verdict: Verdict = Verdict.UNREACHED
    evidence: bytes = b""
    reason: str = ""

    @property
    def question(self) -> tuple[str, ...]:
        """What makes two attempts at one device one question."""
        who = (self.account,) if self.account.startswith(CONTROL) else (self.account, self.user, self.mark)
        return (self.port, self.protocol, self.place, *who)

    @property
    def who(self) -> str:
        """The account that the cap is about: its name, and where it has none (an SNMP community) the id of the catalogue entry."""
        return self.user or self.account


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether an attempt may be made. If not, the old answer that `stands`, or why; `left` is how many failed logins the device may still bear after it."""

    barred: str = ""
    stands: Attempt | None = None
    left: int = 0


def rule(attempt: Attempt, past: Iterable[Attempt], limit: int = 0, *, again: bool = False) -> Ruling:
    """Decide on `attempt`, given what was tried `past` on devices that share a name with it.

    `limit` is the documented number of failures before a lock (0: none is documented). `again` asks for a second answer in this very run.
    """
    recent = [one for one in past if attempt.when - one.when < NIGHT]
    failures = sum(one.costs and one.verdict in BORNE for one in recent)
    left = max(0, (limit or UNDOCUMENTED_LIMIT) - LOCK_MARGIN - failures)
    stands = _standing(attempt, recent, again=again)
    if stands is not None:
        return Ruling(stands=stands, left=left)
    locked = next((one for one in recent if one.verdict is Verdict.LOCKED), None)
    if locked is not None:
        return Ruling(f"the device said at {told(locked.when)} that it locks; it is asked for no login for 24 hours")
    if not attempt.costs and not attempt.user and attempt.account.startswith(CONTROL):
        return Ruling(left=left)
    tried = sum(one.who == attempt.who and one.verdict is not Verdict.NOT_TRIED for one in recent)
    if tried >= ATTEMPTS_PER_ACCOUNT:
        return Ruling(
            f"this account was tried {tried} times on the device within 24 hours, which is the cap", left=left
        )
    if attempt.costs and left < 1:
        return Ruling(_worn_out(failures, limit))
    return Ruling(left=left - attempt.costs)


def _worn_out(failures: int, limit: int) -> str:
    made = f"{failures} failed login{'' if failures == 1 else 's'} within 24 hours"
    if limit:
        return f"the device locks after {limit} failed logins, and had {made}"
    return f"the device had {made}; its maker documents no lock, so it may bear no more"


def _standing(attempt: Attempt, recent: Iterable[Attempt], *, again: bool) -> Attempt | None:
    """The newest answer to the same question of the same device, unless it is of this run and asked for again."""
    answered = (
        one
        for one in recent
        if one.verdict in DECIDED and one.question == attempt.question and _same(one, attempt)
        if not (again and one.run == attempt.run)
    )
    return max(answered, key=lambda one: one.when, default=None)


def _same(one: Attempt, other: Attempt) -> bool:
    """Whether they are surely of one device: an address may have passed to another, so it counts only where nothing better is known of either."""
    mine, yours = ({name for name in each.names if not name.startswith("address:")} for each in (one, other))
    return bool(mine & yours) or (not (mine and yours) and bool(set(one.names) & set(other.names)))


def mark(password: str) -> str:
    """The two digits that tell the passwords of one account apart."""
    return hashlib.sha256(password.encode(errors="surrogateescape")).hexdigest()[:2]


def told(when: datetime) -> str:
    """A moment, for a sentence: "2026-11-21 02:14 UTC"."""
    return f"{when:%Y-%m-%d %H:%M} UTC"


Decide = Callable[[Sequence[Attempt]], Ruling]


class Book(Protocol):
    """Where attempts are written down. Numbers are given when they are entered."""

    def enter(self, attempt: Attempt, decide: Decide) -> tuple[int, Ruling]:
        """Write the attempt down if `decide` allows it, given all that was tried on devices that share a name with it; both at once, for every process."""

    def settle(self, number: int, attempt: Attempt | None) -> None:
        """Write down what came of it; None strikes it out, because nothing reached the device."""

    def tried(self, names: Iterable[str]) -> Sequence[Attempt]:
        """All that was tried on devices that have one of the names, oldest first."""


class LooseBook:
    """A book that is forgotten with the process, for a scan without an inventory."""

    def __init__(self) -> None:
        self._attempts: dict[int, Attempt] = {}

    def enter(self, attempt: Attempt, decide: Decide) -> tuple[int, Ruling]:
        """See `Book`."""
        ruling, number = decide(self.tried(attempt.names)), len(self._attempts) + 1
        if not ruling.barred and ruling.stands is None:
            self._attempts[number] = attempt
        return number, ruling

    def settle(self, number: int, attempt: Attempt | None) -> None:
        """See `Book`."""
        self._attempts[number] = attempt or replace(self._attempts[number], verdict=Verdict.NOT_TRIED)

    def tried(self, names: Iterable[str]) -> Sequence[Attempt]:
        """See `Book`."""
        wanted = set(names)
        return [one for one in self._attempts.values() if wanted & set(one.names)]
