"""The trial of a device's doors: its documented accounts are offered, within what it may bear, and what opens is proved.

The proof of a default account: whoever offers nothing is refused, the account is let in (its driver has seen what only a known user sees), and then a random
pair that nobody ever set is refused. It is no pair of a user who may be there: that would be a failed login of a true account. Where the device may bear more
failed logins than there are accounts to offer, the random pair goes first as well; where it may not, the account goes alone, for a refusal alone proves that
not anything opens. What is left over waits for the next night: the pairs of account and door that were never offered come first then, and what was refused
within thirty days is believed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import TypeAlias

from checks.catalogue import Catalogue
from checks.contract import Account, Answer, Asking, Inconclusive, Login, NotApplicable, Verdict, ask
from checks.credentials import Entry
from checks.doors import HEARD, WAYS, Door
from checks.doors import doors as every_door
from inventory.ledger import RANDOM, UNDOCUMENTED_LIMIT, told
from inventory.model import Device, Endpoint

ANONYMOUS = Account("control:anonymous", "", "")
GROWTH, GROWN = 2.0, 3.0
"""A refusal that takes twice as long as the first one at that door, and so many seconds longer, is held back: that is a lock, too.

PAM holds each back for two seconds, more or less a half, which is neither."""
_NEVER = datetime.min.replace(tzinfo=UTC)


class End(StrEnum):
    """How the trial of one door ended."""

    DEFAULT = "a documented account opens it"
    ANYTHING = "it accepts any password"
    NO_LOGIN = "it asks for no login"
    SPARED = "not asked, because its account is known to open the device"
    SHUT = "no documented default account opens it"
    UNDOCUMENTED = "no default account is documented"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Tried:
    """A door, how its trial ended, what opened it and the answer that proves it; `reason` is a sentence where the end is not known.

    `documented` says whether there was an account to offer, `refuses` whether a wrong pair was refused.
    """

    door: Door
    end: End
    account: Account | None = None
    answer: Answer = field(default_factory=lambda: Answer(Verdict.NOT_TRIED))
    reason: str = ""
    documented: bool = False
    refuses: bool = False

    def __str__(self) -> str:
        when = f" (as of {told(self.answer.when)})" if self.answer.when else ""
        return f"{self.door}: {self.reason or self.end.value}{when}"


@dataclass(slots=True)
class _Case:
    """A door while it is tried: its accounts, the random pair's answer of an earlier night and of this one, the refusals, and what kept us from knowing."""

    door: Door
    accounts: tuple[Account, ...]
    known: Answer = field(default_factory=lambda: Answer(Verdict.NOT_TRIED))
    before: Answer | None = None
    refused: list[Answer] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    tried: Tried | None = None

    @property
    def waits(self) -> bool:
        """Whether it has accounts, and none was answered."""
        spared = self.tried is None or self.tried.end is End.SPARED
        return bool(self.accounts) and spared and not self.refused and self.before is None

    def end(self, end: End, answer: Answer, account: Account | None = None) -> None:
        self.tried = Tried(self.door, end, account, answer, "", bool(self.accounts), end is End.DEFAULT)

    def doubt(self, answer: Answer) -> None:
        said = f"{answer.verdict.value}{f' ({answer.reason})' if answer.reason else ''}"
        if said not in self.doubts:
            self.doubts.append(said)

    def give_up(self, answer: Answer) -> None:
        self.doubt(answer)
        self.tried = Tried(self.door, End.UNKNOWN, None, answer, "; ".join(self.doubts), bool(self.accounts))


_Offer: TypeAlias = tuple[_Case, Account | None]
"""A door and an account for it; None is the random pair."""


def try_doors(device: Device, catalogue: Catalogue, *, undocumented: bool) -> Asking[tuple[Tried, ...]]:
    """Try every door that has a documented account, then the others if `undocumented`, and return how each trial ended.

    Raises `NotApplicable` where there is no door, `Inconclusive` where it could not be seen.
    """
    doors = _doors(device)
    trial = _Trial(device, catalogue, doors)
    found = [_Case(door, trial.accounts(door)) for door in doors]
    yield from trial.offer(found, undocumented=undocumented)
    if undocumented:
        yield from trial.offer_late([case for case in found if case.waits])
    return tuple(case.tried or trial.verdict(case) for case in found)


