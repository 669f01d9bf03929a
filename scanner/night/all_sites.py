"""The report over all sites that a night leaves beside those of each: once at its end, from the newest scan of every site."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from inventory.errors import OperatorError
from inventory.nights import Owed, Step
from scanner.boundary import Failure, contained_work
from scanner.exits import Exit
from scanner.night.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.edition import Edition
    from scanner.night.terms import Terms

NAME = "all sites"


def report_on_all(terms: Terms) -> Visit | None:
    """Write it, where a scan has ended since it was written last; what went wrong, which is owed on, or None."""
    owed = [one for one in terms.store.nights.owed() if Step.ALL_SITES in one.steps]
    if not owed:
        return None
    try:
        done = contained_work(lambda: _write(terms, owed), "the report over all sites was written")
    except OperatorError as error:
        text = f"the report over all sites waits for the next night: {error}"
        terms.diary.error("reports-failed", text)
        return Visit(NAME, Exit.USAGE, text, failed=True)
    if isinstance(done, Failure):
        return Visit(NAME, Exit.BUG, done.reason, failed=True)
    for one in owed:
        terms.store.nights.done(one.scan, Step.ALL_SITES, datetime.now(UTC))
    return None


def _write(terms: Terms, owed: Iterable[Owed]) -> None:
    sites = {site.name for site in terms.settings.sites}
    if terms.shelf is None or len(sites) < 2 or sites.isdisjoint(one.site for one in owed):  # of a site that is gone
        return
    if (told := _edition(terms)) is None:
        return
    night = max(one.night for one in owed)
    paths = terms.shelf.put(NAME, night, told)
    place = str(terms.shelf.place(night))
    terms.diary.info(
        "reports-written", f"{', '.join(path.name for path in paths)} of all sites written into {place}", folder=place
    )


def _edition(terms: Terms) -> Edition | None:
    """The newest scans of all sites; None where there is one."""
    from scanner.citywide import of_all_sites
    from scanner.editing import edition

    city = terms.options.city(warn=False, policy=terms.policy)
    report, parts = of_all_sites(terms.store, city, terms.settings)
    return edition(report, city, terms.options, history=True, parts=parts) if len(parts) > 1 else None
