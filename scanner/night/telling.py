"""Whom a night tells what: at once of a site's news, and of the whole night at its end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from inventory.nights import Step
from scanner.news import Summary, bulletin, summary

if TYPE_CHECKING:
    from inventory.store import Store
    from scanner.edition import Edition
    from scanner.night.diary import Diary
    from scanner.notices import Bell


class Telling:
    """Rings the bell, where somebody is to be told (`bell` is None where nobody is). What cannot be told waits in the inventory for the next night."""

    def __init__(self, store: Store, diary: Diary, bell: Bell | None) -> None:
        self._store, self._diary, self._bell = store, diary, bell
        self._noted: dict[str, Summary] = {}

    def ring(self, site: str, edition: Edition) -> None:
        """Tell what is news in this edition of a site. A first look that did not come to its end is no news yet."""
        if self._bell is None or (edition.change is None and edition.report.scan.ended is None):
            return
        problems = self._bell.ring(site, bulletin(edition.report, edition.change, self._bell.level))
        if not problems:
            self._diary.info("news-told", "everyone who is to be told knows the news", site)

    def note(self, site: str, edition: Edition, reports: str) -> None:
        """Take down what the site's night came to, and where its reports are, for the digest."""
        self._noted[edition.report.scan.id] = summary(site, edition.report, edition.change, reports)

    def has(self, scan: str) -> bool:
        """Whether it was taken down already."""
        return scan in self._noted

    def digest(self) -> None:
        """Tell what the night came to, and remember of each scan that has ended that it was told."""
        if self._bell is not None and not self._bell.digest(tuple(self._noted.values())):
            self._diary.info("digest-told", "everyone who is to be told knows what the night came to")
        for scan, noted in self._noted.items():
            if not noted.incomplete:
                self._store.nights.done(scan, Step.DIGEST, datetime.now(UTC))
