"""Tells a dead man's switch that the night was there: healthchecks.io, or whatever understands its addresses.

URL/start is asked for when there is something to do, URL when it went well, and URL/ followed by the exit code when it did not. A night in which nothing
was due says nothing. It is done beside the work and never waits for long, and no message has the address in it, for who has that can pretend.
"""

import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

from inventory.errors import ConfigError, PeerError

SECONDS = 5.0
TRIES = 3
PAUSE = 1.0


class Heartbeat:
    """Asks for `url` and what is below it; `complain` is told what went wrong. Does nothing where there is no address."""

    def __init__(self, url: str, complain: Callable[[str], None]) -> None:
        self._url = url
        self._host = urlsplit(url).hostname or ""
        if url and (urlsplit(url).scheme not in ("http", "https") or not self._host):
            raise ConfigError("the heartbeat must be a web address that begins with http:// or https://")
        self._complain = complain
        self._begun: threading.Thread | None = None

    def begin(self) -> None:
        """Say that the night begins, once; the work goes on meanwhile."""
        if self._url and self._begun is None:
            self._begun = self._ask("/start", TRIES)

    def end(self, code: int, *, well: bool, hurry: bool = False) -> None:
        """Say how it ended, if it began; waits until that was heard, or some seconds, in a hurry no more than two."""
        if self._begun is None:
            return
        self._begun.join(1.0 if hurry else SECONDS)
        self._ask("" if well else f"/{int(code)}", 1 if hurry else TRIES).join(
            1.0 if hurry else TRIES * (SECONDS + PAUSE)
        )

    def _ask(self, below: str, tries: int) -> threading.Thread:
        thread = threading.Thread(target=self._try, args=(_below(self._url, below), tries), daemon=True)
        thread.start()
        return thread

    def _try(self, url: str, tries: int) -> None:
        from scanner.intel.fetch import ping

        problem = ""
        for left in reversed(range(tries)):
            try:
                ping(url, SECONDS)
            except PeerError as error:
                problem = str(error)
                if left:
                    time.sleep(PAUSE)
            else:
                return
        self._complain(f"the heartbeat to {self._host} was not heard: {problem}")


def _below(url: str, path: str) -> str:
    """The address with a path added to its own; its query stays behind it."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + path if path else parts.path))
