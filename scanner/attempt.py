"""One attempt at a login: what the ledger lets pass, for as long as the caps allow, with no secret in what comes of it. The line is the wire's; nothing is sent
here.

Whatever happens to the attempt, its line is closed and the ledger told of it: a login that was broken off may have failed on the device all the same.
"""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Protocol

from checks.contract import Account, Answer, Login, Verdict
from inventory.errors import ChangedHands, OperatorError, PeerError
from inventory.ledger import told
from inventory.model import Level
from scanner.boundary import LoginBug
from scanner.conversation import EVIDENCE_LIMIT, Line, LoginModule
from scanner.errand import Errand, Gate
from scanner.guards import Caps
from scanner.ledger import Entered, Ledger
from scanner.mask import Offered
from scanner.people import without_people

REST = 0.25
"""How much of the pace's cool-down a device has after a login that holds none of its few sessions: half a second in `normal`."""


class ClosableLine(Line, Protocol):
    """A line that whoever made it closes."""

    async def close(self) -> None:
        """Close what is still open."""


def errand_of(driver: LoginModule, question: Login, *, tls: bool) -> Errand:
    """What the guards and the audit file are told of the question: never a password."""
    account = question.account
    return Errand(
        question.endpoint,
        driver.NAME,
        Level.LOGIN,
        tls=tls,
        rest=0.0 if account.anonymous else getattr(driver, "REST", REST),
        account=f"{account.user or 'no name'} ({account.id})",
        path=question.path,
        form=question.form,
    )


@dataclass(frozen=True, slots=True)
class Attempts:
    """Makes attempts of one scan and counts them. `offer` notes what the device of an errand was offered, which it may repeat."""

    gate: Gate
    ledger: Ledger
    caps: Caps
    offer: Callable[..., Offered]

    async def ask(
        self,
        driver: LoginModule,
        question: Login,
        line: ClosableLine,
        errand: Errand,
        *,
        names: tuple[str, ...],
        source: str,
        before: Collection[Account],
    ) -> Answer:
        """Ask once, unless the ledger has the answer or forbids it; `source` is the address of ours that the device sees."""
        entered = self.ledger.enter(question, names, source)
        if isinstance(entered, Answer):
            return instead(errand, entered)
        answer = Answer(Verdict.UNREACHED, reason="the attempt was broken off")
        try:
            answer = await self._made(driver, line, errand, question.account)
        finally:
            try:
                await line.close()
            finally:
                answer = self._settled(entered, answer, errand, question.account, before)
        errand.outcome = answer.verdict.value
        return answer

    async def _made(self, driver: LoginModule, line: Line, errand: Errand, account: Account) -> Answer:
        """What the driver says, within the time that one attempt may take."""
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self.caps.login) as errand.limit:
                answer = await driver.attempt(line, account)
                return replace(answer, seconds=asyncio.get_running_loop().time() - began)
        except TimeoutError:
            return Answer(Verdict.UNREACHED, reason=f"the attempt was not over within {self.caps.login:g} s")
        except ChangedHands as error:
            self.gate.other_hands(errand, str(error))
            return Answer(Verdict.UNREACHED, reason=str(error))
        except PeerError as error:
            return Answer(Verdict.UNREACHED, reason=str(error))
        except OperatorError:
            raise
        except Exception as error:
            raise LoginBug(f"{type(error).__name__} in the login driver {driver.NAME}").with_traceback(
                error.__traceback__
            ) from None

    def _settled(
        self, entered: Entered, answer: Answer, errand: Errand, account: Account, before: Collection[Account]
    ) -> Answer:
        """The answer as the ledger has it, without any secret, and without people."""
        answer = self.offer(errand, *before, account).unanswered(answer)
        answer = replace(answer, evidence=without_people(answer.evidence)[:EVIDENCE_LIMIT])
        answer = self.ledger.settle(entered, answer, reached=errand.reached)
        if errand.reached and not account.anonymous:
            self.gate.count(errand.address, "logins", 1)
        return answer


def instead(errand: Errand, answer: Answer) -> Answer:
    """The answer in the place of an attempt that is not made, and for the audit line why."""
    stands = f"not asked again: {answer.verdict.value} at {told(answer.when)}" if answer.when else ""
    errand.outcome = stands or f"not tried: {answer.reason}"
    return answer