def _doors(device: Device) -> tuple[Door, ...]:
    """The logins that can be tried; where there are none, why."""
    found = every_door(device)
    if found:
        return found
    gaps = [f"{gap.protocol} on {gap.endpoint}: {gap.reason}" for gap in device.gaps if gap.protocol in HEARD]
    if gaps:
        raise Inconclusive("; ".join(gaps))
    raise NotApplicable("offers no login")


class _Trial:
    """The trial of all doors of one device."""

    def __init__(self, device: Device, catalogue: Catalogue, doors: Iterable[Door]) -> None:
        self._device = device
        self._catalogue = catalogue
        self._entries = catalogue.documented(device)
        self._halted = ""
        self._opening: set[tuple[str, str]] = set()
        self._left = 0
        self._threshold = lock_threshold(self._entries, doors)
        self._refused_in: dict[Door, float] = {}

    def offer(self, cases: list[_Case], *, undocumented: bool) -> Asking[None]:
        """Try the accounts that are documented for these doors; if `undocumented`, the random pair on those that none is documented for."""
        for case in cases:
            if case.accounts or undocumented:
                yield from self._without_account(case)
        pairs = [pair for pair in _pairs(cases) if not pair[0].tried]
        others = [(case, None) for case in cases if not case.accounts]
        for case in self._roomy(pairs, len(others)):
            yield from self._random(case)
        ordered = yield from self._in_order([*pairs, *(others if undocumented else ())])
        for case, account in ordered:
            if account is None:
                yield from self._random(case)
            elif case.tried is None and not self._halted:
                yield from self._offer(case, account)

    def offer_late(self, cases: list[_Case]) -> Asking[None]:
        """Try the random pair on doors whose accounts may not be offered now: whether they let anybody in can be known all the same."""
        for case in sorted(cases, key=lambda case: _turn(case.known)):
            answer = yield from self._ask(case.door, random_pair(self._device, case.door.endpoint))
            if answer.verdict is Verdict.OPENED:
                case.end(End.ANYTHING, answer)
            elif _refused(answer):
                case.before = answer

    def verdict(self, case: _Case) -> Tried:
        """What a door that nothing opened has come to."""
        documented, refuses = bool(case.accounts), bool(case.refused) or _refused(case.before)
        if case.doubts or self._halted:
            reason = "; ".join(case.doubts) or self._halted
            return Tried(case.door, End.UNKNOWN, None, case.known, reason, documented, refuses)
        if case.refused:
            oldest = min(case.refused, key=lambda answer: (answer.when is None, answer.when))
            return Tried(case.door, End.SHUT, None, oldest, "", documented, refuses)
        return Tried(case.door, End.UNDOCUMENTED, None, case.before or case.known, "", documented, refuses)

    def _roomy(self, pairs: list[tuple[_Case, Account]], others: int) -> list[_Case]:
        """The doors to which the random pair goes first: all, or none where the device could not bear it beside the accounts, and as many `others`."""
        cases = list({case.door: case for case, _ in pairs}.values())
        costly = sum(WAYS[case.door.protocol].locks for case in cases)
        accounts = sum(WAYS[case.door.protocol].locks for case, _ in pairs)
        return cases if self._left >= accounts + costly + others else []

    # Controls

    def _without_account(self, case: _Case) -> Asking[None]:
        """What a stranger is told; a door that is known to accept anything is not asked."""
        case.known = yield from self._ask(case.door, random_pair(self._device, case.door.endpoint), remembered=True)
        if case.known.verdict is Verdict.OPENED:
            case.end(End.ANYTHING, case.known)
        if case.tried or not WAYS[case.door.protocol].anonymous:
            return
        answer = yield from self._ask(case.door, ANONYMOUS)
        if answer.verdict in {Verdict.OPENED, Verdict.NO_LOGIN_ASKED}:
            case.end(End.NO_LOGIN, answer)
        elif answer.verdict is not Verdict.REFUSED:
            case.give_up(answer)

    def _random(self, case: _Case) -> Asking[None]:
        """Offer the random pair to a door that nothing was offered yet."""
        if case.tried:
            return
        answer = yield from self._ask(case.door, random_pair(self._device, case.door.endpoint))
        if answer.verdict is Verdict.NOT_TRIED and case.known.verdict is Verdict.REFUSED:
            answer = case.known
        if answer.verdict is Verdict.OPENED:
            case.end(End.ANYTHING, answer)
        elif answer.verdict is Verdict.NO_LOGIN_ASKED:
            case.end(End.NO_LOGIN, answer)
        elif answer.verdict is Verdict.REFUSED:
            case.before = answer
        else:
            case.give_up(answer)

    # Accounts

    def _offer(self, case: _Case, account: Account) -> Asking[None]:
        answer = yield from self._ask(case.door, account)
        if answer.verdict is Verdict.NOT_TRIED:
            answer = yield from self._believed(case, account, answer)
        if answer.verdict is Verdict.OPENED or (answer.verdict is Verdict.NO_LOGIN_ASKED and not account.password):
            yield from self._prove(case, account, answer)
        elif answer.verdict is Verdict.NO_LOGIN_ASKED:
            case.end(End.NO_LOGIN, answer)
        elif answer.verdict is Verdict.REFUSED:
            case.refused.append(answer)
        elif answer.verdict is Verdict.NOT_TRIED and (account.user, account.password) in self._opening:
            case.end(End.SPARED, answer, account)
        elif answer.verdict is Verdict.NOT_TRIED:
            case.doubt(answer)
        else:
            case.give_up(answer)

    def _believed(self, case: _Case, account: Account, answer: Answer) -> Asking[Answer]:
        """The refusal of an earlier night, where this one may not ask again."""
        known = yield from self._ask(case.door, account, remembered=True)
        return known if known.verdict is Verdict.REFUSED else answer

    def _prove(self, case: _Case, account: Account, opened: Answer) -> Asking[None]:
        """Offer the random pair to a door that has just opened: only if it is refused was it the account that opened it.

        Where strangers were turned away before, a door that asks for nothing now remembers us (an address, a session); that proves neither one nor the other.
        """
        pair = random_pair(self._device, case.door.endpoint)
        control = yield from self._ask(case.door, pair, again=True)
        if control.verdict is Verdict.OPENED:
            case.end(End.ANYTHING, control, pair)
        elif control.verdict is Verdict.NO_LOGIN_ASKED and not WAYS[case.door.protocol].anonymous:
            case.end(End.NO_LOGIN, control)
        elif any(_refused(one) for one in (control, case.before, case.known)):
            self._opening.add((account.user, account.password))
            case.end(End.DEFAULT, opened, account)
        else:
            why = control.reason or control.verdict.value
            said = f"it let {account.user or account.id!r} in, but whether it refuses others is not known: {why}"
            case.give_up(replace(control, reason=said))

    # Questions

    def _ask(self, door: Door, account: Account, *, again: bool = False, remembered: bool = False) -> Asking[Answer]:
        if self._halted:
            return Answer(Verdict.NOT_TRIED, reason=self._halted)
        question = Login(
            door.endpoint,
            door.protocol,
            account,
            self._threshold,
            path=door.path,
            form=door.form,
            locks=WAYS[door.protocol].locks,
            again=again,
            remembered=remembered,
        )
        answer = yield from ask(question)
        self._left = answer.left
        if answer.verdict is Verdict.LOCKED:
            self._halted = f"{door} speaks of a lock, so the device is asked for no more logins"
        elif answer.verdict is Verdict.REFUSED and answer.seconds and not account.anonymous:
            before = self._refused_in.setdefault(door, answer.seconds)
            if answer.seconds >= max(GROWTH * before, before + GROWN):
                self._halted = f"{door} takes longer and longer to refuse, so the device is asked for no more logins"
        return answer

    def accounts(self, door: Door) -> tuple[Account, ...]:
        """The accounts for a door, each once: the operator's own, the product's, its maker's, the service's own; of equals the likeliest first."""
        way, found = WAYS[door.protocol], dict[tuple[str, str, str], Account]()
        for group in (*self._groups(), self._catalogue.made_by(way.maker)):
            fitting = [entry.accounts for entry in group if (way.accounts or door.protocol) in entry.protocols]
            for rank in range(max(map(len, fitting), default=0)):
                for account in (accounts[rank] for accounts in fitting if rank < len(accounts)):
                    found.setdefault((account.user, account.password, account.scheme), account)
        return tuple(found.values())

    def _groups(self) -> tuple[list[Entry], ...]:
        """The entries by what they stand for: all that may be tried of one group comes before the next."""
        own = [entry for entry in self._entries if entry in self._catalogue.own]
        others = [entry for entry in self._entries if entry not in own]
        usual, seldom = ([entry for entry in others if entry.seldom is late] for late in (False, True))
        return own, [one for one in usual if one.products], [one for one in usual if not one.products], seldom

    def _in_order(self, pairs: list[_Offer]) -> Asking[list[_Offer]]:
        """The pairs in the order in which they are offered: what is known to open, then those of which least is known.

        Not all may be, for one account is offered twice at most.
        """
        ranked: list[tuple[bool, tuple[bool, datetime], bool, bool, int]] = []
        for number, (case, account) in enumerate(pairs):
            known = case.known
            if account is not None:
                known = yield from self._ask(case.door, account, remembered=True)
            opens = known.verdict is Verdict.OPENED
            ranked.append((not opens, _turn(known), account is None, _refused(case.known), number))
        return [pairs[number] for *_, number in sorted(ranked)]


