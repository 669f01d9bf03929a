"""The operator's own tables, as CSV: releases, lifecycles and advisories, told apart by their first line.

- releases: vendor, model, version, date, source
- lifecycles: vendor, family, end_of_sale, end_of_support, last_firmware, source, checked
- advisories: id, vendor, product, affected, cves, published, cvss, source

Several models or CVEs stand in one field with "|" between them. A row without a source is refused by its line: what nobody can look up again is no knowledge.
"""

from collections.abc import Callable, Sequence
from datetime import date

from checks.knowledge import Advisory, Lifecycle, Product, Release
from checks.soundness import is_unbounded
from scanner.intel.columns import heads, rows
from scanner.intel.reading import LONGEST_TEXT, LONGEST_VERSION, cve, day, newest, plain_text, score
from scanner.intel.source import HEAD, Batch, UnreadableSource, count_of

NAME = "operator"
TABLES = ("advisories", "firmware", "lifecycle")
LICENCE = "the operator's own"

_RELEASES = ("vendor", "model", "version", "date", "source")
_LIVES = ("vendor", "family", "end_of_sale", "end_of_support", "last_firmware", "source", "checked")
_ADVISORIES = ("id", "vendor", "product", "affected", "cves", "published", "cvss", "source")


def recognises(name: str, head: bytes) -> bool:
    """By the columns of the three."""
    return any(heads(head, columns) for columns in (_RELEASES, _LIVES, _ADVISORIES))


def read(files: Sequence[tuple[str, bytes]]) -> list[Batch]:
    """A batch for each table that there is."""
    batches = []
    for table, columns, reader in _READERS:
        theirs = [each for each in files if heads(each[1][:HEAD], columns)]
        found, days = reader(theirs)
        if found:
            as_of = newest(days, ", ".join(name for name, _ in theirs))
            batches.append(Batch(NAME, table, found, as_of, count_of(table, found), LICENCE))
    return batches


class _Row:
    """A row of a file; what it refuses it refuses by its line."""

    def __init__(self, name: str, line: int, fields: dict[str, str]) -> None:
        self._where = f"{name}, line {line}"
        self._fields = fields

    def refused(self, why: str) -> UnreadableSource:
        """The refusal of this row, by its line and by what it is about."""
        about = " ".join(self._fields.get(key, "")[:60] for key in ("vendor", "model", "family", "product")).split()
        return UnreadableSource(f"{self._where} ({' '.join(about)}): {why}")

    def text(self, column: str, longest: int = 240, *, needed: bool = True) -> str:
        """The text of a column."""
        found = plain_text(self._fields[column], longest)
        if self._fields[column] and not found:
            raise self.refused(f"its {column} is longer than {longest} characters")
        if needed and not found:
            raise self.refused(f"it has no {column}")
        return found

    def texts(self, column: str, *, needed: bool = True) -> tuple[str, ...]:
        """The parts of a column that "|" separates."""
        parts = tuple(found for part in self._fields[column].split("|") if (found := plain_text(part)))
        if needed and not parts:
            raise self.refused(f"it has no {column}")
        if any(map(is_unbounded, parts)):
            raise self.refused(f"its {column} is every product's: three letters or digits must stand before the *")
        return parts

    def day(self, column: str, *, needed: bool = True) -> date | None:
        """The day of a column, as 2026-11-21."""
        text = self._fields[column]
        found = day(text)
        if found is None and (text or needed):
            raise self.refused(
                f"its {column} is no day as 2026-11-21: {text[:40]!r}" if text else f"it has no {column}"
            )
        return found

    def score(self, column: str) -> float | None:
        """The CVSS score of a column."""
        text = self._fields[column]
        try:
            found = score(float(text[:20])) if text else None
        except ValueError:
            found = None
        if text and found is None:
            raise self.refused(f"its {column} is no score: {text[:40]!r}")
        return found


def _rows(files: Sequence[tuple[str, bytes]], columns: tuple[str, ...]) -> list[_Row]:
    return [_Row(name, line, fields) for name, content in files for line, fields in rows(name, content, columns)]


def _releases(files: Sequence[tuple[str, bytes]]) -> tuple[list[Product], list[date | None]]:
    """The releases of each model and source, oldest first."""
    found: dict[tuple[str, tuple[str, ...], str], list[Release]] = {}
    for row in _rows(files, _RELEASES):
        key = (row.text("vendor"), row.texts("model"), f"{NAME}: {row.text('source', LONGEST_TEXT)}")
        found.setdefault(key, []).append(Release(row.text("version", LONGEST_VERSION), row.day("date", needed=False)))
    days = [release.day for releases in found.values() for release in releases]
    as_of = max((each for each in days if each), default=date.min)
    products = [
        Product(
            vendor, names, tuple(sorted(releases, key=lambda each: (each.day or date.min, each.version))), source, as_of
        )
        for (vendor, names, source), releases in sorted(found.items())
    ]
    return products, days


def _lives(files: Sequence[tuple[str, bytes]]) -> tuple[list[Lifecycle], list[date | None]]:
    found = []
    for row in _rows(files, _LIVES):
        source, checked = f"{NAME}: {row.text('source', LONGEST_TEXT)}", row.day("checked")
        life = Lifecycle(
            row.text("vendor"),
            row.texts("family"),
            source,
            checked or date.min,
            "",
            row.day("end_of_sale", needed=False),
            row.day("end_of_support", needed=False),
            row.text("last_firmware", LONGEST_VERSION, needed=False),
        )
        if not (life.end_of_sale or life.end_of_support or life.last_firmware):
            raise row.refused("it has neither an end_of_sale nor an end_of_support nor a last_firmware")
        found.append(life)
    return found, [life.checked for life in found]


def _advisories(files: Sequence[tuple[str, bytes]]) -> tuple[list[Advisory], list[date | None]]:
    found = []
    for row in _rows(files, _ADVISORIES):
        cves = tuple(cve(each) for each in row.texts("cves", needed=False))
        if not all(cves):
            raise row.refused("it has a CVE id that is none")
        source, published = f"{NAME}: {row.text('source', LONGEST_TEXT)}", row.day("published") or date.min
        affected = row.text("affected", LONGEST_TEXT, needed=False)
        found.append(
            Advisory(
                row.text("id"),
                row.text("vendor"),
                row.text("product"),
                affected,
                cves,
                published,
                row.score("cvss"),
                (),
                source,
            )
        )
    return found, [advisory.published for advisory in found]


_Reader = Callable[
    [Sequence[tuple[str, bytes]]], tuple[list[Product] | list[Lifecycle] | list[Advisory], list[date | None]]
]
_READERS: tuple[tuple[str, tuple[str, ...], _Reader], ...] = (
    ("firmware", _RELEASES, _releases),
    ("lifecycle", _LIVES, _lives),
    ("advisories", _ADVISORIES, _advisories),
)
