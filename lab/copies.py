"""What makes a copy of a fake a device of its own: its MAC address, its serial number, and what else no two devices share."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from lab.exchange import exchanged
from lab.fake import Fake

_NUMBER = re.compile(r"(\d{1,9})(\D*)$")
_HEXADECIMAL = re.compile(r"(?=.*[A-F])([0-9A-F]{6}|[0-9A-F]{8}|[0-9A-F]{12})")
_MIXED = re.compile(r"(?=.*[A-Z])[0-9A-Z]{6,}")
_LONG = 4
"""So many digits at the end are enough for the copies of any city."""
_STEP = 7  # has no factor in common with 10 and 16, so that copies do not meet before all endings are used
_MAC_STEP = 0x000101
_MOST = 65_000
"""How many MAC addresses there are at that step."""
_DIGITS, _LETTERS = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class NoMoreCopiesError(Exception):
    """All that a fake's own numbers can be is taken; the message says whose."""


class Copies:
    """Hands out the fakes again and again, no two of them alike in what is to be a device's own, even where two fakes have neighbouring numbers."""

    def __init__(self) -> None:
        self._made: Counter[str] = Counter()
        self._next: Counter[str] = Counter()
        self._taken: set[str] = set()

    def has(self, fake: Fake) -> bool:
        """Whether it was handed out before."""
        return self._made[fake.name] > 0

    def another(self, fake: Fake) -> tuple[str, Fake]:
        """The next of a fake, and a name for it; the first one is the fake itself, where no other has what is its own, or it shares that with its twin. Raises
        `NoMoreCopiesError`.
        """
        trials = ((number, dict(own(fake, number))) for number in range(self._next[fake.name], _MOST))
        shares = bool(fake.twin_of) and not self.has(fake)
        free = ((number, pairs) for number, pairs in trials if shares or self._taken.isdisjoint(pairs.values()))
        for number, pairs in islice(free, 1):
            self._taken.update(pairs.values())
            self._next[fake.name] = number + 1
            self._made[fake.name] += 1
            copy = self._made[fake.name]
            return fake.name if copy == 1 else f"{fake.name}-{copy}", _respelt(fake, pairs)
        raise NoMoreCopiesError(f"there are no more than {self._made[fake.name]} copies of {fake.name}")


def respell(fake: Fake, copy: int) -> Fake:
    """The fake with another MAC (of the same vendor), serial number and other unique strings, wherever they stand in its services; copy 0 is itself."""
    return _respelt(fake, dict(own(fake, copy)))


def own(fake: Fake, copy: int) -> Iterator[tuple[str, str]]:
    """What is a device's own, each beside what a copy has instead."""
    pairs = dict(_macs(fake.mac, copy))
    yield from pairs.items()
    for text in dict.fromkeys((fake.serial, *fake.unique)):
        if text is not None and exchanged(text, tuple(pairs.items())) == text:
            yield text, counted_on(text, copy) if copy else text


def _respelt(fake: Fake, pairs: Mapping[str, str]) -> Fake:
    exchanges = tuple((old, new) for old, new in pairs.items() if old != new)
    if not exchanges:
        return fake
    return replace(
        fake,
        mac=exchanged(fake.mac, exchanges),
        serial=exchanged(fake.serial, exchanges),
        services=exchanged(fake.services, exchanges),
        settings=exchanged(fake.settings, exchanges),
    )


def _macs(mac: str, copy: int) -> Iterator[tuple[str, str]]:
    prefix, device = mac[:9], int(mac[9:].replace(":", ""), 16)
    digits = f"{(device + copy * _MAC_STEP) % 2**24:06x}"
    other = prefix + ":".join((digits[:2], digits[2:4], digits[4:]))
    yield mac, other
    yield mac.replace(":", ""), other.replace(":", "")
    yield mac.replace(":", "").upper(), other.replace(":", "").upper()


def counted_on(text: str, copy: int) -> str:
    """A text for a copy that looks like this one: its last number counted on, or all of it where that is short; a name without a number gets one."""
    found = _NUMBER.search(text)
    digits = found[1] if found else ""
    if len(digits) < _LONG and _HEXADECIMAL.fullmatch(text):
        return f"{(int(text, 16) + copy * _STEP) % 16 ** len(text):0{len(text)}X}"
    if len(digits) < _LONG and _MIXED.fullmatch(text):
        return _turned_on(text, copy * _STEP)
    if found is None:
        host, dot, domain = text.partition(".")
        return f"{host}-{copy + 1}{dot}{domain}"
    lap, step = divmod(copy, 10 ** len(digits))
    number = (int(digits) + step * _STEP) % 10 ** len(digits)
    return f"{text[: found.start()]}{lap or ''}{number:0{len(digits)}d}{found[2]}"


def _turned_on(text: str, steps: int) -> str:
    """As a counter with wheels of digits and of letters turns, the last one first."""
    wheels = list(text)
    for place in reversed(range(len(wheels))):
        wheel = _DIGITS if wheels[place] in _DIGITS else _LETTERS
        steps, at = divmod(wheel.index(wheels[place]) + steps, len(wheel))
        wheels[place] = wheel[at]
    return "".join(wheels)
