"""A TOML file of the operator's, read with the types it should have; every complaint is a `ConfigError` that names the file and the line."""

import difflib
import ipaddress
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeAlias

from inventory.errors import ConfigError
from inventory.operator_file import read_operator_file
from inventory.text import one_line
from scanner.toml_lines import Lines, Place

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
LARGEST = 4_000_000
"""Bytes: nobody writes more by hand."""
LONGEST_LINE = 1_000_000
"""Characters: `tomllib` needs a hundred times the memory for one number of that length."""
_DEEPEST = 32
_DOTTED = re.compile(rf"(?<![\w\"'-])(?:[\w\"'-]+[ \t]*\.[ \t]*){{{_DEEPEST}}}")
"""A key in so many parts, for each of which `tomllib` goes over all others."""
_LONGEST_COMPLAINT, _LONGEST_VALUE = 2000, 200


def read_toml(path: Path) -> "Table":
    """The whole of a file, as its top table."""
    return parse_toml(read_operator_file(path, LARGEST, "file of this kind"), path)


def parse_toml(raw: bytes, path: Path) -> "Table":
    """The top table of what was read from `path`."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path} line {line}: this is not UTF-8 text") from error
    _refuse_boundless(text, path)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_malformed(path, text, str(error))) from error
    except RecursionError as error:
        raise ConfigError(f"{path}: lists or tables stand in one another too deeply") from error
    except ValueError as error:  # a number of thousands of digits, which Python does not read
        raise ConfigError(f"{path}: {error}") from error
    return Table(path, Lines(text), (), document, "the top of the file")


def _refuse_boundless(text: str, path: Path) -> None:
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LONGEST_LINE:
            raise ConfigError(f"{path} line {number} has more than {LONGEST_LINE:,} characters: write it in several")
    deep = _DOTTED.search(text)
    if deep:
        number = text.count("\n", 0, deep.start()) + 1
        raise ConfigError(
            f"{path} line {number}: there are more than {_DEEPEST} dots in one name; no key here has that"
        )


def _malformed(path: Path, text: str, error: str) -> str:
    """The parser's complaint with its place in front: it writes "… (at line 3, column 5)" or "… (at end of document)" behind."""
    place = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", error)
    if place is None:
        return f"{path}: {error}"
    line = place[1] or str(len(text.splitlines()))
    return f"{path} line {line}: {error[: place.start()]}"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the file, which reads its keys with their types and names their lines in its complaints."""

    path: Path
    lines: Lines
    place: Place
    values: Mapping[str, Any]
    title: str

    def error(self, message: str, key: str = "", value: object = None) -> ConfigError:
        """The complaint, with the line of the key, or of the value in its list, in front."""
        line = self.lines.of(self.place, key, value if isinstance(value, str) else None)
        message = one_line(message, _LONGEST_COMPLAINT)
        return ConfigError(f"{self.path} line {line}: {message}" if line else f"{self.path}: {message}")

    def only(self, *known: str) -> None:
        """Refuse every key that is not known."""
        for key in self.values:
            if key not in known:
                raise self.error(f"{self.title} has no key {in_short(key)}{meant_by(key, known)}", key)

    def text(self, key: str) -> str:
        """The text of a key, "" where it is left out."""
        value = self.values.get(key, "")
        if not isinstance(value, str):
            raise self.error(f"{key} must be text in quotes, not {in_short(value)}", key)
        return value

    def required(self, key: str) -> str:
        """The text of a key that may not be left out or empty."""
        value = self.text(key).strip()
        if not value:
            raise self.error(f"{self.title} needs a {key}", key)
        return value

    def list(self, key: str, kind: type, what: str) -> tuple[Any, ...]:
        """The values of a list, each of that type; () where it is left out."""
        values = self.values.get(key, [])
        if not isinstance(values, list):
            raise self.error(f"{key} must be a list of {what}, in square brackets, not {in_short(values)}", key)
        for value in values:
            if type(value) is not kind:
                raise self.error(f"{key} must be a list of {what}; {in_short(value)} is none", key, value)
        return tuple(values)

    def date(self, key: str) -> date | None:
        """The date of a key, None where it is left out."""
        value = self.values.get(key)
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        raise self.error(f"{key} must be a date without quotes, such as 2027-03-31, not {in_short(value)}", key)

    def line(self, key: str = "") -> int:
        """The number of the line where the table, or a key of it, stands; 0 where it cannot be told."""
        return self.lines.of(self.place, key, None)

    def networks(self, key: str) -> tuple[Network, ...]:
        """The networks of a list."""
        return tuple(self._network(key, value) for value in self.list(key, str, "networks"))

    def _network(self, key: str, value: str) -> Network:
        try:
            return ipaddress.ip_network(value)
        except ValueError:
            pass
        try:
            meant = f"; did you mean {str(ipaddress.ip_network(value, strict=False))!r}?"
            why = f"{value!r} has bits beyond its mask"
        except ValueError:
            meant, why = "", f"{value!r} is not a network such as '10.20.0.0/22'"
        raise self.error(f"in {key}, {why}{meant}", key, value)

    def table(self, key: str) -> "Table":
        """The table below that key, empty where it is left out."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.error(f"{key} must be a table, headed [{'.'.join((*self._names(), key))}]", key)
        title = f"[{'.'.join((*self._names(), key))}]"
        return Table(self.path, self.lines, (*self.place, (key, 0)), value, title)

    def tables(self, key: str) -> "tuple[Table, ...]":
        """The tables of that name, each headed [[name]], in order."""
        values = self.values.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            raise self.error(f"each {key} must be a table of its own, headed [[{key}]]", key)
        return tuple(
            Table(self.path, self.lines, (*self.place, (key, number)), value, f"[[{key}]]")
            for number, value in enumerate(values)
        )

    def _names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.place)


def in_short(value: object) -> str:
    """A value of a file as a complaint shows it."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a number, or a nest of lists, that Python reads and does not write
        return "what stands there"
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def meant_by(word: str, known: Iterable[str]) -> str:
    """What was probably meant instead of a word, or all that is known, as the end of a sentence."""
    words = list(known)
    close = difflib.get_close_matches(word, words, 1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known: {', '.join(words)}" if words else ""
