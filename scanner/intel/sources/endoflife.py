"""endoflife.date: what its two interfaces answer, and the files of the repositories behind them, by the name of the product's file.

`/api/PRODUCT.json` is a list of cycles, `/api/v1/products/PRODUCT/` and `/api/v1/products/full` hold releases in "result", `release-data/PRODUCT.json` lists
versions with their days, and `products/PRODUCT.md` is the page with the cycles in its front matter.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import PurePosixPath
from typing import Any, TypeVar

import msgspec

from scanner.intel.cycles import Cycle, Known, components, lifecycles, products
from scanner.intel.front_matter import cycles, is_page
from scanner.intel.reading import LONGEST_VERSION, Omissions, beginning, day, decoded, newest, plain_text
from scanner.intel.source import HEAD, Batch, UnreadableSource, count_of

NAME = "endoflife"
TABLES = ("components", "firmware", "lifecycle")
LICENCE = "MIT"

_V0 = re.compile(rb'\[\s{0,99}\{[^{}\[\]]{0,2000}"cycle"\s{0,9}:')
_V1 = re.compile(rb'"schema_version"\s{0,9}:.{0,400}"result"\s{0,9}:', re.DOTALL)
_RELEASE_DATA = re.compile(rb'\{\s{0,99}"(?:releases|versions)"\s{0,9}:\s{0,9}\{')
_SLUG = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}")
_MOST = 100_000

Moment = str | bool | None
T = TypeVar("T")


class _OldCycle(msgspec.Struct, rename="camel"):
    """A cycle of the first interface."""

    cycle: str | int | float
    release_date: Moment = None
    eol: Moment = None
    eoas: Moment = None
    support: Moment = None
    latest: str | bool | None = None
    latest_release_date: Moment = None
    lts: Moment = None


class _Latest(msgspec.Struct):
    name: str
    date: Moment = None


class _Release(msgspec.Struct, rename="camel"):
    """A release of the second interface."""

    name: str
    release_date: Moment = None
    eol_from: Moment = None
    eoas_from: Moment = None
    latest: _Latest | None = None


class _Product(msgspec.Struct):
    name: str
    releases: list[_Release]


class _Answer(msgspec.Struct):
    """An answer of the second interface, of one product or of all."""

    schema_version: str
    result: _Product | list[_Product]
    generated_at: str = ""


class _Dated(msgspec.Struct):
    date: str


class _Versions(msgspec.Struct):
    """A file of endoflife-date/release-data."""

    versions: dict[str, _Dated]


def recognises(name: str, head: bytes) -> bool:
    """By how each of the four begins."""
    if name.lower().endswith(".md"):
        return is_page(head)
    return any(form.match(beginning(head)) for form in (_V0, _RELEASE_DATA)) or _V1.search(head) is not None


def read(files: Sequence[tuple[str, bytes]]) -> list[Batch]:
    """The firmware, the lives and the components of all files together, as of the newest release in them."""
    known: dict[str, Known] = {}
    omitted = Omissions()
    for name, content in files:
        _reader(content)(name, content, known, omitted)
    if not known:
        return []
    as_of = newest(_days(known.values()), "what endoflife.date says")
    everything = [known[slug] for slug in sorted(known)]
    tables: dict[str, list[Any]] = {
        "components": list(components(everything)),
        "firmware": list(products(everything)),
        "lifecycle": list(lifecycles(everything, as_of)),
    }
    batches = [
        Batch(NAME, table, rows, as_of, count_of(table, rows), LICENCE) for table, rows in tables.items() if rows
    ]
    return [replace(batches[0], notes=omitted.notes()), *batches[1:]] if batches else []


def _days(known: Iterable[Known]) -> Iterable[date | None]:
    for each in known:
        yield from each.versions.values()
        yield from (day for cycle in each.cycles for day in (cycle.released, cycle.latest_day))


def _reader(content: bytes) -> Callable[[str, bytes, dict[str, Known], Omissions], None]:
    head = beginning(content[:HEAD])
    if is_page(head):
        return _page
    if head.startswith(b"["):
        return _old_interface
    return _release_data if _RELEASE_DATA.match(head) else _interface


def _old_interface(name: str, content: bytes, known: dict[str, Known], omitted: Omissions) -> None:
    of = _of(known, _slug(name))
    for each in _bounded(name, decoded(name, content, list[_OldCycle])):
        cycle = Cycle(
            plain_text(str(each.cycle), LONGEST_VERSION),
            _day(each.release_date, f"{name}, {each.cycle}", omitted),
            _day(each.eol, f"{name}, {each.cycle}", omitted),
            _day(each.eoas or each.support, f"{name}, {each.cycle}", omitted),
            plain_text(each.latest, LONGEST_VERSION),
            _day(each.latest_release_date, f"{name}, {each.cycle}", omitted),
        )
        of.cycles.append(cycle)


def _interface(name: str, content: bytes, known: dict[str, Known], omitted: Omissions) -> None:
    answer = decoded(name, content, _Answer)
    for product in answer.result if isinstance(answer.result, list) else [answer.result]:
        of = _of(known, _slug(product.name))
        for each in _bounded(name, product.releases):
            where = f"{name}, {each.name}"
            cycle = Cycle(
                plain_text(each.name, LONGEST_VERSION),
                _day(each.release_date, where, omitted),
                _day(each.eol_from, where, omitted),
                _day(each.eoas_from, where, omitted),
                plain_text(each.latest.name, LONGEST_VERSION) if each.latest else "",
                _day(each.latest.date, where, omitted) if each.latest else None,
            )
            of.cycles.append(cycle)


def _page(name: str, content: bytes, known: dict[str, Known], omitted: Omissions) -> None:
    of = _of(known, _slug(name))
    try:
        listed = cycles(content.decode("utf-8-sig"))
    except ValueError as error:
        raise UnreadableSource(f"{name} cannot be read: {error}") from error
    for each in listed:
        if "releaseCycle" not in each:
            raise UnreadableSource(f"{name} has a cycle without releaseCycle")
        days = {
            key: _day(None if value in {"true", "false"} else value, f"{name}, {each['releaseCycle']}", omitted)
            for key, value in each.items()
            if key in {"releaseDate", "eol", "eoas", "latestReleaseDate"}
        }
        cycle = Cycle(
            plain_text(each["releaseCycle"], LONGEST_VERSION),
            days.get("releaseDate"),
            days.get("eol"),
            days.get("eoas"),
            plain_text(each.get("latest"), LONGEST_VERSION),
            days.get("latestReleaseDate"),
        )
        of.cycles.append(cycle)


def _release_data(name: str, content: bytes, known: dict[str, Known], omitted: Omissions) -> None:
    of = _of(known, _slug(name))
    versions = decoded(name, content, _Versions).versions
    for version, each in _bounded(name, list(versions.items())):
        found, text = _day(each.date, f"{name}, {version}", omitted), plain_text(version, LONGEST_VERSION)
        if found and text:
            of.versions[text] = min(found, of.versions.get(text, found))


def _of(known: dict[str, Known], slug: str) -> Known:
    return known.setdefault(slug, Known(slug))


def _slug(name: str) -> str:
    slug = PurePosixPath(name.replace("\\", "/")).name.lower().removesuffix(".json").removesuffix(".md")
    if _SLUG.fullmatch(slug) is None:
        raise UnreadableSource(f"{name[:80]} does not say by its name of which product it is")
    return slug


def _bounded(name: str, listed: list[T]) -> list[T]:
    if len(listed) > _MOST:
        raise UnreadableSource(f"{name} lists more than {_MOST:,} releases")
    return listed


def _day(value: Moment, where: str, omitted: Omissions) -> date | None:
    """The day, None for "yes" and "no" too: they name none."""
    found = day(value)
    if found is None and isinstance(value, str) and value:
        omitted.leave(f"a date that is none, or none that can be ({value[:24]!r})", where)
    return found
