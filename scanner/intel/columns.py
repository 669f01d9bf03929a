"""Tables with a line of column names: what the feeds publish as CSV, and what an operator writes by hand or saves from a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator

from scanner.intel.source import UnreadableSource

MOST_ROWS = 2_000_000
_LONGEST_FIELD = 20_000
_BOM = "\ufeff"


def heads(head: bytes, columns: Iterable[str]) -> bool:
    """Whether the first line of a file names those columns."""
    first = head.decode("utf-8", "replace").removeprefix(_BOM).split("\n", 1)[0].rstrip("\r")
    return set(columns) <= set(_fields(first))


def rows(name: str, content: bytes, columns: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV as (line, fields by column); the columns that are wanted must be there, others may be. Separated by commas or by semicolons."""
    text = _text(name, content)
    first, _, _ = text.partition("\n")
    named = _fields(first.rstrip("\r"))
    missing = [column for column in columns if column not in named]
    if missing:
        raise UnreadableSource(f"{name} has no column {', '.join(missing)}: its first line must name the columns")
    if len(set(named)) < len(named):
        raise UnreadableSource(f"{name} names a column twice in its first line")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(first))
    try:
        yield from _numbered(name, reader, named)
    except csv.Error as error:
        raise UnreadableSource(f"{name}, line {reader.line_num}, is no CSV: {error}") from error


def _numbered(name: str, reader: Iterator[list[str]], named: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    next(reader, None)
    for count, fields in enumerate(reader):
        line = reader.line_num  # type: ignore[attr-defined] # csv.reader's own attribute
        if count >= MOST_ROWS:
            raise UnreadableSource(f"{name} has more than {MOST_ROWS:,} rows")
        if not fields:
            continue
        if len(fields) != len(named):
            raise UnreadableSource(
                f"{name}, line {line}, has {len(fields)} fields where the first line names {len(named)}"
            )
        if any(len(field) > _LONGEST_FIELD for field in fields):
            raise UnreadableSource(f"{name}, line {line}, has a field of more than {_LONGEST_FIELD:,} characters")
        yield line, {column: field.strip() for column, field in zip(named, fields, strict=True)}


def _text(name: str, content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableSource(f"{name} is not UTF-8 (byte {error.start:,}): save it as “CSV UTF-8”") from error
    if "\x00" in text:
        raise UnreadableSource(f"{name} is no text: it holds zero bytes")
    return text


def _separator(first: str) -> str:
    return ";" if first.count(";") > first.count(",") else ","


def _fields(first: str) -> list[str]:
    try:
        return [field.strip() for field in next(csv.reader([first], delimiter=_separator(first)), [])]
    except csv.Error:
        return []
