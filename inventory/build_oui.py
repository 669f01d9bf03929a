"""Build `inventory/data/oui.txt.gz` from the IEEE's registries: ``python -m inventory.build_oui FOLDER``.

FOLDER holds the IEEE's own CSV files (oui.csv, mam.csv, oui36.csv, iab.csv), as standards-oui.ieee.org publishes them and Debian's package ieee-data
carries them.
Company identifiers (cid.csv) are left out: an address made of one has the locally administered bit, so it names no maker.
"""

import csv
import gzip
import sys
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

from inventory.text import one_line

REGISTRIES = ("oui.csv", "mam.csv", "oui36.csv", "iab.csv")
TARGET = Path(__file__).parent / "data" / "oui.txt.gz"
_NOBODY = frozenset(
    ("private", "ieee registration authority")
)  # the latter owns the blocks that MA-M, MA-S and IAB are cut from


def build(folder: Path) -> bytes:
    """The packed table of the registries in `folder`; the same files give the same bytes."""
    names: dict[str, list[str]] = {}
    for registry in REGISTRIES:
        for prefix, name in _assignments(folder / registry):
            if name not in names.setdefault(prefix, []):
                names[prefix].append(name)
    newest = max((folder / registry).stat().st_mtime for registry in REGISTRIES)
    lines = sorted(f"{prefix} {' / '.join(sorted(owners))}" for prefix, owners in names.items())
    head = (
        "# IEEE Registration Authority: MA-L, MA-M, MA-S and IAB",
        f"# of {datetime.fromtimestamp(newest, UTC).date()}",
    )
    return gzip.compress("\n".join((*head, *lines, "")).encode(), mtime=0)


def _assignments(path: Path) -> Iterator[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name = one_line(_unmarked(unescape(row["Organization Name"])), 80)
            if name and name.lower() not in _NOBODY:
                yield row["Assignment"].upper(), name


def _unmarked(name: str) -> str:
    """The name without the invisible marks that a few of the registry's rows have caught."""
    return "".join(character for character in name if unicodedata.category(character) != "Cf")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m inventory.build_oui FOLDER")
    TARGET.write_bytes(build(Path(sys.argv[1])))
