"""Releases of components: the operator's own CSV (``component,version,date,source``), the CSV of gathered git tags, and the project's own table.

A day of release bounds from below the firmware that carries the component, so of two days for one version the earlier counts, and no version keeps a day
later than that of a successor in its branch, which must contain it. A release whose stated day cannot be true (1970) is kept without one.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from io import StringIO

from checks.intelligence import BUILT_IN
from checks.knowledge import Component, first_day
from scanner.intel.source import Batch, UnreadableSource

NAME = "components"
TABLES = ("components",)
LICENCE = "facts"
OWN = BUILT_IN.parent / "components.tsv"
_HEAD = b"component,version,date"
_UNUSABLE = "import-bulk"
_UNIX_EPOCH_ENDS = "1971"
_DAY = re.compile(r"[12]\d{3}(?:-\d{2}(?:-\d{2})?)?", re.ASCII)
_TOKEN = re.compile(r"\d{1,18}|[a-z]{1,18}", re.ASCII)
_BEFORE_RELEASE = frozenset(("alpha", "beta", "pre", "rc"))
_LONGEST = 128
"""Characters of a name or a version: what is longer names nothing that a device could carry."""


def recognises(name: str, head: bytes) -> bool:
    """Whether the first line names the three columns that such a file must have."""
    return head.removeprefix(b"\xef\xbb\xbf").lower().startswith(_HEAD)


def read(files: Sequence[tuple[str, bytes]]) -> list[Batch]:
    """All files together as one batch, which knows as much as its youngest row; raises `UnreadableSource`."""
    rows = merged(component for name, content in files for component in of_csv(name, content))
    if files and not rows:
        raise UnreadableSource(f"{', '.join(name for name, _ in files)} holds no release")
    return [batch_of("operator", rows, LICENCE)] if rows else []


def batch_of(name: str, rows: list[Component], licence: str) -> Batch:
    """Components as a batch, as of the youngest day among them."""
    days = [first_day(day) for component in rows for day in component.versions.values() if day]
    count = sum(len(component.versions) for component in rows)
    return Batch(name, "components", rows, max(days, default=date.min), count, licence)


def of_csv(name: str, content: bytes) -> list[Component]:
    """The components of one CSV file; raises `UnreadableSource`, which names the line."""
    try:
        rows = csv.DictReader(StringIO(content.decode("utf-8-sig"), newline=""))
        return merged(one for one in (_row(name, rows.line_num, row) for row in rows) if one is not None)
    except UnicodeDecodeError as error:
        raise UnreadableSource(f"{name} is not UTF-8 text (byte {error.start})") from error
    except csv.Error as error:
        raise UnreadableSource(f"{name} is not a CSV file ({error})") from error


def _row(file: str, line: int, row: Mapping[str, str | None]) -> Component | None:
    name, version, day = ((row.get(column) or "").strip() for column in ("component", "version", "date"))
    source = (row.get("source") or row.get("repo") or "").strip()
    if (row.get("date_quality") or "").startswith(_UNUSABLE):
        return None
    for column, value in (("component", name), ("version", version), ("source", source)):
        if not value or len(value) > _LONGEST:
            raise UnreadableSource(f"{file}, line {line}: its {column} {'is too long' if value else 'is missing'}")
    if day and not _is_day(day):
        raise UnreadableSource(
            f"{file}, line {line}: {day[:_LONGEST]!r} is no day, month or year as ISO 8601 writes it"
        )
    return Component(name.lower(), source, {version: day})


def own() -> Iterator[Component]:
    """What the project itself has gathered."""
    return of_table(OWN.read_text(encoding="utf-8"))


def of_table(text: str) -> Iterator[Component]:
    """Read a table: "@component", a tab and its source begin a block; each line after it is a version, a tab and a day, a month or a year (ISO 8601)."""
    block: Component | None = None
    for line in text.splitlines():
        if line.startswith("#") or not line:
            continue
        first, _, second = line.partition("\t")
        if first.startswith("@"):
            if block is not None:
                yield block
            if not second:
                raise ValueError(f"components: {first[1:]} has no source")
            block = Component(first[1:], second, {})
            continue
        if block is None or not _is_day(second):
            raise ValueError(f"components: {line!r} stands below no component, or is not dated")
        block.versions[first] = _earlier(second, block.versions.get(first, ""))
    if block is not None:
        yield block


def merged(components: Iterable[Component]) -> list[Component]:
    """One row for each component, by name, with every source and an honest day for every version."""
    sources: dict[str, list[str]] = {}
    versions: dict[str, dict[str, str]] = {}
    for component in components:
        sources.setdefault(component.name, []).append(component.source)
        known = versions.setdefault(component.name, {})
        for version, day in component.versions.items():
            known[version] = _earlier(_believed(day), known.get(version, ""))
    return [
        Component(name, "; ".join(dict.fromkeys(sources[name])), honest(versions[name])) for name in sorted(versions)
    ]


def honest(versions: Mapping[str, str]) -> dict[str, str]:
    """The same versions, none dated later than a successor in its branch: 2.4.28 lies in the branch 2.4, which 2.4 itself begins."""
    days = dict(versions)
    branches: dict[tuple[str, ...], list[tuple[tuple[int, int, str], str]]] = {}
    for version in versions:
        parts = tuple(_TOKEN.findall(version.lower()))
        if parts and not _BEFORE_RELEASE.intersection(parts):
            branches.setdefault(parts[:-1], []).append((_rank(parts[-1]), version))
            branches.setdefault(parts, []).append(((-1, 0, ""), version))
    for parts in sorted(branches, key=len, reverse=True):
        earliest = ""
        for _, version in sorted(branches[parts], reverse=True):
            if days[version]:
                days[version] = earliest = _earlier(days[version], earliest)
    return days


def _rank(part: str) -> tuple[int, int, str]:
    """Numbers by their value; letters after them, "z" before "za"."""
    return (1, int(part), "") if part.isdigit() else (2, len(part), part)


def _believed(day: str) -> str:
    """The day; "" where it is the one on which the clocks of computers begin."""
    return "" if day < _UNIX_EPOCH_ENDS else day


def _earlier(one: str, other: str) -> str:
    """Of two days the earlier, a day that is not known counting for nothing; of a day and the month that it lies in the day."""
    if not one or not other:
        return one or other
    if one.startswith(other) or other.startswith(one):
        return max(one, other, key=len)
    return min(one, other)


def _is_day(text: str) -> bool:
    """Whether it is a day, a month or a year as ISO 8601 writes it."""
    try:
        return _DAY.fullmatch(text) is not None and first_day(text) is not None
    except ValueError:
        return False
