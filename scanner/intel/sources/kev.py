"""CISA's catalogue of known exploited vulnerabilities, as JSON or as CSV (cisa.gov/known-exploited-vulnerabilities-catalog)."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from checks.knowledge import Exploited
from scanner.intel.columns import heads, rows
from scanner.intel.reading import cve, day, decoded, newest, plain_text
from scanner.intel.source import Batch, UnreadableSource

NAME = "kev"
TABLES = ("exploited",)
LICENCE = "CC0-1.0"

_COLUMNS = (
    "cveID",
    "vendorProject",
    "product",
    "vulnerabilityName",
    "dateAdded",
    "dueDate",
    "knownRansomwareCampaignUse",
)


class _Vulnerability(msgspec.Struct, rename="camel"):
    cve_id: str = msgspec.field(name="cveID")
    vendor_project: str
    product: str
    vulnerability_name: str
    date_added: str
    due_date: str
    known_ransomware_campaign_use: str


class _Catalogue(msgspec.Struct, rename="camel"):
    catalog_version: str
    date_released: str
    vulnerabilities: list[_Vulnerability]
    count: int | None = None


def recognises(name: str, head: bytes) -> bool:
    """By what every catalogue begins with, or by CISA's own name of the file, so that a schema that has changed is refused for what it is."""
    if "known_exploited_vulnerabilities" in name.lower():
        return True
    return b'"catalogVersion"' in head or heads(head, _COLUMNS[:5])


def read(files: Sequence[tuple[str, bytes]]) -> list[Batch]:
    """One batch of the newest of the files: a catalogue is always whole."""
    catalogues = [_table(*each) if heads(each[1][:4096], _COLUMNS[:1]) else _catalogue(*each) for each in files]
    if not catalogues:
        return []
    as_of, found = max(catalogues, key=lambda each: each[0])
    return [Batch(NAME, "exploited", found, as_of, len(found), LICENCE)]


def _catalogue(name: str, content: bytes) -> tuple[date, list[Exploited]]:
    catalogue = decoded(name, content, _Catalogue)
    as_of = day(catalogue.date_released) or day(
        re.sub(r"(\d{4})\.(\d{2})\.(\d{2}).*", r"\1-\2-\3", catalogue.catalog_version[:40])
    )
    if as_of is None:
        raise UnreadableSource(
            f"{name} does not say when it was released: dateReleased is {catalogue.date_released[:40]!r}"
        )
    if catalogue.count is not None and catalogue.count != len(catalogue.vulnerabilities):
        raise UnreadableSource(
            f"{name} says that it holds {catalogue.count:,} vulnerabilities, and {len(catalogue.vulnerabilities):,} are in it"
        )
    return as_of, list(_judged(name, catalogue.vulnerabilities))


def _table(name: str, content: bytes) -> tuple[date, list[Exploited]]:
    listed = [
        _Vulnerability(*(fields[column] for column in _COLUMNS)) for _line, fields in rows(name, content, _COLUMNS)
    ]
    found = list(_judged(name, listed))
    return newest((each.added for each in found), name), found


def _judged(name: str, listed: list[_Vulnerability]) -> Iterator[Exploited]:
    if not listed:
        raise UnreadableSource(f"{name} lists no vulnerability")
    for each in listed:
        known = cve(each.cve_id)
        added, due = day(each.date_added), day(each.due_date)
        if not known:
            raise UnreadableSource(f"{name} has a cveID that is none: {each.cve_id[:40]!r}")
        if added is None or due is None:
            raise UnreadableSource(
                f"{name}, {known}: dateAdded {each.date_added[:40]!r} or dueDate {each.due_date[:40]!r} is no day"
            )
        yield Exploited(
            known,
            plain_text(each.vendor_project),
            plain_text(each.product),
            plain_text(each.vulnerability_name),
            added,
            due,
            each.known_ransomware_campaign_use.strip().lower() == "known",
        )
