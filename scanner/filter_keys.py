"""What may stand behind a key of a filter: how a value is read, and when what is known of a device fits it."""

import ipaddress
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import eq, ge, gt, le, lt
from typing import Any, TypeAlias

from scanner.filter_words import Network, Value, Word, network_of
from scanner.toml_table import meant_by

Known: TypeAlias = Sequence[Any]
"""All that is known under a key: none, one or several values."""
Test: TypeAlias = Callable[[Any], bool]
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {":": eq, "=": eq, "!=": eq, ">": gt, "<": lt, ">=": ge, "<=": le}
_EQUAL = (":", "=", "!=")
_NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,6})?")
_DAYS = re.compile(r"([0-9]{1,6}) ?(d|days?|w|weeks?)?")
_AGE = re.compile(r"([0-9]{1,6})([dw])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PORT = re.compile(r"(?:(tcp|udp)/)?([0-9]{1,5})(?:/(tcp|udp))?")
_TURNED = {">": "<", "<": ">", ">=": "<=", "<=": ">="}
_YES, _NO = ("yes", "true", "1", "on"), ("no", "false", "0", "off")


@dataclass(frozen=True, slots=True)
class Key:
    """A key: its name, what it is in a sentence, and how one of its values becomes a test of what is known; "" in quotes is where nothing is known."""

    name: str
    about: str
    read: Callable[[Word, str], Test]

    def test(self, word: Word) -> Callable[[Known], bool]:
        """Whether what is known fits one of the word's values."""
        if len(word.values) > 1 and word.operator not in _EQUAL:
            raise word.error(f"{word.operator} goes with one value")
        tests = [None if value == Value("", quoted=True) else self.read(word, value.text) for value in word.values]
        return lambda known: any(
            all(value == "" for value in known) if test is None else any(test(value) for value in known)
            for test in tests
        )


def text(name: str, about: str) -> Key:
    """`:` finds it within, `=` wants all of it; capitals do not count."""

    def read(word: Word, value: str) -> Test:
        _only_equal(word)
        wanted = value.casefold()
        if word.operator == ":":
            return lambda known: wanted in known.casefold()
        return lambda known: bool(known.casefold() == wanted)

    return Key(name, about, read)


def one_of(name: str, about: str, there_are: Callable[[], Sequence[str]], *, ordered: bool = False) -> Key:
    """A word of a list; of an `ordered` one, least first, it may be compared."""

    def read(word: Word, value: str) -> Test:
        if not ordered:
            _only_equal(word)
        words, wanted = there_are(), value.casefold()
        if wanted not in words:
            raise word.error(f"{name} is never {value!r}{meant_by(wanted, words)}")
        compare = _COMPARE[word.operator]
        if not ordered:
            return lambda known: bool(known == wanted)
        place = {each: at for at, each in enumerate(words)}
        return lambda known: known in place and compare(place[known], place[wanted])

    return Key(name, about, read)


def part_of_one(name: str, about: str, there_are: Callable[[], Sequence[str]]) -> Key:
    """The same for long words: `:` finds what stands within one."""

    def read(word: Word, value: str) -> Test:
        _only_equal(word)
        words, wanted = there_are(), value.casefold()
        fits = [each for each in words if (wanted in each if word.operator == ":" else wanted == each)]
        if not fits:
            close = meant_by(wanted, [*words, *sorted({part for each in words for part in each.split("-")})])
            raise word.error(f"there is no {name} {value!r}{close if 'did you mean' in close else ''}")
        return lambda known: known in fits

    return Key(name, about, read)


def number(name: str, about: str) -> Key:
    """A number, to be compared."""

    def read(word: Word, value: str) -> Test:
        if not _NUMBER.fullmatch(value):
            raise word.error(f"{name} is a number such as 50, not {value!r}")
        wanted, compare = float(value), _COMPARE[word.operator]
        return lambda known: compare(known, wanted)

    return Key(name, about, read)


def days(name: str, about: str) -> Key:
    """A number of days."""

    def read(word: Word, value: str) -> Test:
        found = _DAYS.fullmatch(value.casefold())
        if not found:
            raise word.error(f"{name} is a number of days such as 14 or 14d, not {value!r}")
        wanted = int(found[1]) * (7 if (found[2] or "").startswith("w") else 1)
        compare = _COMPARE[word.operator]
        return lambda known: compare(known, wanted)

    return Key(name, about, read)


def port(name: str, about: str) -> Key:
    """A port's number, with or without its transport: 443, 161/udp; what is known is ("udp", 161)."""

    def read(word: Word, value: str) -> Test:
        found = _PORT.fullmatch(value.casefold())
        if not found or int(found[2]) > 65535 or (found[1] and found[3]):
            raise word.error(f"{name} is a number up to 65535, such as 443 or 161/udp, not {value!r}")
        wanted, transport, compare = int(found[2]), found[1] or found[3], _COMPARE[word.operator]
        return lambda known: transport in (None, known[0]) and compare(known[1], wanted)

    return Key(name, about, read)


def address(name: str, about: str) -> Key:
    """An address, a network, or the beginning of an address with a * behind it."""

    def read(word: Word, value: str) -> Test:
        _only_equal(word)
        if value.endswith("*"):
            beginning = value[:-1].casefold()
            return lambda known: bool(known.startswith(beginning))
        network = network_of(value)
        if network is None:
            hint = "an address, a network such as 192.168.7.0/24, or a beginning such as 192.168.*"
            raise word.error(f"{name} wants {hint}, not {value!r}")
        return lambda known: _within(known, network)

    return Key(name, about, read)


def _within(known: str, network: Network) -> bool:
    try:
        return ipaddress.ip_address(known.partition("%")[0]) in network
    except ValueError:  # known by its MAC address only
        return False


def day(name: str, about: str, today: date) -> Key:
    """A day, or how long ago it may be at most or at least: 2026-11-01, today, 7d, 2w."""

    def read(word: Word, value: str) -> Test:
        compare = _COMPARE[word.operator]
        if age := _AGE.fullmatch(value.casefold()):
            ago = timedelta(days=int(age[1]) * (7 if age[2] == "w" else 1))
            compare = le if word.operator in _EQUAL else compare
            return lambda known: compare(today - known, ago)
        wanted = _day(value.casefold(), today)
        if wanted is None:
            raise word.error(f"{name} is a day such as {today}, or an age such as 7d or 2w, not {value!r}")
        return lambda known: compare(known, wanted)

    return Key(name, about, read)


def _day(value: str, today: date) -> date | None:
    if value in ("today", "yesterday"):
        return today - timedelta(days=value == "yesterday")
    try:
        return date.fromisoformat(value) if _DAY.fullmatch(value) else None
    except ValueError:
        return None


def yes_or_no(name: str, about: str) -> Key:
    """Whether something is so."""

    def read(word: Word, value: str) -> Test:
        _only_equal(word)
        said = value.casefold()
        if said not in (*_YES, *_NO):
            raise word.error(f"{name} is yes or no, not {value!r}")
        return lambda known: known is (said in _YES)

    return Key(name, about, read)


def _only_equal(word: Word) -> None:
    if word.operator not in _EQUAL:
        raise word.error(f"{word.key} cannot be compared with {word.operator}; use {' '.join(_EQUAL)}")
