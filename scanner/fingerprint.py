"""What a device is, read from what it said: the engine of `scanner/fingerprints/*.toml`.

Each entry matches one fact and states claims, with named groups of its pattern filled in::

    [[fingerprint]]
    id = "hikvision-upnp-model-number"
    fact = "upnp.model_number"
    pattern = '^(?P<version>V\\d[\\w.]{1,20} build (?P<built>\\d{6}))$'
    firmware = "{version}"
    firmware_date = "{built}"
    firmware_date_format = "%y%m%d"
    confidence = "confirmed"
    source = "UPnP description of Hikvision cameras"
    examples = [{ text = "V5.4.5 build 170124", firmware = "V5.4.5 build 170124", firmware_date = "2017-01-24" }]

A claim is CONFIRMED where the device states it in a field made for it, LIKELY where a banner gives it away, INFERRED where circumstance suggests it. An entry
with ``means_nothing = true`` knows a dull answer: whatever it matches says nothing of the device, whichever other entry matches it too. The examples of an
entry are its tests. A source marked "(general knowledge)" names where the statement is to be found, and that it was not read there.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Protocol, TypeAlias

from inventory.model import CLAIMS, KINDS, Claim, Confidence, Endpoint, FactValue, Observation
from inventory.oui import vendor_of
from inventory.text import one_line
from scanner.imports import facts as imported_facts
from scanner.passive import facts as heard_facts
from scanner.pattern import MATCHED_LENGTH, Pattern, compile_pattern
from scanner.protocols import load_protocols

VALUE_LENGTH = 128
"""Characters of a claim's value that are kept."""

MAC_VENDOR = "mac.vendor"
"""The fact that no protocol states: whom the IEEE assigned the MAC address's prefix to."""

FACTS = frozenset(
    (
        MAC_VENDOR,
        *(fact for protocol in load_protocols().values() for fact in protocol.FACTS),
        *heard_facts(),
        *imported_facts(),
    )
)
"""The facts that an entry may match: what we may be told, what we may overhear, and what a file may tell."""

_KEYS = frozenset(
    ("id", "fact", "pattern", "confidence", "source", "examples", "means_nothing", "firmware_date_format", *CLAIMS)
)
_Numbered: TypeAlias = tuple[str, int, Mapping[str, Any]]
"""An entry as it is written: its file, its number there, and its table."""
_RUN = 3
"""Characters in a row that the entries of a fact are found by."""
_REQUIRED = ("id", "fact", "pattern", "source", "examples")
_PLACE = re.compile(r"\{(\w+)\}", re.ASCII)


class FingerprintError(Exception):
    """An entry of the catalogue that cannot be used: ours to mend. The message names the file and the entry."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text that the entry must match, and every claim that must come of it."""

    text: str
    claims: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """One entry of the catalogue. `claims` maps a claim's name to its value, in which ``{group}`` stands for what the pattern's group matched."""

    id: str
    fact: str
    pattern: Pattern
    claims: Mapping[str, str]
    confidence: Confidence
    date_format: str
    source: str
    means_nothing: bool
    examples: tuple[Example, ...]

    def read(self, text: str, endpoint: Endpoint | None = None) -> tuple[Claim, ...] | None:
        """The claims that `text` leads to, () where it means nothing, None where the pattern is not in it."""
        return self._read(text[:MATCHED_LENGTH], text[:MATCHED_LENGTH].lower(), endpoint)

    def _read(self, text: str, lowered: str, endpoint: Endpoint | None) -> tuple[Claim, ...] | None:
        match = self.pattern.search(text, lowered)
        if match is None:
            return None
        values = ((name, self._value(name, template, match)) for name, template in self.claims.items())
        return tuple(
            Claim(name, value, self.confidence, self.id, self.fact, endpoint) for name, value in values if value
        )

    def _value(self, name: str, template: str, match: re.Match[str]) -> str:
        """The template filled in; "" where a group took no part or a date is none."""
        if any(not match[group] for group in _PLACE.findall(template)):
            return ""
        value = one_line(_PLACE.sub(lambda place: match[place[1]], template), VALUE_LENGTH)
        return _iso_date(value, self.date_format) if name == "firmware_date" else value


