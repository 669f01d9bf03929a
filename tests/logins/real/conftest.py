"""The real servers of `tests/real`, the real wire to them, and one question to each driver."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from checks.contract import Account, Answer
from inventory.model import Endpoint
from scanner.wire import Wire
from tests.real.asking import ask_once
from tests.real.conftest import run, wire

__all__ = ["ask", "run", "wire"]


@pytest.fixture
def ask(wire: Wire) -> Callable[..., Awaitable[Answer]]:
    """`await ask(driver, endpoint, user, password)` asks once; each question is of a device of its own to the ledger."""

    async def once(
        driver: Any, endpoint: Endpoint, user: str = "", password: str = "", scheme: str = "", **how: Any
    ) -> Answer:
        return await ask_once(wire, driver, endpoint, Account("test", user, password, scheme), **how)

    return once
