"""The intelligence: what is known of versions, of how long makers care for them, and of their holes. One offline file, read table by table.

A snapshot is shipped with the package; `tocsin intel update` makes newer ones. `checks/archive.py` says what the file looks like. Several sources may fill one
table: of what two of them say of one CVE the newer source's word stands, and a component has the releases of all.
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from checks.archive import SCHEMA, Archive
from checks.knowledge import TABLES, Advisory, Component, Epss, Exploited, Lifecycle, Manifest, Points, Product
from checks.name_index import NameIndex
from checks.products import plain_vendor

BUILT_IN = Path(__file__).parent / "data" / "intelligence.zip"


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
        return cls.of(Archive.open(path))

    @classmethod
    def of(cls, archive: Archive) -> "Intelligence":
        """The intelligence of that archive."""
        return cls(archive.manifest, archive.hash, lambda table: _joined(archive, table))

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

    @cached_property
    def components(self) -> Mapping[str, Component]:
        """The components by name, in lower case."""
        found: dict[str, Component] = {}
        for component in self.table("components"):
            known = found.get(component.name)
            found[component.name] = component if known is None else _both(known, component)
        return found

    @cached_property
    def products(self) -> Mapping[str, tuple[Product, ...]]:
        """The products with their firmware releases, by `plain_vendor`."""
        return _by_vendor(self.table("firmware"))

    @cached_property
    def lifecycles(self) -> Mapping[str, tuple[Lifecycle, ...]]:
        """What makers have declared of their products' lives, by `plain_vendor`."""
        return _by_vendor(self.table("lifecycle"))

    @cached_property
    def products_by_name(self) -> NameIndex[Product]:
        """The same products by what they are called."""
        return NameIndex(self.products)

    @cached_property
    def lifecycles_by_name(self) -> NameIndex[Lifecycle]:
        """The same declarations by what their products are called."""
        return NameIndex(self.lifecycles)

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
    return {vendor: tuple(theirs) for vendor, theirs in found.items() if vendor}  # without one it would be everybody's


def _joined(archive: Archive, table: str) -> Any:
    """The rows of all origins of a table; where two know one key, those of the newer."""
    origins = sorted((origin for origin in archive.manifest.origins if origin.table == table), key=lambda o: o.as_of)
    if len(origins) == 1:
        return archive.rows(origins[0])
    rows = TABLES[table]()
    for origin in origins:
        more = archive.rows(origin)
        rows.update(more) if isinstance(rows, dict) else rows.extend(more)
    return rows


def _both(one: Component, other: Component) -> Component:
    """What two sources know of a component: of two days of one version the earlier, because a release's day is a lower bound of the build."""
    versions = dict(one.versions)
    for version, day in other.versions.items():
        known = versions.get(version, "")
        versions[version] = min(day or known, known or day)
    return Component(one.name, ", ".join(dict.fromkeys((one.source, other.source))), versions)


@cache
def built_in() -> Intelligence:
    """The snapshot that is shipped with the package."""
    return Intelligence.open(BUILT_IN)


def of_tables(made: date | None = None, **tables: Any) -> Intelligence:
    """A bundle that never was a file: for what is judged by a few entries only."""
    manifest = Manifest(SCHEMA, made or date(2000, 1, 1))
    return Intelligence(manifest, "", lambda name: tables.get(name) or TABLES[name]())