def _iso_date(text: str, date_format: str) -> str:
    """The date in ISO 8601; "" where it does not parse or no computer of today's can have been built then."""
    try:
        day = datetime.strptime(text, date_format).date()  # noqa: DTZ007 - a date without a time has no zone
    except ValueError:
        return ""
    return day.isoformat() if 1980 < day.year < 2100 else ""


class Others(Protocol):
    """Fingerprints of others (`scanner.recog`)."""

    def claims(self, seen: Observation) -> Iterator[Claim]:
        """What they make of one observation."""


def fingerprint(
    observations: Sequence[Observation], mac: str | None, others: Others | None = None
) -> tuple[Claim, ...]:
    """Everything that is believed of a device by what it said and by its MAC address, and by the fingerprints of others where there are any.

    In the order of `CLAIMS`; of one name the surest first, then what most facts agree on, then by endpoint and entry. A value is claimed once for each
    endpoint.
    """
    claims = [claim for seen in observations for claim in _of_observation(seen)]
    if others is not None:
        claims += (claim for seen in observations for claim in others.claims(seen))
    maker = vendor_of(mac) if mac else None
    if maker:
        claims += _of_text(MAC_VENDOR, maker, None)
    agreeing = Counter((claim.name, claim.value) for claim in claims if not claim.behind)
    order = {name: at for at, name in enumerate(CLAIMS)}

    def rank(claim: Claim) -> tuple[object, ...]:
        where = claim.endpoint.sort_key if claim.endpoint else ()
        return (
            order[claim.name],
            -claim.confidence,
            -agreeing[claim.name, claim.value],
            where,
            claim.behind,
            claim.fingerprint,
            claim.value,
        )

    surest: dict[tuple[str, str, Endpoint | None, str], Claim] = {}
    for claim in sorted(claims, key=rank):
        surest.setdefault((claim.name, claim.value, claim.endpoint, claim.behind), claim)
    return tuple(surest.values())


def _of_observation(seen: Observation) -> Iterator[Claim]:
    for fact, value in seen.facts.items():
        for text in _texts(value):
            for claim in _of_text(fact, text[:MATCHED_LENGTH], seen.endpoint):
                yield replace(claim, behind=seen.behind) if seen.behind else claim


def _texts(value: FactValue) -> tuple[str, ...]:
    """What of a fact's value can be matched: a text, each of several texts, a number in digits."""
    if isinstance(value, tuple):
        return value
    return () if isinstance(value, bool) else (str(value),)


@lru_cache(maxsize=4096)  # after each answer the device is read anew, and most of what it said is the same
def _of_text(fact: str, text: str, endpoint: Endpoint | None) -> tuple[Claim, ...]:
    lowered = text.lower()
    found: list[Claim] = []
    for entry in _index_of(fact).candidates(lowered):
        claims = entry._read(text, lowered, endpoint)
        if claims is not None and entry.means_nothing:
            return ()
        found += claims or ()
    return tuple(found)


class _Index:
    """The entries of one fact, by three characters in a row of the literal that each one's pattern needs: the rarest ones, so that few are tried in vain."""

    def __init__(self, entries: Sequence[Fingerprint]) -> None:
        runs = [_runs(entry.pattern.literal) for entry in entries]
        common = Counter(run for each in runs for run in each)
        self._entries = entries
        self._always = [number for number, each in enumerate(runs) if not each]
        self._by_run: dict[str, list[int]] = {}
        for number, each in enumerate(runs):
            if each:
                rarest = min(sorted(each), key=lambda run: common[run])
                self._by_run.setdefault(rarest, []).append(number)

    def candidates(self, lowered: str) -> Iterator[Fingerprint]:
        """Those that may match a text of that lower case, in the catalogue's order."""
        runs = self._by_run.keys() & _runs(lowered)
        numbers = (*self._always, *(number for run in runs for number in self._by_run[run]))
        return (self._entries[number] for number in sorted(numbers))


def _runs(text: str) -> set[str]:
    return {text[at : at + _RUN] for at in range(len(text) - _RUN + 1)}


