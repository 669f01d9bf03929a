"""The bell: tells each address of a site's news, at once and once, and of the whole night at its end.

Each address has a memory of its own. What it did not accept after three tries waits there for the next night, and the others do not hear it twice; what is over
by then is not told at all. Nothing that goes wrong here ends a night: it becomes a sentence, which names no secret.
"""

import hashlib
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

from inventory.errors import OperatorError
from inventory.model import Severity
from inventory.news import Happened, News, news_key
from inventory.store import Store
from scanner import apprising, notice
from scanner.news import Bulletin, Summary

Send: TypeAlias = Callable[[str, str, str], str]
"""Sends a title and a text to an address; "" where it was accepted, else why not."""
PAUSES = (5.0, 30.0)
"""Seconds before the second try and before the third."""
_NIGHTS = "*"
"""Where a site's name would stand: the digest is of all of them."""


class Bell:
    """Rings at `urls` for what is at or above `level`; `log` is told what cannot be sent. Raises `ConfigError` where an address cannot be understood.

    With `details` the notices say where the devices are (see `scanner.notice`). `pause` waits for some seconds.
    """

    def __init__(
        self,
        store: Store,
        urls: Sequence[str],
        level: Severity,
        log: Callable[[str], None],
        *,
        city: str = "",
        details: bool = False,
        pause: Callable[[float], None] = time.sleep,
        send: Send = apprising.send,
    ) -> None:
        self.level = level
        self._urls = tuple(dict.fromkeys(urls))
        apprising.check(self._urls)
        self._listeners = {url: _digest(url) for url in self._urls}
        self._store, self._log, self._city, self._details = store, log, city, details
        self._pause, self._send = pause, send

    def ring(self, site: str, bulletin: Bulletin) -> tuple[str, ...]:
        """Tell every address what of this it was not told yet; returns the problems that there were, in sentences."""
        try:
            self._store.news.end(bulletin.over)
        except OperatorError as error:
            return (self._complained(str(error)),)
        news = [one for one in bulletin.news if one.severity >= self.level or one.what is Happened.QUARANTINED]
        return tuple(problem for url in self._urls if (problem := self._ring(url, site, news)))

    def digest(self, sites: Sequence[Summary]) -> tuple[str, ...]:
        """Tell every address what the night came to, once; returns the problems that there were."""
        if not sites:
            return ()
        return tuple(problem for url in self._urls if (problem := self._tell_night(url, sites)))

    def _ring(self, url: str, site: str, news: Sequence[News]) -> str:
        book, listener = self._store.news, self._listeners[url]
        try:
            book.expect(listener, site, news, datetime.now(UTC))
            untold = sorted(book.untold(listener, site), key=lambda one: -one.severity)
            if not untold:
                return ""
            text = notice.message(untold, details=self._details)
            problem = self._sent(url, notice.heading(self._city, site, untold), text)
            if not problem:
                book.told(listener, untold, datetime.now(UTC))
            return problem and f"{problem}; what it was to be told waits for the next time"
        except OperatorError as error:
            return self._complained(str(error))

    def _tell_night(self, url: str, sites: Sequence[Summary]) -> str:
        book, listener = self._store.news, self._listeners[url]
        key = news_key("night", *(f"{one.scan} {one.incomplete}" for one in sites))
        title = notice.digest_heading(self._city, sites)
        now = datetime.now(UTC)
        told = News(key, key, Happened.NIGHT, Severity.INFO, title, now)
        try:
            if book.was_told(listener, key):
                return ""
            problem = self._sent(url, title, notice.digest(sites))
            if not problem:
                book.expect(listener, _NIGHTS, (told,), now)
                book.told(listener, (told,), now)
            return problem
        except OperatorError as error:
            return self._complained(str(error))

    def _sent(self, url: str, title: str, body: str) -> str:
        """Try three times; "" where it was accepted."""
        problem = self._send(url, title, body)
        for seconds in PAUSES:
            if not problem:
                return ""
            self._pause(seconds)
            problem = self._send(url, title, body)
        return problem and self._complained(
            f"the notice to {apprising.shown(url)} was not sent, in {len(PAUSES) + 1} tries: {problem}"
        )

    def _complained(self, problem: str) -> str:
        self._log(problem)
        return problem


def _digest(url: str) -> str:
    """A name for an address from which nobody guesses the password in it."""
    return hashlib.pbkdf2_hmac("sha256", url.encode(), b"tocsin: news", 100_000).hex()[:32]
