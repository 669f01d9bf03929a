"""The answers to the login questions about one device, so that no question is put to it twice, however often its checks are judged.

SNMP is asked about first. What a community opens tells who the device is; so the device is asked once more with it, and only then is everything judged, on the
device as it is now known. The checks that asked about SNMP are judged on what was known when they asked, and so ask the same again, which the memo answers.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from checks.contract import Answer, Check, Login, Verdict
from inventory.findings import Outcome
from inventory.ledger import CONTROL
from inventory.model import Device, Level
from scanner.assess import assess

Ask = Callable[[Login], Awaitable[Answer]]
FIRST = "snmp"
_LATER = Answer(Verdict.NOT_TRIED, reason="asked about later")
_Key = tuple[object, ...]


class Memo:
    """Puts each question once. `asked` names the checks that asked about SNMP, and `opened` is the question whose community was answered, if one was."""

    def __init__(self, put: Ask) -> None:
        self._put = put
        self._answers: dict[_Key, Answer] = {}
        self.asked: frozenset[str] = frozenset()
        self.opened: Login | None = None

    async def ask(self, question: Login) -> Answer:
        """The answer to a question that was put before, or that is put now."""
        key = _key(question)
        if key not in self._answers:
            self._answers[key] = await self._put(question)
        return self._answers[key]

    async def first(self, device: Device, checks: Sequence[Check], level: Level) -> None:
        """Put every question about SNMP that the checks have; the verdicts are given later."""
        asked: set[str] = set()

        async def only_snmp(question: Login) -> Answer:
            if question.protocol != FIRST:
                return _LATER
            asked.add(check.id)
            answer = await self.ask(question)
            if answer.verdict is Verdict.OPENED and not question.account.id.startswith(CONTROL):
                self.opened = self.opened or question
            return answer

        for check in checks:
            if check.level > Level.IDENTIFY:
                await assess(device, (check,), level, only_snmp)
        self.asked = frozenset(asked)

    async def judge(self, device: Device, before: Device, checks: Sequence[Check], level: Level) -> tuple[Outcome, ...]:
        """Judge `device`; the checks that asked about SNMP see it as it was `before`, under its present identity."""
        earlier = replace(before, identity=device.identity)
        seen = [(check, earlier if check.id in self.asked else device) for check in checks]
        return tuple([(await assess(known, (check,), level, self.ask))[0] for check, known in seen])


def _key(question: Login) -> _Key:
    """What makes two questions one. A control account is made up from the device's identity, which a community may have changed: its words do not count."""
    account = question.account
    where = (question.endpoint, question.protocol, question.path, question.form, question.again, question.remembered)
    if account.id.startswith(CONTROL):
        return *where, account.id
    return *where, account.id, account.user, account.password, account.scheme