@cache
def _index_of(fact: str) -> _Index:
    """Made when the fact is first heard: to compile every pattern takes most of a second, and devices tell few of the facts."""
    return _Index([_read(*numbered) for numbered in _by_fact().get(fact, ())])


@cache
def _by_fact() -> Mapping[str, Sequence[_Numbered]]:
    tables: dict[str, list[_Numbered]] = {}
    for numbered in _shipped():
        tables.setdefault(numbered[2].get("fact", ""), []).append(numbered)
    return tables


@cache
def load_fingerprints() -> tuple[Fingerprint, ...]:
    """The whole catalogue, by file and in the order of each file; raises `FingerprintError`."""
    entries = tuple(_read(*numbered) for numbered in _shipped())
    twice = [name for name, count in Counter(entry.id for entry in entries).items() if count > 1]
    if twice:
        raise FingerprintError(f"two entries are called {twice[0]!r}")
    return entries


def _shipped() -> Iterator[_Numbered]:
    folder = resources.files("scanner").joinpath("fingerprints")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    for file in files:
        yield from _tables(file.name, file.read_text("utf-8"))


def parse_catalogue(file: str, text: str) -> Iterator[Fingerprint]:
    """Read one file of the catalogue; raises `FingerprintError`."""
    return (_read(*numbered) for numbered in _tables(file, text))


def _tables(file: str, text: str) -> Iterator[_Numbered]:
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FingerprintError(f"{file}: {error}") from error
    if set(tables) != {"fingerprint"}:
        raise FingerprintError(f"{file}: holds {sorted(tables)}, and should hold [[fingerprint]] alone")
    yield from ((file, at, table) for at, table in enumerate(tables["fingerprint"], 1))


def _read(file: str, at: int, table: Mapping[str, Any]) -> Fingerprint:
    try:
        return _entry(table)
    except (ValueError, TypeError) as error:
        raise FingerprintError(f"{file}: {table.get('id') or f'entry {at}'}: {error}") from error


def _entry(table: Mapping[str, Any]) -> Fingerprint:
    _refuse_unknown(table, _KEYS)
    missing = [key for key in _REQUIRED if not table.get(key)]
    if missing:
        raise ValueError(f"no {missing[0]}")
    if table["fact"] not in FACTS:
        raise ValueError(f"no fact is called {table['fact']!r}")
    claims = {name: table[name] for name in CLAIMS if name in table}
    dull = table.get("means_nothing", False)
    if dull == bool(claims):
        raise ValueError("an entry either claims something or has means_nothing = true")
    pattern = compile_pattern(table["pattern"])
    _check_claims(claims, pattern, table.get("firmware_date_format"))
    return Fingerprint(
        id=table["id"],
        fact=table["fact"],
        pattern=pattern,
        claims=claims,
        confidence=Confidence.LIKELY if dull else _confidence(table.get("confidence", "")),
        date_format=table.get("firmware_date_format", ""),
        source=table["source"],
        means_nothing=dull,
        examples=tuple(_example(example) for example in table["examples"]),
    )


def _refuse_unknown(table: Mapping[str, Any], known: Iterable[str]) -> None:
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r}")


def _check_claims(claims: Mapping[str, str], pattern: Pattern, date_format: str | None) -> None:
    for name, template in claims.items():
        if not isinstance(template, str) or not template:
            raise ValueError(f"{name} is not a text")
        strange = set(_PLACE.findall(template)) - set(pattern.regex.groupindex)
        if strange:
            raise ValueError(f"{name} names the group {min(strange)!r}, which the pattern has not")
    if claims.get("kind", KINDS[0]) not in KINDS:
        raise ValueError(f"no kind is called {claims['kind']!r}")
    if ("firmware_date" in claims) != bool(date_format):
        raise ValueError("firmware_date and firmware_date_format go together")


def _confidence(word: str) -> Confidence:
    try:
        return next(level for level in Confidence if level.label == word)
    except StopIteration:
        raise ValueError(f"a confidence of {word!r}; it is confirmed, likely or inferred") from None


def _example(table: Mapping[str, str]) -> Example:
    _refuse_unknown(table, ("text", *CLAIMS))
    if not table.get("text"):
        raise ValueError("an example without text")
    return Example(table["text"], {name: value for name, value in table.items() if name != "text"})
