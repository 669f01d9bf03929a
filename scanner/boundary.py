"""Where our own bugs end: a surprise while one device is asked becomes a value, so that the other devices are still examined."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from inventory.errors import OperatorError

T = TypeVar("T")
_LOG = logging.getLogger("tocsin")


@dataclass(frozen=True, slots=True)
class Failure:
    """Something of ours broke; `reason` is one line for the report, the traceback is in the log."""

    reason: str


class LoginBug(Exception):
    """A bug in a login driver: it tells where, and none of the words that it had, for an account may be among them."""


def unheard(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what became of a task or a callback that nobody waits for: which error, and not what it said, nor what it was working on."""
    error = context.get("exception")
    _LOG.error("%s (%s)", context.get("message", "a bug"), type(error).__name__ if error else "no error")


async def contained(work: Awaitable[T], doing: str) -> T | Failure:
    """Await `work`; a bug in it is logged with its traceback and returned as a `Failure`. What the operator must mend passes through."""
    try:
        return await work
    except OperatorError:
        raise
    except Exception as error:  # the one boundary: see STYLE in CONTRIBUTING.md
        _LOG.exception("a bug while %s", doing)
        return Failure(f"a bug in Tocsin while {doing}: {type(error).__name__}")


def contained_work(work: Callable[[], T], doing: str) -> T | Failure:
    """The same for work that is not awaited: a night goes on with its other sites."""
    try:
        return work()
    except OperatorError:
        raise
    except Exception as error:
        _LOG.exception("a bug while %s", doing)
        return Failure(f"a bug in Tocsin while {doing}: {type(error).__name__}")