def lock_threshold(entries: Iterable[Entry], doors: Iterable[Door]) -> int:
    """The strictest documented lock of the product, the same for every question; 0 where none is documented.

    A maker tells the lock of one login (the web's, say), and the device has one count for all or one for each. So where the lock of another of its doors is not
    documented, no more is borne than by a device of which nothing is.
    """
    locks = [entry for entry in entries if entry.lock_threshold]
    strictest = min((entry.lock_threshold for entry in locks), default=0)
    told = {protocol for entry in locks for protocol in entry.protocols}
    ways = {door.protocol: WAYS[door.protocol] for door in doors}
    untold = any(way.locks and (way.accounts or name) not in told for name, way in ways.items())
    return 0 if untold and strictest >= UNDOCUMENTED_LIMIT else strictest


def _refused(answer: Answer | None) -> bool:
    return answer is not None and answer.verdict is Verdict.REFUSED


def _turn(known: Answer) -> tuple[bool, datetime]:
    """Whose turn comes first: what was never refused before what was, and of these what waits the longest, so that what answers nothing starves nobody."""
    return _refused(known), known.asked or _NEVER


def _pairs(cases: list[_Case]) -> Iterator[tuple[_Case, Account]]:
    """Account by account, the likeliest first, each on all the doors that its entry names."""
    for rank in range(max((len(case.accounts) for case in cases), default=0)):
        yield from ((case, case.accounts[rank]) for case in cases if rank < len(case.accounts))


def random_pair(device: Device, endpoint: Endpoint) -> Account:
    """The pair that nobody ever set, the same whenever it is asked of this device.

    Each endpoint has a pair of its own: one account is tried twice at most, and a device may have more than two logins.
    """
    digest = sha256(
        f"tocsin control pair\0{device.identity}\0{endpoint.port}/{endpoint.transport}".encode()
    ).hexdigest()
    return Account(RANDOM, f"tc{digest[:8]}", f"Q{digest[8:19]}")
