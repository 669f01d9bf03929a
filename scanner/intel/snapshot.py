"""Build `checks/data/intelligence.zip`, the snapshot that is shipped: ``python -m scanner.intel.snapshot FOLDER``.

FOLDER holds the sources as their owners publish them, each under the path that SOURCES names. What the project itself has gathered (`checks/data/*.toml`) is
added from there.
"""

import csv
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from checks.components import TABLE, read
from checks.intelligence import BUILT_IN
from checks.knowledge import Component
from scanner.intel.bundle import pack, part
from scanner.intel.source import Batch

_UNUSABLE = "import-bulk"
_UNIX_EPOCH_ENDS = "1971"


def snapshot(folder: Path, made: date) -> bytes:
    """The bundle of everything in the folder."""
    components = list(_components(folder / "firmware" / "component_releases.csv"))
    rows = sum(len(component.versions) for component in components)
    batch = Batch("components", "components", components, made, rows, "facts")
    return pack([part(batch, "git tags, changelogs and endoflife-date/release-data")], made)


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


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m scanner.intel.snapshot FOLDER YYYY-MM-DD")
    BUILT_IN.write_bytes(snapshot(Path(sys.argv[1]), date.fromisoformat(sys.argv[2])))
