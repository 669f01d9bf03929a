"""The words of a filter: `kind:camera,recorder`, `severity>=high`, `-site:harbour`, `"door controller"`; and where each stands, for who has mistyped one."""

import ipaddress
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from inventory.errors import ConfigError
from inventory.text import one_line
from scanner.toml_table import meant_by

LONGEST = 4096
"""Characters of a filter."""
OPERATORS = ("!=", ">=", "<=", ":", "=", ">", "<")
_HEAD = re.compile(r"([A-Za-z][A-Za-z_-]*)(!=|>=|<=|[:=<>])")
_WITH_KEY = re.compile(r"[-!]?[A-Za-z][A-Za-z_-]*(?:!=|>=|<=|[:=<>])")
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]{1,2}(?:[:-][0-9A-Fa-f]{0,2})+")
_SPACE = re.compile(r"\s*")
_BARE = re.compile(r"[^\s,]*")
_RAW = re.compile(r"\S*")
_QUOTES = "\"'"
_ZONE = re.compile(r"%[^%/]+")
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Value:
    """One of a word's alternatives; a quoted one is meant as it stands."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a filter: `key` and `operator` are "" where it is only to be searched for; of its `values` one has to fit, of a `negated` word none.

    `raw` is how it was typed, `number` counts from one, and `column` is where it begins.
    """

    raw: str
    number: int
    column: int
    key: str = ""
    operator: str = ""
    values: tuple[Value, ...] = ()
    negated: bool = False

    def error(self, why: str) -> ConfigError:
        """The complaint about it."""
        return ConfigError(
            f"in the filter, word {self.number} ({one_line(self.raw, 60)}) at column {self.column}: {why}"
        )


def as_typed(arguments: Iterable[str]) -> str:
    """The filter that these arguments of a command line are: where a shell took the quotes away, they are put back."""
    return " ".join(map(_requoted, arguments))


def _requoted(argument: str) -> str:
    parts = argument.split()
    if len(parts) < 2 or any(quote in argument for quote in _QUOTES):
        return argument
    head = _WITH_KEY.match(argument)
    if sum(bool(_WITH_KEY.match(part)) for part in parts) > bool(head):
        return argument  # several words in one argument
    at = head.end() if head else 0
    value = argument[at:].replace("\\", "\\\\")
    return f'{argument[:at]}"{value}"'


def words(text: str, keys: Collection[str]) -> Iterator[Word]:
    """The words of a filter whose keys may be `keys`; ConfigError names the word that cannot be read."""
    if len(text) > LONGEST:
        raise ConfigError(f"a filter has {LONGEST:,} characters at most, not {len(text):,}")
    position, number, negation = _SPACE.match(text).end(), 0, None  # type: ignore[union-attr]  # it matches everywhere
    while position < len(text):
        number += 1
        raw = _raw(text, position)
        word = Word(raw, number, position + 1)
        plain = raw.casefold()
        if plain == "not":
            negation, position = None if negation else word, position + len(raw)
        elif plain == "or":
            raise word.error('a comma is "or": kind:camera,recorder; in quotes it is searched for')
        elif plain == "and":
            position += len(raw)
        else:
            word, position = _word(text, position, word, keys)
            yield replace(word, negated=word.negated != (negation is not None))
            negation = None
        position = _SPACE.match(text, position).end()  # type: ignore[union-attr]
    if negation is not None:
        raise negation.error("nothing follows that it could turn round")


def _raw(text: str, position: int) -> str:
    found = _RAW.match(text, position)
    return found[0] if found else ""


def _word(text: str, position: int, word: Word, keys: Collection[str]) -> tuple[Word, int]:
    """One word, and where what follows it begins."""
    start = position
    negated = text[position] in "-!" and len(word.raw) > 1
    position += negated
    head = _HEAD.match(text, position)
    key = operator = ""
    if head is not None and not _is_text(_raw(text, position)):
        key, operator = head[1].casefold(), head[2]
        if key not in keys:
            raise word.error(f"there is no key {head[1]!r}{meant_by(key, keys)}")
        position = head.end()
    values: list[Value] = []
    while True:
        value, position = _value(text, position, word)
        if not value.text and not value.quoted:
            raise word.error(f"{key} wants a value" if key and not values else "nothing stands beside a comma")
        values.append(value)
        if position >= len(text) or text[position] != ",":
            break
        position += 1
    return replace(
        word, raw=text[start:position], key=key, operator=operator, values=tuple(values), negated=negated
    ), position


def _value(text: str, position: int, word: Word) -> tuple[Value, int]:
    if position < len(text) and text[position] in _QUOTES:
        return _quoted(text, position, word)
    found = _BARE.match(text, position)
    return (Value(found[0]), found.end()) if found else (Value(""), position)


def _quoted(text: str, position: int, word: Word) -> tuple[Value, int]:
    quote, said = text[position], []
    position += 1
    while position < len(text) and text[position] != quote:
        if text[position] == "\\" and text[position + 1 : position + 2] in ("\\", quote):
            position += 1
        said.append(text[position])
        position += 1
    if position >= len(text):
        raise word.error(f"its quotes ({quote}) are not closed")
    position += 1
    if position < len(text) and text[position] != "," and not text[position].isspace():
        raise word.error(f"after the closing quotes stands {text[position]!r}: put a blank or a comma between")
    return Value("".join(said), quoted=True), position


def _is_text(raw: str) -> bool:
    """Whether what looks like a key is the beginning of an address, a MAC or a URL."""
    raw = raw.rstrip(",")
    return "://" in raw or _HEXADECIMAL.fullmatch(raw) is not None or network_of(raw) is not None


def network_of(text: str) -> Network | None:
    """The network, or the one address, that a text is; its zone ("%eth0") tells nothing. None where it is neither."""
    bare = _ZONE.sub("", text, count=1)
    try:
        return None if "%" in bare else ipaddress.ip_network(bare, strict=False)
    except ValueError:
        return None
