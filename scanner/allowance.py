"""What one device may be sent: the budget of its identification, and bounds of their own for what is asked beside it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from inventory.report import Traffic
from scanner.conversation import ProtocolModule
from scanner.questions import Budget


class Allowance:
    """Counts what one device was `sent` against its budget."""

    def __init__(self, budget: Budget, sent: Callable[[], Traffic]) -> None:
        self._budget = budget
        self._sent = sent
        self._apart = Traffic()

    @property
    def used_up(self) -> str:
        """Why nothing more is asked."""
        return f"not asked: {self._budget.connections} connections or {self._budget.packets} packets are used up"

    @property
    def most(self) -> int:
        """How many packets the device may have had from this scan when a conversation is broken off."""
        return self._budget.packets + self._apart.packets_sent

    def allows(self, protocol: ProtocolModule) -> bool:
        """Whether one more conversation fits."""
        return self._budget.allows(protocol, _minus(self._sent(), self._apart))

    @contextmanager
    def beside(self, bounds: Budget) -> Iterator[None]:
        """Within these `bounds` and outside the budget while the block runs."""
        usual, apart, before = self._budget, self._apart, self._sent()
        self._budget, self._apart = bounds, before
        try:
            yield
        finally:
            cost = _minus(self._sent(), before)
            self._budget = usual
            self._apart = Traffic(apart.packets_sent + cost.packets_sent, apart.connections + cost.connections)


def _minus(one: Traffic, other: Traffic) -> Traffic:
    return Traffic(one.packets_sent - other.packets_sent, one.connections - other.connections)
