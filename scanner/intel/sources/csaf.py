"""Security advisories in CSAF 2.0 (docs.oasis-open.org/csaf/csaf/v2.0), a document a file, and a table that was made of such documents."""

from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from checks.knowledge import Advisory
from scanner.intel.affected import joined, names_somebody
from scanner.intel.columns import heads, rows
from scanner.intel.cvss import base_score, highest
from scanner.intel.reading import LONGEST_TEXT, Omissions, beginning, cve, day, decoded, newest, plain_text, score
from scanner.intel.source import HEAD, Batch, UnreadableSource
from scanner.intel.vendors import spelt

NAME = "csaf"
TABLES = ("advisories",)
LICENCE = "as each publisher states; CISA's are works of the US government"

_COLUMNS = ("advisory", "initial", "current", "cve", "cvss3", "vendor", "product", "version")
_MOST_PRODUCTS = 50_000
_DEEPEST = 30


class _Product(msgspec.Struct):
    product_id: str
    name: str = ""


class _Branch(msgspec.Struct):
    category: str
    name: str
    product: _Product | None = None
    branches: "list[_Branch]" = []


class _Relationship(msgspec.Struct):
    product_reference: str
    relates_to_product_reference: str
    full_product_name: _Product


class _Tree(msgspec.Struct):
    branches: list[_Branch] = []
    relationships: list[_Relationship] = []


class _Status(msgspec.Struct):
    known_affected: list[str] = []
    first_affected: list[str] = []
    last_affected: list[str] = []


class _Cvss(msgspec.Struct, rename="camel"):
    base_score: float | int | None = None


class _Score(msgspec.Struct):
    cvss_v3: _Cvss | None = None
    cvss_v4: _Cvss | None = None


class _Vulnerability(msgspec.Struct):
    cve: str = ""
    product_status: _Status | None = None
    scores: list[_Score] = []


class _Tracking(msgspec.Struct):
    id: str
    initial_release_date: str
    current_release_date: str


class _Head(msgspec.Struct):
    csaf_version: str
    tracking: _Tracking


class _Document(msgspec.Struct):
    document: _Head
    product_tree: _Tree | None = None
    vulnerabilities: list[_Vulnerability] = []


_Named = tuple[str, str, str]
"""The vendor, the product and the versions that a product id stands for."""


def recognises(name: str, head: bytes) -> bool:
    """By the version of CSAF in a document's head, or by the columns of the table."""
    start = beginning(head)
    document = start.startswith(b"{") and b'"document"' in start[:200]
    return b'"csaf_version"' in head or document or heads(head, _COLUMNS)


def read(files: Sequence[tuple[str, bytes]]) -> list[Batch]:
    """One batch of all documents, as of the newest of them; a document that cannot be read is left out and counted, unless none can."""
    omitted = Omissions()
    found: list[Advisory] = []
    days: list[date | None] = []
    unreadable: list[UnreadableSource] = []
    for name, content in files:
        try:
            current, of_file = (_table if heads(content[:HEAD], _COLUMNS) else _document)(name, content, omitted)
        except UnreadableSource as error:
            unreadable.append(error)
            omitted.leave("a document that is none of CSAF 2.0", str(error))
            continue
        days.append(current)
        found += of_file
    if unreadable and not days:
        raise unreadable[0]
    advisories = joined(found)
    if not files:
        return []
    as_of = newest(days, "the folder of advisories")
    return [Batch(NAME, "advisories", advisories, as_of, len(advisories), LICENCE, omitted.notes())]


def _document(name: str, content: bytes, omitted: Omissions) -> tuple[date, list[Advisory]]:
    document = decoded(name, content, _Document)
    tracking = document.document.tracking
    identity, initial, current = (
        plain_text(tracking.id),
        day(tracking.initial_release_date),
        day(tracking.current_release_date),
    )
    if not identity or initial is None or current is None:
        raise UnreadableSource(f"{name} does not say in document.tracking what it is and of when")
    named = _names(name, document.product_tree or _Tree())
    return current, list(_affected(document, named, identity, initial, omitted))


def _affected(
    document: _Document, named: dict[str, _Named], identity: str, published: date, omitted: Omissions
) -> Iterator[Advisory]:
    for each in document.vulnerabilities:
        found = cve(each.cve)
        worst = highest(score(s.base_score) for of in each.scores for s in (of.cvss_v3, of.cvss_v4) if s)
        status = each.product_status or _Status()
        for product in dict.fromkeys((*status.known_affected, *status.first_affected, *status.last_affected)):
            vendor, called, versions = named.get(product, ("", "", ""))
            if not names_somebody(vendor, called):
                omitted.leave("an affected product without a vendor or a name", f"{identity}, {product}")
                continue
            yield Advisory(identity, vendor, called, versions, (found,) if found else (), published, worst, (), NAME)


def _names(name: str, tree: _Tree) -> dict[str, _Named]:
    """What each product id stands for; of "firmware A installed on device B" the versions of A and the name of B."""
    named = dict(_branches(name, tree.branches, ("", "", ""), 0))
    for each in tree.relationships:
        part, whole = named.get(each.product_reference), named.get(each.relates_to_product_reference)
        if part and whole:
            named[each.full_product_name.product_id] = (whole[0] or part[0], whole[1] or part[1], part[2] or whole[2])
        if len(named) > _MOST_PRODUCTS:
            raise UnreadableSource(f"{name} names more than {_MOST_PRODUCTS:,} products")
    return named


def _branches(name: str, branches: list[_Branch], above: _Named, depth: int) -> Iterator[tuple[str, _Named]]:
    if depth > _DEEPEST:
        raise UnreadableSource(f"{name} is nested too deeply")
    for branch in branches:
        here = _named(branch, above)
        if branch.product:
            yield branch.product.product_id, here
        yield from _branches(name, branch.branches, here, depth + 1)


def _named(branch: _Branch, above: _Named) -> _Named:
    vendor, product, versions = above
    match branch.category:
        case "vendor":
            return spelt(plain_text(branch.name)), product, versions
        case "product_name" | "product_family":
            return vendor, plain_text(branch.name) or product, versions
        case "product_version" | "product_version_range":
            return vendor, product, plain_text(branch.name, LONGEST_TEXT)
        case _:
            return above


def _table(name: str, content: bytes, omitted: Omissions) -> tuple[date, list[Advisory]]:
    found, days = [], []
    for line, fields in rows(name, content, _COLUMNS):
        initial, current = day(fields["initial"]), day(fields["current"])
        vendor, product = spelt(plain_text(fields["vendor"])), plain_text(fields["product"])
        if initial is None or not fields["advisory"]:
            omitted.leave("an advisory without its name or its day", f"{name}, line {line}")
        elif not names_somebody(vendor, product):
            omitted.leave("an affected product without a vendor or a name", f"{name}, line {line}")
        else:
            known, versions = cve(fields["cve"]), plain_text(fields["version"], LONGEST_TEXT)
            worst = base_score(fields["cvss3"])
            cves = (known,) if known else ()
            found.append(
                Advisory(plain_text(fields["advisory"]), vendor, product, versions, cves, initial, worst, (), NAME)
            )
            days.append(current or initial)
    return newest(days, name), found
