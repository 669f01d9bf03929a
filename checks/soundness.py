"""Whether the rows of a table can be relied on beyond being of the right types: what is looked at once, before a bundle from elsewhere is used.

A feed is no more to be trusted than a device. What a row says is printed in reports and terminals, so it holds no character that is obeyed or unseen; and a
name that would fit every device speaks of none.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from checks.knowledge import Component, first_day
from checks.products import plain

_FEWEST = 3
"""The letters and digits that must stand before the "*" of a name."""


def fault(table: str, text: bytes, rows: Any) -> str:
    """What is wrong with a part, of which `text` is the JSON and `rows` what it was read to, as a sentence's end; "" where nothing is."""
    return next(_faults(table, text.decode(), rows), "")


def is_unbounded(name: str) -> bool:
    """Whether a product's name with a final "*" would fit nearly everything."""
    return name.endswith("*") and len(plain(name)) < _FEWEST


def _faults(table: str, text: str, rows: Any) -> Iterator[str]:
    # Controls stand in JSON as \n or \u001b, all else as it is (RFC 8259, section 7); what may stand behind a backslash besides are quotes and strokes.
    if not text.replace("\n", "").isprintable() or _obeyed(text):
        yield "holds characters that a terminal obeys or nobody sees"
    if table == "components":
        yield from _wrong_days(rows)
    if table in {"firmware", "lifecycle"}:
        yield from (
            f"names {name[:40]!r} of {row.vendor[:40]!r}, which would be every product"
            for row in rows
            for name in row.names
            if is_unbounded(name)
        )


def _obeyed(text: str) -> bool:
    """Whether there is an escape other than those of a quotation mark, a backslash and a stroke."""
    at = text.find("\\")
    while at >= 0:
        if text[at + 1 : at + 2] not in {'"', "\\", "/"}:
            return True
        at = text.find("\\", at + 2)
    return False


def _wrong_days(rows: Iterable[Component]) -> Iterator[str]:
    for component in rows:
        for version, day in component.versions.items():
            try:
                if day:
                    first_day(day)
            except ValueError:
                yield f"has {day[:40]!r} as the day of {component.name[:40]} {version[:40]}"
