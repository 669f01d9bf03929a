"""Newer intelligence from what the sources say now: the parts of the bundle that they fill are replaced, all others stay.

A source that gives less than it did is more often broken than right, so that one that is older than what is in force, or has lost half of its rows, is
refused unless the operator says otherwise.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import msgspec

from checks.archive import Archive
from checks.intelligence import BUILT_IN, built_in
from checks.knowledge import TABLES, Manifest, Origin, Product
from scanner.intel.bundle import Part, pack, part, parts
from scanner.intel.force import opened
from scanner.intel.gather import Failure, Gathered
from scanner.intel.source import Batch, UnreadableSource, cves_of, load_formats, narrowed

EPSS = "epss"
Key = tuple[str, str]
"""A table and a source: what names a part of a bundle."""
_GROWING = frozenset(("endoflife",))
"""Sources whose answer names of each branch the newest release only: what they have named before stays."""
_CLOCKS_DIFFER = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Change:
    """A part that was replaced: where its rows come from now, and how many it had, None where it is new."""

    origin: Origin
    before: int | None


@dataclass(frozen=True, slots=True)
class Renewed:
    """The parts of the new bundle, what of them is new, what failed, and sentences on what the sources left out."""

    parts: tuple[Part, ...]
    changes: tuple[Change, ...]
    failures: tuple[Failure, ...]
    notes: tuple[str, ...]


def basis(made: Archive | None) -> dict[Key, Part]:
    """The parts to begin from: those of the bundle that was made last and of the one that is shipped, the newer of two of one source."""
    found = parts(opened(BUILT_IN))
    for key, one in parts(made).items() if made else ():
        if key not in found or found[key].origin.as_of <= one.origin.as_of:
            found[key] = one
    return found


def renew(known: Mapping[Key, Part], gathered: Gathered, today: date, *, allow_older: bool) -> Renewed:
    """The parts with what was gathered in the place of what the same sources gave before. A source fails as a whole."""
    fresh, changes, notes = dict(known), list[Change](), list[str]()
    failures = list(gathered.failures)
    failed = {failure.source for failure in failures}
    for source, files in sorted(gathered.files.items(), key=_of_all_others_last):
        if source in failed:
            continue
        where = ", ".join(gathered.where[source])
        try:
            batches = [_bearing(batch, fresh) for batch in load_formats()[source].read(files)]
            replaced = [_replaced(batch, known, where) for batch in batches]
            why = _nothing_in(batches) or ("" if allow_older else _suspicious(replaced, known, today))
        except UnreadableSource as error:
            why = str(error)
        if why:
            failures.append(Failure(source, f"{where}: {why}"))
            continue
        notes += [f"{source}: {note}" for batch in batches for note in batch.notes]
        for one in replaced:
            key = (one.origin.table, one.origin.name)
            changes.append(Change(one.origin, known[key].origin.rows if key in known else None))
            fresh[key] = one
    return Renewed(tuple(fresh.values()), tuple(changes), tuple(failures), tuple(notes))


def bundled(renewed: Renewed, today: date) -> bytes:
    """The new bundle; never made before the shipped one, which would stay in force, whatever this machine's clock says."""
    return pack(renewed.parts, max(today, built_in().manifest.made))


def going_back(given: Manifest, present: Manifest, today: date) -> str:
    """Why a bundle is not newer than the one in force, as the end of a sentence; "" where it is, or is as new."""
    if given.made > today + _CLOCKS_DIFFER:
        return f"it was made on {given.made}, a day that has not come yet"
    if given.made < present.made:
        return f"it was made on {given.made}, and what is in force on {present.made}"
    late = next((origin for origin in given.origins if origin.as_of > today + _CLOCKS_DIFFER), None)
    if late is not None:
        return f"its {late.name} ({late.table}) is of {late.as_of}, a day that has not come yet"
    had = {(origin.table, origin.name): origin.as_of for origin in given.origins}
    for origin in present.origins:
        theirs = had.get((origin.table, origin.name))
        if theirs is None:
            return f"it has nothing of {origin.name} ({origin.table}), and what is in force has {origin.rows:,} rows"
        if theirs < origin.as_of:
            return f"its {origin.name} ({origin.table}) is of {theirs}, and what is in force has that of {origin.as_of}"
    return ""


def _of_all_others_last(gathered: tuple[str, object]) -> tuple[bool, str]:
    """EPSS after the sources that say which vulnerabilities the bundle speaks of."""
    return gathered[0] == EPSS, gathered[0]


def _bearing(batch: Batch, fresh: Mapping[Key, Part]) -> Batch:
    """The batch without the rows that are about nothing else in the bundle."""
    if batch.table != EPSS:
        return batch
    rows = ((table, msgspec.json.decode(one.text, type=TABLES[table])) for (table, _), one in fresh.items())
    return narrowed(batch, frozenset[str]().union(*(cves_of(table, found) for table, found in rows)))


def _replaced(batch: Batch, known: Mapping[Key, Part], where: str) -> Part:
    before = known.get((batch.table, batch.name))
    if before is None or batch.name not in _GROWING:
        return part(batch, where)
    rows = _grown(batch.table, msgspec.json.decode(before.text, type=TABLES[batch.table]), batch.rows)
    return part(replace(batch, rows=rows, count=max(batch.count, len(rows))), where)


def _nothing_in(batches: Iterable[Batch]) -> str:
    return "" if any(batch.rows for batch in batches) else "there is nothing in it that Tocsin can use"


def _suspicious(replaced: Iterable[Part], known: Mapping[Key, Part], today: date) -> str:
    for one in replaced:
        origin, before = one.origin, known.get((one.origin.table, one.origin.name))
        if origin.as_of > today + _CLOCKS_DIFFER:
            return f"it is of {origin.as_of}, a day that has not come yet (--allow-older takes it all the same)"
        if before is None:
            continue
        if origin.as_of < before.origin.as_of:
            return (
                f"it is of {origin.as_of} and older than what is in force, which is of {before.origin.as_of}"
                " (--allow-older takes it all the same)"
            )
        if origin.rows * 2 < before.origin.rows:
            return (
                f"it has {origin.rows:,} rows for the table {origin.table}, and what is in force has {before.origin.rows:,}:"
                " less than half (--allow-older takes it all the same)"
            )
    return ""


def _grown(table: str, before: Any, now: Any) -> Any:
    """The rows of now, and of before what they say nothing about."""
    match table:
        case "components":
            older = {component.name: component.versions for component in before}
            newer = {one.name: replace(one, versions={**older.get(one.name, {}), **one.versions}) for one in now}
            return [*newer.values(), *(one for one in before if one.name not in newer)]
        case "firmware":
            had = {(one.vendor, one.names, one.hardware): one for one in before}
            has = {(one.vendor, one.names, one.hardware): one for one in now}
            grown = [_with_releases_of(one, had[key]) if key in had else one for key, one in has.items()]
            return [*grown, *(one for key, one in had.items() if key not in has)]
        case "lifecycle":
            told = {(one.vendor, one.names) for one in now}
            return [*now, *(one for one in before if (one.vendor, one.names) not in told)]
    return now


def _with_releases_of(now: Product, before: Product) -> Product:
    named = {release.version for release in now.releases}
    releases = (*(release for release in before.releases if release.version not in named), *now.releases)
    return replace(now, releases=tuple(sorted(releases, key=lambda release: release.day or date.min)))
