"""What a source is: a module of `scanner/intel/sources/` that knows the files of one format when it sees them and reads them to rows.

A module has a NAME ("kev"), the LICENCE of what it reads, `recognises` and `read`. The folder is the registry: `load_formats` reads it. A format does no I/O:
who fetches gives it the files whole, and what it gives back are batches, each the rows of one table. Whatever bytes it is fed, it ends in batches or in
`UnreadableSource`.
"""

import importlib
import pkgutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Protocol, cast

from checks.knowledge import TABLES, Origin

HEAD = 4096
"""How many of a file's first bytes `recognises` is given."""


class UnreadableSource(ValueError):
    """What was fetched is not what the source publishes; the message is a sentence's end that says what is wrong with it, and in which file."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one table from one source: `rows` is as TABLES describes the table, `as_of` the day up to which the source knows, `count` what it says of itself
    in rows.

    `notes` are sentences for the operator about what was left out, and why.
    """

    name: str
    table: str
    rows: Any
    as_of: date
    count: int
    licence: str
    notes: tuple[str, ...] = ()


class Format(Protocol):
    """A module of `scanner/intel/sources/`."""

    NAME: str
    TABLES: tuple[str, ...]
    LICENCE: str

    def recognises(self, name: str, head: bytes) -> bool:
        """Whether a file of that name, which begins with `head`, is of this format."""

    def read(self, files: Sequence[tuple[str, bytes]]) -> list[Batch]:
        """What the files say; raises `UnreadableSource`."""


@cache
def load_formats() -> Mapping[str, Format]:
    """Every format by its name, in the order of the names."""
    from scanner.intel import sources

    modules = (
        importlib.import_module(found.name)
        for found in pkgutil.iter_modules(sources.__path__, "scanner.intel.sources.")
    )
    formats = (cast(Format, module) for module in modules if hasattr(module, "recognises"))
    return {each.NAME: each for each in sorted(formats, key=lambda each: each.NAME)}


def format_of(name: str, content: bytes) -> Format | None:
    """The format of a file, or None where it is of none."""
    head = content[:HEAD]
    return next((each for each in load_formats().values() if each.recognises(name, head)), None)


def gathered(batches: Iterable[Batch], where: Mapping[str, str]) -> tuple[dict[str, Any], tuple[Origin, ...]]:
    """The tables of a bundle, and their origins; `where` says by a batch's name where its files were had."""
    tables: dict[str, Any] = {}
    origins = []
    for batch in batches:
        table = tables.setdefault(batch.table, TABLES[batch.table]())
        if isinstance(table, dict):
            table.update({key: row for key, row in batch.rows.items() if key not in table})
        else:
            table.extend(batch.rows)
        origins.append(
            Origin(batch.name, batch.table, batch.as_of, batch.count, where.get(batch.name, ""), batch.licence)
        )
    return tables, tuple(origins)
