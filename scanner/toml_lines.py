"""On which line of a TOML file a key stands: `tomllib` does not say, and an operator needs to know."""

import re
from typing import TypeAlias

Place: TypeAlias = tuple[tuple[str, int], ...]
"""The way to a table: ((name, number), …), the number counting the tables of an array from 0."""

_HEADER = re.compile(r"\s*\[(\[?)\s*([^\[\]]+?)\s*\](\]?)\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*("[^"]*"|'[^']*'|[A-Za-z0-9_-]+)\s*[.=]""")


class Lines:
    """The lines of one TOML text that `tomllib` has accepted."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._headers: dict[Place, int] = {}
        self._keys: dict[tuple[Place, str], int] = {}
        self._counts: dict[tuple[Place, str], int] = {}
        self._read()

    def of(self, place: Place, key: str = "", value: str | None = None) -> int:
        """The line of `value` within `key` within the table at `place`, or of what of these can be found; 0 for none."""
        line = self._keys.get((place, key), 0) or self._headers.get((*place, (key, 0)), 0)
        if line and value is not None:
            quoted = [f"{mark}{value}{mark}" for mark in "\"'"]
            within = range(line - 1, len(self._lines))
            return next((at + 1 for at in within if any(text in self._lines[at] for text in quoted)), line)
        if line or not place:
            return line
        return self._headers.get(place) or self.of(place[:-1], place[-1][0])

    def _read(self) -> None:
        place: Place = ()
        quotes = ""
        for number, line in enumerate(self._lines, 1):
            if quotes:  # within a text of several lines nothing is a key
                quotes = "" if quotes in line else quotes
                continue
            if not line or line[0] == "#":
                continue
            if header := _HEADER.match(line):
                place = self._place(header[2], several=bool(header[1]))
                if self._headers.setdefault(place, number) == number:
                    above = (place[:-1], place[-1][0])
                    self._counts[above] = self._counts.get(above, 0) + 1
            elif key := _KEY.match(line):
                self._keys.setdefault((place, key[1].strip("\"'")), number)
            quotes = next((mark for mark in ('"""', "'''") if line.count(mark) % 2), "")

    def _place(self, dotted: str, *, several: bool) -> Place:
        """The way to the table of a header: each step is the newest of its name."""
        place: Place = ()
        names = [name.strip().strip("\"'") for name in dotted.split(".")]
        for depth, name in enumerate(names, 1):
            count = self._counts.get((place, name), 0)
            new = several and depth == len(names)
            place = (*place, (name, count if new else max(count - 1, 0)))
        return place
