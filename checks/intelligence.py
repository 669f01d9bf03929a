"""The intelligence: what is known of versions, of how long makers care for them, and of their holes. One offline file, read table by table.

The file is a zip archive of JSON: `manifest.json` says when it was made, from which sources as of which day, and what each table's SHA-256 is; each table is
a member of its own, read and checked against that hash when it is first asked for. The name of a bundle is the SHA-256 of its file. A snapshot is shipped
with the package; `tocsin intel update` makes newer ones.
"""

import hashlib
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache, cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec

from checks.knowledge import TABLES, Advisory, Component, Epss, Exploited, Lifecycle, Manifest, Points, Product
from checks.products import plain_vendor

SCHEMA = "tocsin-intelligence/1"
BUILT_IN = Path(__file__).parent / "data" / "intelligence.zip"
MANIFEST = "manifest.json"
LARGEST = 256 * 1024 * 1024
"""What a bundle or one of its tables, unpacked, may measure in bytes: more is no bundle of ours."""


class DamagedIntelligence(ValueError):
    """A file that is no bundle, or not the one it was; the message says what is wrong with it."""


class Intelligence:
    """A bundle. `hash` names it; `judged_on` is the day that it is asked for, where that is not the day of the scan (a scan that is judged anew)."""

    def __init__(
        self, manifest: Manifest, name: str, read: Callable[[str], Any], judged_on: date | None = None
    ) -> None:
        self.manifest = manifest
        self.hash = name
        self.judged_on = judged_on
        self._read = read
        self._tables: dict[str, Any] = {}

    @classmethod
    def open(cls, path: Path) -> "Intelligence":
        """Read a bundle's manifest; OSError where the file cannot be read, `DamagedIntelligence` where it is none."""
        if path.stat().st_size > LARGEST:
            raise DamagedIntelligence(f"it is larger than {LARGEST:,} bytes")
        return cls.of(path.read_bytes())

    @classmethod
    def of(cls, packed: bytes) -> "Intelligence":
        """The bundle of those bytes."""
        try:
            archive = zipfile.ZipFile(BytesIO(packed))
            manifest = msgspec.json.decode(_member(archive, MANIFEST), type=Manifest)
        except (zipfile.BadZipFile, KeyError, ValueError, NotImplementedError, RuntimeError) as error:
            raise DamagedIntelligence(f"it is no bundle ({error})") from error
        if manifest.schema != SCHEMA:
            raise DamagedIntelligence(f"its schema is {manifest.schema!r}, and this Tocsin reads {SCHEMA!r}")
        return cls(manifest, hashlib.sha256(packed).hexdigest(), lambda table: _table(archive, manifest, table))

    def on(self, day: date) -> "Intelligence":
        """The same, asked on another day."""
        other = Intelligence(self.manifest, self.hash, self._read, day)
        other._tables = self._tables
        return other

    def table(self, name: str) -> Any:
        """A table of TABLES, read once; an empty one where the bundle has none."""
        if name not in self._tables:
            self._tables[name] = self._read(name)
        return self._tables[name]

    def verify(self) -> None:
        """Read every table and check its hash; raises `DamagedIntelligence`."""
        for name in TABLES:
            self.table(name)

    @cached_property
    def components(self) -> Mapping[str, Component]:
        """The components by name, in lower case."""
        return {component.name: component for component in self.table("components")}

    @cached_property
    def products(self) -> Mapping[str, tuple[Product, ...]]:
        """The products with their firmware releases, by `plain_vendor`."""
        return _by_vendor(self.table("firmware"))

    @cached_property
    def lifecycles(self) -> Mapping[str, tuple[Lifecycle, ...]]:
        """What makers have declared of their products' lives, by `plain_vendor`."""
        return _by_vendor(self.table("lifecycle"))

    @cached_property
    def advisories(self) -> Mapping[str, tuple[Advisory, ...]]:
        """The advisories, by `plain_vendor`."""
        return _by_vendor(self.table("advisories"))

    @cached_property
    def exploited(self) -> Mapping[str, Exploited]:
        """The vulnerabilities that are known to be exploited, by CVE id."""
        return {row.cve: row for row in self.table("exploited")}

    @property
    def points(self) -> Mapping[str, Points]:
        """The decision points of SSVC, by CVE id."""
        table: dict[str, Points] = self.table("points")
        return table

    @property
    def epss(self) -> Mapping[str, Epss]:
        """The probability of exploitation, by CVE id; empty unless it was given to an update."""
        table: dict[str, Epss] = self.table("epss")
        return table


def _by_vendor(rows: Any) -> Mapping[str, tuple[Any, ...]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(plain_vendor(row.vendor), []).append(row)
    return {vendor: tuple(theirs) for vendor, theirs in found.items()}


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    information = archive.getinfo(name)
    if information.file_size > LARGEST:
        raise ValueError(f"{name} is larger than {LARGEST:,} bytes")
    return archive.read(information)


def _table(archive: zipfile.ZipFile, manifest: Manifest, name: str) -> Any:
    listed = manifest.tables.get(name)
    if listed is None:
        return TABLES[name]()
    try:
        text = _member(archive, f"{name}.json")
        if hashlib.sha256(text).hexdigest() != listed.sha256:
            raise DamagedIntelligence(f"its table {name} is not the one of which its manifest speaks")
        return msgspec.json.decode(text, type=TABLES[name])
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, msgspec.ValidationError) as error:
        raise DamagedIntelligence(f"its table {name} cannot be read ({error})") from error


@cache
def built_in() -> Intelligence:
    """The snapshot that is shipped with the package."""
    return Intelligence.open(BUILT_IN)


def of_tables(made: date | None = None, **tables: Any) -> Intelligence:
    """A bundle that never was a file: for what is judged by a few entries only."""
    manifest = Manifest(SCHEMA, made or date(2000, 1, 1))
    return Intelligence(manifest, "", lambda name: tables.get(name) or TABLES[name]())
