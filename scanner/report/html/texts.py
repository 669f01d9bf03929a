"""Texts that are told once and named by their numbers after that: ten thousand devices say the same few things."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from scanner.report.json import shown

_AT_ONCE = 500


class Texts:
    """A table of texts and of lists of numbers; each is in it once, and its number never changes."""

    def __init__(self) -> None:
        self._numbers: dict[object, int] = {}

    def __call__(self, text: object) -> int:
        """The number of a text; that of what is empty or unknown is 0."""
        return self._number(str(text)) if text not in ("", None) else 0

    def row(self, *values: Any) -> int:
        """The number of a row of texts' numbers and other values, which may be tuples of such."""
        return self._number(values)

    def _number(self, value: object) -> int:
        return self._numbers.setdefault(value, len(self._numbers) + 1)

    def written(self) -> Iterator[str]:
        """The table as a list of JSON, in pieces; its first entry is the empty text."""
        yield '[""'
        waiting: list[object] = []
        for value in self._numbers:
            waiting.append(value)
            if len(waiting) == _AT_ONCE:
                yield from _pieces(waiting)
                waiting = []
        yield from _pieces(waiting)
        yield "]"


def compact(value: Any) -> str:
    """A value as JSON that can stand in a script element: visible, in few characters, and with nothing that ends the element."""
    text = json.dumps(shown(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _pieces(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        yield f",{compact(value)}"
