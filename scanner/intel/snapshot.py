"""Build `checks/data/intelligence.zip`, the snapshot that is shipped: ``python -m scanner.intel.snapshot FOLDER YYYY-MM-DD``.

FOLDER holds the sources as their owners publish them, each under the path that SOURCES names. What the project itself has gathered (`checks/data/*.toml`) is
added from there.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from checks.intelligence import BUILT_IN
from scanner.intel.bundle import pack, part
from scanner.intel.source import Batch, load_formats
from scanner.intel.sources.components import batch_of, merged, of_csv, own


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
    """Every batch of the snapshot, and where its files were had. What all of them say of components is one batch, because each version's bound is held against
    its successors, whoever lists them.
    """
    gathered = folder / "firmware" / "component_releases.csv"
    components = of_csv(gathered.name, gathered.read_bytes())
    for shipped in SOURCES:
        files = [_file(path) for pattern in shipped.paths for path in sorted(folder.glob(pattern))]
        for batch in load_formats()[shipped.format].read(files):
            if batch.table == "components":
                components += batch.rows
            else:
                yield batch, shipped.where
    known = merged([*components, *own()])
    yield (
        batch_of("components", known, "facts, and MIT (endoflife-date)"),
        "git tags, changelogs and endoflife-date/release-data",
    )
    for batch in load_formats()["own"].read([_file(path) for name in OWN if (path := BUILT_IN.parent / name).exists()]):
        yield replace(batch, name="tocsin"), "checks/data"


def _file(path: Path) -> tuple[str, bytes]:
    return path.name, path.read_bytes()


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
