"""Filters: which devices and findings are meant by `kind:camera severity>=high -site:harbour "door controller"`.

All words have to fit. `key:value` searches within a text, `key=value` wants all of it, `!=` the opposite; what has an order is compared with < <= > >=; a comma
is "or"; a minus, an exclamation mark or `not` turns a word round; a word without a key is searched for in all that is shown. Values with blanks stand in
quotes, and `""` is where nothing is known. A filter is a function of what is known, and does no I/O.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeAlias

from inventory.model import KINDS, Family, Severity
from inventory.register import CRITICALITIES
from scanner import filter_keys
from scanner.filter_keys import Key
from scanner.filter_words import Value, Word, as_typed, network_of, words

SHOWN = ""
"""The key under which a subject gives all texts that are shown of it."""
Subject: TypeAlias = Callable[[str], Sequence[Any]]
"""What is known of a device or a finding, by key."""
EXPOSURES = ("small", "controlled", "open")
UNIDENTIFIED = "unidentified"


@dataclass(frozen=True, slots=True)
class Condition:
    """One word of a filter, and when what is known under its key fits it."""

    word: Word
    key: str
    fits: Callable[[Sequence[Any]], bool]
    negated: bool

    def holds(self, subject: Subject) -> bool:
        """Whether it is so."""
        return self.fits(subject(self.key)) != self.negated


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions that all have to hold; without any, everything fits."""

    conditions: tuple[Condition, ...] = ()

    def matches(self, subject: Subject) -> bool:
        """Whether it is one of those that are meant."""
        return all(condition.holds(subject) for condition in self.conditions)

    @property
    def keys(self) -> frozenset[str]:
        """The keys that it asks for."""
        return frozenset(condition.key for condition in self.conditions)


def read_filter(typed: str, today: date) -> Filter:
    """The filter that was typed; ConfigError names the word, its place and what was probably meant."""
    known = keys(today)
    return Filter(tuple(_condition(word, known) for word in words(typed, known)))


def filter_of(arguments: Iterable[str], today: date) -> Filter:
    """The filter that the arguments of a command line are."""
    return read_filter(as_typed(arguments), today)


def keys(today: date) -> Mapping[str, Key]:
    """Every key by its name."""
    made = (
        filter_keys.one_of("kind", "what it is for", lambda: (*KINDS, UNIDENTIFIED)),
        filter_keys.text("vendor", "who made it"),
        filter_keys.text("model", "which product it is"),
        filter_keys.text("firmware", "the version of its firmware"),
        filter_keys.address("address", "an address of it, or a network"),
        filter_keys.text("mac", "its MAC address"),
        filter_keys.text("serial", "its serial number"),
        filter_keys.text("id", "its id, or that of a finding"),
        filter_keys.text("department", "whose it is"),
        filter_keys.text("site", "where it stands"),
        filter_keys.text("owner", "who answers for it"),
        filter_keys.text("name", "what its people call it"),
        filter_keys.one_of("criticality", "how much depends on it", lambda: CRITICALITIES, ordered=True),
        filter_keys.one_of("exposure", "from where it was reached", lambda: EXPOSURES, ordered=True),
        filter_keys.one_of("severity", "how bad the finding is; of a device, its band", _severities, ordered=True),
        filter_keys.one_of("band", "the band of the device", _severities, ordered=True),
        filter_keys.number("score", "the score of the device, 0 to 100"),
        filter_keys.part_of_one("check", "the check that found something", _checks),
        filter_keys.one_of("family", "the family of that check", _families),
        filter_keys.port("port", "a port at which it answers; of a finding, where it was found"),
        filter_keys.days("due", "within how many days it is due"),
        filter_keys.yes_or_no("accepted", "whether the city lives with a finding"),
        filter_keys.yes_or_no("quarantined", "whether it is left alone"),
        filter_keys.day("seen", "when it was seen last", today),
    )
    return {key.name: key for key in made}


def values(key: str) -> Sequence[str]:
    """The words of a key that has a list of them, without the checks."""
    return _LISTS[key]() if key in _LISTS else ()


def _families() -> Sequence[str]:
    return tuple(family.value for family in Family)


def _severities() -> Sequence[str]:
    return tuple(severity.label for severity in Severity)


_LISTS: Mapping[str, Callable[[], Sequence[str]]] = {
    "kind": lambda: (*KINDS, UNIDENTIFIED),
    "severity": _severities,
    "band": _severities,
    "criticality": lambda: CRITICALITIES,
    "exposure": lambda: EXPOSURES,
    "family": _families,
    "accepted": lambda: ("yes", "no"),
    "quarantined": lambda: ("yes", "no"),
}


def _checks() -> Sequence[str]:
    from scanner.waiving import known_checks

    return known_checks()


def _condition(word: Word, known: Mapping[str, Key]) -> Condition:
    negated = word.negated != (word.operator == "!=")
    if word.key:
        return Condition(word, word.key, known[word.key].test(word), negated)
    if len(word.values) == 1 and _is_network(word.values[0]):
        return Condition(word, "address", filter_keys.address("address", "").test(replace(word, operator=":")), negated)
    wanted = tuple(value.text.casefold() for value in word.values)
    return Condition(word, SHOWN, lambda shown: any(each in said for each in wanted for said in shown), negated)


def _is_network(value: Value) -> bool:
    return not value.quoted and "/" in value.text and network_of(value.text) is not None
