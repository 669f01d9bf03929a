"""Deletes what has been kept for as long as `[retention]` says, class by class."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from inventory.errors import StoreError
from inventory.forgetting import Old
from inventory.store import Store
from scanner.nightly import Retention

_DATED = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was deleted, or would be: the scans whose evidence went and those that went altogether, the devices in these, the dated folders of reports, and
    the lines of the audit trail. `problems` are sentences: what could not be deleted.
    """

    evidence: int = 0
    scans: int = 0
    folders: tuple[str, ...] = ()
    audit: int = 0
    problems: tuple[str, ...] = ()


def prune(
    store: Store, audit: Path, reports: Path | None, retention: Retention, now: datetime, *, really: bool = True
) -> Pruned:
    """Delete it all; with `really` False say only what would be deleted. What cannot be deleted keeps nothing else from it."""
    problems: list[str] = []
    old = Old((), ())
    try:
        with store.past() as past:
            old = past.old(_before(retention.evidence, now), _before(retention.history, now))
            for scan in old.history if really else ():
                past.drop(scan)
            for scan in old.evidence if really else ():
                past.strip(scan, now.date())
    except StoreError as error:
        problems.append(str(error))
    folders = tuple(_folders(reports, _before(retention.evidence, now).date(), problems, really=really))
    lines = 0
    try:
        lines = _audit(audit, _before(retention.audit, now), now, really=really)
    except StoreError as error:
        problems.append(str(error))
    return Pruned(len(old.evidence), len(old.history), folders, lines, tuple(problems))


def _before(days: int, now: datetime) -> datetime:
    return now - timedelta(days=days)


def _audit(path: Path, before: datetime, now: datetime, *, really: bool) -> int:
    from scanner.audit import Audit
    from scanner.shortening import old_lines

    if not path.is_file():
        return 0
    if not really:
        return old_lines(path, before)
    with Audit(path) as audit:
        return audit.shorten(before, now)


def _folders(reports: Path | None, before: date, problems: list[str], *, really: bool) -> Iterator[str]:
    """The folders of nights before that day: named by their day, and with nothing in them but files that a report may be."""
    if reports is None or not reports.is_dir():
        return
    for folder in sorted(reports.iterdir()):
        day = _day(folder)
        if day is None or day >= before:
            continue
        try:
            if really:
                _delete(folder)
        except OSError as error:
            problems.append(f"the reports in {folder} cannot be deleted: {error.strerror}")
        else:
            yield folder.name


def _day(folder: Path) -> date | None:
    if folder.is_symlink() or not folder.is_dir() or not _DATED.fullmatch(folder.name):
        return None
    try:
        return date.fromisoformat(folder.name)
    except ValueError:
        return None


def _delete(folder: Path) -> None:
    """Its reports, and then the folder; what else somebody has put there stays, and keeps the folder."""
    from scanner.report import formats

    endings = tuple(one.suffix for one in formats().values())
    for path in folder.iterdir():
        if path.is_file() and not path.is_symlink() and path.name.endswith(endings):
            path.unlink()
    folder.rmdir()
