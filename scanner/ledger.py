"""The lockout ledger of one scan: from a login question to what the ledger says of it, and from the answer to its entry."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from checks.contract import Answer, Login
from inventory.ledger import MEMORY, Attempt, Book, Ruling, Verdict, mark, rule


@dataclass(frozen=True, slots=True)
class Entered:
    """An attempt that may be made, and must be settled; `left` is how many failed logins the device may still bear if it fails."""

    number: int
    attempt: Attempt
    left: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """What one run (a scan's id) writes into a book; `now` is its clock."""

    book: Book
    run: str
    now: Callable[[], datetime]

    def foreseen(self, question: Login, names: tuple[str, ...]) -> Answer | None:
        """The answer that `enter` would give in an attempt's place, without waiting for the device's turn; None where the attempt may be made."""
        attempt = self._attempt(question, names, "")
        return _instead(rule(attempt, self.book.tried(names), question.lock_threshold, again=question.again))

    def enter(self, question: Login, names: tuple[str, ...], source: str) -> Entered | Answer:
        """Write the attempt down and let it be made, or answer in its place: by the old answer that stands, or by why it may not be made."""
        attempt = self._attempt(question, names, source)
        decide = partial(rule, attempt, limit=question.lock_threshold, again=question.again)
        number, ruling = self.book.enter(attempt, decide)
        return _instead(ruling) or Entered(number, attempt, ruling.left)

    def settle(self, entered: Entered, answer: Answer, *, reached: bool) -> Answer:
        """Write down what came of it, and return it with how many failed logins are left. What never `reached` the device is struck out."""
        opened = answer.verdict in {Verdict.OPENED, Verdict.NO_LOGIN_ASKED, Verdict.NOT_TRIED}
        left = entered.left + (entered.attempt.costs and (opened or not reached))
        settled = replace(
            entered.attempt, verdict=answer.verdict, evidence=answer.evidence, reason=answer.reason, when=self.now()
        )
        kept = reached and answer.verdict is not Verdict.NOT_TRIED
        self.book.settle(entered.number, settled if kept else None)
        return replace(answer, left=left)

    def remembered(self, question: Login, names: tuple[str, ...]) -> Answer:
        """The last answer that is not too old to be believed, or NOT_TRIED; and when it was last asked. Nothing is asked or written."""
        attempt = self._attempt(question, names, "")
        past = self.book.tried(names)
        ruling = rule(attempt, past, question.lock_threshold)
        known = [one for one in past if one.question == attempt.question and attempt.when - one.when < MEMORY]
        asked = max((one.when for one in known), default=None)
        known = [one for one in known if one.verdict is Verdict.REFUSED]
        if ruling.stands is not None:
            return replace(_old(ruling.stands, ruling), asked=asked)
        left = ruling.left + (attempt.costs and not ruling.barred)
        if known:
            return replace(_old(known[-1], ruling), left=left, asked=asked)
        return Answer(Verdict.NOT_TRIED, reason=ruling.barred, left=left, asked=asked)

    def _attempt(self, question: Login, names: tuple[str, ...], source: str) -> Attempt:
        account, endpoint = question.account, question.endpoint
        return Attempt(
            names=names,
            port=f"{endpoint.port}/{endpoint.transport}",
            protocol=question.protocol,
            account=account.id,
            user=account.user,
            when=self.now(),
            place=" ".join(filter(None, (question.path, question.form))),
            mark=mark(f"{account.password}\0{account.scheme}"),
            source=source,
            run=self.run,
            costs=question.locks and not account.anonymous,
        )


def _instead(ruling: Ruling) -> Answer | None:
    """What is answered in an attempt's place."""
    if ruling.stands is not None:
        return _old(ruling.stands, ruling)
    return Answer(Verdict.NOT_TRIED, reason=ruling.barred, left=ruling.left) if ruling.barred else None


def _old(stands: Attempt, ruling: Ruling) -> Answer:
    return Answer(stands.verdict, stands.evidence, stands.reason, when=stands.when, left=ruling.left)
