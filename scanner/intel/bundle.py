"""Parts of tables to a bundle's bytes: the same parts give the same bytes."""

import hashlib
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from io import BytesIO

import msgspec

from checks.archive import MANIFEST, SCHEMA, Archive, member
from checks.knowledge import Manifest, Origin
from scanner.intel.source import Batch

_LONGEST = 1000
"""How much is said of where a part was had: of many files the first."""
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Part:
    """The rows that one source has for one table, as JSON, and where they come from."""

    origin: Origin
    text: bytes


def part(batch: Batch, where: str) -> Part:
    """A batch as a part; `where` says where its files were had."""
    text = msgspec.json.encode(batch.rows, order="deterministic")
    digest = hashlib.sha256(text).hexdigest()
    origin = Origin(
        batch.name, batch.table, batch.as_of, batch.count, where[:_LONGEST], batch.licence, digest, len(text)
    )
    return Part(origin, text)


def parts(archive: Archive) -> dict[tuple[str, str], Part]:
    """The parts of a bundle by table and source; raises `DamagedIntelligence`."""
    return {(o.table, o.name): Part(o, archive.text(o)) for o in archive.manifest.origins}


def pack(given: Iterable[Part], made: date) -> bytes:
    """The bundle of those parts."""
    ordered = sorted(given, key=lambda one: (one.origin.table, one.origin.name))
    manifest = Manifest(SCHEMA, made, tuple(one.origin for one in ordered))
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        members = {MANIFEST: msgspec.json.encode(manifest), **{member(one.origin): one.text for one in ordered}}
        for name, text in members.items():
            information = zipfile.ZipInfo(name, _LONG_AGO)
            information.external_attr = 0o644 << 16
            archive.writestr(information, text, zipfile.ZIP_DEFLATED, compresslevel=9)
    return packed.getvalue()
