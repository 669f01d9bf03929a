"""Tables to a bundle's bytes: the same tables give the same bytes."""

import hashlib
import zipfile
from collections.abc import Iterable, Mapping
from datetime import date
from io import BytesIO
from typing import Any

import msgspec

from checks.intelligence import MANIFEST, SCHEMA
from checks.knowledge import TABLES, Listed, Manifest, Origin

_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def pack(tables: Mapping[str, Any], origins: Iterable[Origin], made: date) -> bytes:
    """The bundle of those tables, by the names of TABLES; one that is missing is not in it."""
    texts = {name: msgspec.json.encode(tables[name], order="deterministic") for name in TABLES if name in tables}
    listed = {name: Listed(hashlib.sha256(text).hexdigest(), len(text)) for name, text in texts.items()}
    manifest = Manifest(SCHEMA, made, tuple(origins), listed)
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        members = {MANIFEST: msgspec.json.encode(manifest), **{f"{name}.json": text for name, text in texts.items()}}
        for name, text in members.items():
            information = zipfile.ZipInfo(name, _LONG_AGO)
            information.external_attr = 0o644 << 16
            archive.writestr(information, text, zipfile.ZIP_DEFLATED, compresslevel=9)
    return packed.getvalue()
