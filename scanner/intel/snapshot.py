"""Build `checks/data/intelligence.zip`, the snapshot that is shipped: ``python -m scanner.intel.snapshot FOLDER YYYY-MM-DD``.

FOLDER holds the sources as their owners publish them, each under the path that SOURCES names. What the project itself has gathered (`checks/data/*.toml`) is
added from there.
"""

import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from checks.components import TABLE, read
from checks.intelligence import BUILT_IN
from checks.knowledge import Component
from scanner.intel.bundle import pack, part
from scanner.intel.source import Batch, count_of, load_formats

_UNUSABLE = "import-bulk"
_UNIX_EPOCH_ENDS = "1971"


@dataclass(frozen=True, slots=True)
class _Shipped:
    """A source as it lies in the folder: its format, where its files are, and where their owner publishes them."""

    format: str
    paths: tuple[str, ...]
    where: str


SOURCES = (
    _Shipped("kev", ("kev/*.json",), "github.com/cisagov/kev-data"),
    _Shipped(
        "endoflife",
        ("firmware/endoflife-products/*.md", "firmware/release-data/*.json"),
        "github.com/endoflife-date/endoflife.date and github.com/endoflife-date/release-data",
    ),
    _Shipped(
        "cameras",
        ("firmware/hikvision_firmware_releases.csv", "firmware/reolink_firmware_releases.csv"),
        "public archives of Hikvision's and Reolink's firmware",
    ),
    _Shipped("csaf", ("advisories/cisa_csaf_ot_affected.csv",), "github.com/cisagov/CSAF"),
    _Shipped("vulnrichment", ("advisories/vulnrichment_iot_subset.csv",), "github.com/cisagov/vulnrichment"),
)
OWN = ("lifecycle.toml", "vendor_advisories.toml")
"""What the project has gathered itself, in checks/data."""


def snapshot(folder: Path, made: date) -> bytes:
    """The bundle of everything in the folder."""
    return pack((part(batch, where) for batch, where in batches(folder)), made)


def batches(folder: Path) -> Iterator[tuple[Batch, str]]:
    """Every batch of the snapshot, and where its files were had."""
    components = list(_components(folder / "firmware" / "component_releases.csv"))
    rows = count_of("components", components)
    as_of = date.fromisoformat(
        max(day for component in components for day in component.versions.values() if len(day) == len("2026-11-21"))
    )
    yield Batch("components", "components", components, as_of, rows, "facts"), "git tags and changelogs of the projects"
    named = {component.name for component in components}
    for shipped in SOURCES:
        files = [_file(path) for pattern in shipped.paths for path in sorted(folder.glob(pattern))]
        for batch in load_formats()[shipped.format].read(files):
            yield (_without(batch, named) if batch.table == "components" else batch), shipped.where
    own = [_file(BUILT_IN.parent / name) for name in OWN if (BUILT_IN.parent / name).exists()]
    for batch in load_formats()["own"].read(own):
        yield replace(batch, name="tocsin"), "checks/data"


def _file(path: Path) -> tuple[str, bytes]:
    return path.name, path.read_bytes()


def _without(batch: Batch, named: set[str]) -> Batch:
    """Without the components that the table of them has: its days were looked at one by one, and those that a bulk import made were left out."""
    rows = [component for component in batch.rows if component.name not in named]
    return replace(batch, rows=rows, count=count_of(batch.table, rows))


def _components(path: Path) -> Iterator[Component]:
    """Of two days for one version the earlier, because a release's day is a lower bound of the build."""
    versions: dict[str, dict[str, str]] = {}
    sources: dict[str, set[str]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["date_quality"].startswith(_UNUSABLE):
                continue
            day = "" if row["date"] < _UNIX_EPOCH_ENDS else row["date"]
            known = versions.setdefault(row["component"], {})
            known[row["version"]] = min(day or known.get(row["version"], ""), known.get(row["version"]) or day)
            sources.setdefault(row["component"], set()).add(row["repo"])
    for name, known in read(TABLE.read_text(encoding="utf-8")).items():
        if name not in versions:
            versions[name], sources[name] = known, {"see checks/data/components.tsv"}
    for name in sorted(versions):
        yield Component(name, ", ".join(sorted(sources[name])), versions[name])


def main(arguments: Sequence[str]) -> None:
    """Write the snapshot, and say what is in it."""
    if len(arguments) != 2:
        sys.exit("usage: python -m scanner.intel.snapshot FOLDER YYYY-MM-DD")
    folder, made = Path(arguments[0]), date.fromisoformat(arguments[1])
    BUILT_IN.write_bytes(snapshot(folder, made))
    sys.stdout.writelines(f"{line}\n" for line in _told(batches(folder)))


def _told(given: Iterable[tuple[Batch, str]]) -> Iterator[str]:
    for batch, where in given:
        yield f"{batch.table:12} {batch.name:14} {batch.count:7,} rows as of {batch.as_of}  {where}"
        yield from (f"{'':12} {note}" for note in batch.notes)


if __name__ == "__main__":
    main(sys.argv[1:])
