"""What an operator, or this project, has gathered itself: lifecycles and advisories in TOML, tables [[lifecycle]] and [[advisory]] with the fields of
`checks.knowledge`."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from checks.knowledge import Advisory, Lifecycle
from checks.soundness import is_unbounded
from scanner.intel.reading import LONGEST_NAME, LONGEST_TEXT, LONGEST_VERSION, cve, day, plain_text, score
from scanner.intel.source import Batch, UnreadableSource

NAME = "own"
TABLES = ("advisories", "lifecycle")
LICENCE = "facts, each with its source"

_LARGEST = 16 * 1024 * 1024
_KNOWN = {
    "lifecycle": frozenset(
        "vendor names source checked branch end_of_sale end_of_support last_firmware note".split()  # noqa: SIM905 - the fields as a line
    ),
    "advisory": frozenset(
        "id vendor product affected cves published cvss services source".split()  # noqa: SIM905 - the fields as a line
    ),
}


def recognises(name: str, head: bytes) -> bool:
    """A file of TOML with one of the two tables, which its own comments may precede."""
    return name.lower().endswith(".toml") and (b"[[lifecycle]]" in head or b"[[advisory]]" in head)


def read(files: Sequence[tuple[str, bytes]]) -> list[Batch]:
    """One batch of each table, as of the last day on which an entry was checked or published."""
    lives: list[Lifecycle] = []
    advisories: list[Advisory] = []
    for name, content in files:
        tables = _tables(name, content)
        lives += [_lifecycle(_Entry(name, "lifecycle", entry)) for entry in tables.get("lifecycle", ())]
        advisories += [_advisory(_Entry(name, "advisory", entry)) for entry in tables.get("advisory", ())]
    batches = []
    if lives:
        as_of = max(life.checked for life in lives)
        batches.append(Batch(NAME, "lifecycle", lives, as_of, len(lives), LICENCE))
    if advisories:
        as_of = max(advisory.published for advisory in advisories)
        batches.append(Batch(NAME, "advisories", advisories, as_of, len(advisories), LICENCE))
    return batches


def _tables(name: str, content: bytes) -> dict[str, list[dict[str, Any]]]:
    if len(content) > _LARGEST:
        raise UnreadableSource(f"{name} is larger than {_LARGEST:,} bytes")
    try:
        tables = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise UnreadableSource(f"{name} is no TOML: {error}") from error
    for table, entries in tables.items():
        if (
            table not in _KNOWN
            or not isinstance(entries, list)
            or not all(isinstance(entry, dict) for entry in entries)
        ):
            raise UnreadableSource(f"{name} holds {table[:40]!r}: the tables are [[lifecycle]] and [[advisory]]")
    return tables


class _Entry:
    """An entry of a file, and what is said of it where it is refused."""

    def __init__(self, name: str, table: str, fields: Mapping[str, Any]) -> None:
        self._fields = fields
        called = fields.get("id") or f"{fields.get('vendor', '?')} {fields.get('names') or fields.get('product', '?')}"
        self._where = f"{name}, [[{table}]] {plain_text(str(called)[:LONGEST_NAME])}"
        strangers = sorted(set(fields) - _KNOWN[table])
        if strangers:
            raise self.refused(f"has an unknown field {strangers[0][:40]!r}")

    def refused(self, why: str) -> UnreadableSource:
        """The refusal of this entry, by its name."""
        return UnreadableSource(f"{self._where}: it {why}")

    def text(self, field: str, longest: int = LONGEST_NAME, *, needed: bool = False) -> str:
        """A text on one line, "" where it is left out and not needed."""
        value = self._fields.get(field, "")
        found = plain_text(value, longest)
        if (value != "" or needed) and not found:
            raise self.refused(f"has no {field}" if value == "" else f"has a {field} that is no text or is too long")
        return found

    def texts(self, field: str, *, needed: bool = False) -> tuple[str, ...]:
        """A list of texts."""
        values = self._fields.get(field, [])
        found = tuple(plain_text(value) for value in values) if isinstance(values, list) else ("",)
        if not all(found) or (needed and not found):
            raise self.refused(f"has no list of texts in {field}")
        return found

    def day(self, field: str, *, needed: bool = False) -> date | None:
        """A day, as TOML's own date or as a text."""
        value = self._fields.get(field, "")
        found = day(str(value))
        if (value != "" or needed) and found is None:
            raise self.refused(
                f"has no {field}" if value == "" else f"has a {field} that is no day: {str(value)[:40]!r}"
            )
        return found

    def score(self, field: str) -> float | None:
        """A CVSS score."""
        value = self._fields.get(field)
        if value is not None and score(value) is None:
            raise self.refused(f"has a {field} that is no score: {str(value)[:40]!r}")
        return score(value)


def _lifecycle(entry: _Entry) -> Lifecycle:
    source = entry.text("source", LONGEST_TEXT, needed=True)
    checked = entry.day("checked", needed=True)
    life = Lifecycle(
        entry.text("vendor", needed=True),
        entry.texts("names", needed=True),
        source,
        checked or date.min,
        entry.text("branch", LONGEST_VERSION),
        entry.day("end_of_sale"),
        entry.day("end_of_support"),
        entry.text("last_firmware", LONGEST_VERSION),
        entry.text("note", LONGEST_TEXT),
    )
    if not (life.end_of_sale or life.end_of_support or life.last_firmware or life.note):
        raise entry.refused("says nothing: it has no end_of_sale, end_of_support, last_firmware or note")
    if any(map(is_unbounded, life.names)):
        raise entry.refused(
            "has a name that every product would go by: three letters or digits must stand before the *"
        )
    return life


def _advisory(entry: _Entry) -> Advisory:
    cves = tuple(cve(each) for each in entry.texts("cves"))
    if not all(cves):
        raise entry.refused("has a CVE id that is none")
    source = entry.text("source", LONGEST_TEXT, needed=True)
    published = entry.day("published", needed=True)
    return Advisory(
        entry.text("id", needed=True),
        entry.text("vendor", needed=True),
        entry.text("product", needed=True),
        entry.text("affected", LONGEST_TEXT),
        cves,
        published or date.min,
        entry.score("cvss"),
        entry.texts("services"),
        source,
    )
