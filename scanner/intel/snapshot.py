"""Build `checks/data/intelligence.zip`, the snapshot that is shipped: ``python -m scanner.intel.snapshot FOLDER YYYY-MM-DD``.

FOLDER holds the sources as their owners publish them, each under the path that SOURCES names. What the project itself has gathered (`checks/data/*.toml`) is
added from there.
"""

import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from checks.intelligence import BUILT_IN
from checks.knowledge import Component, Origin
from scanner.intel.bundle import pack
from scanner.intel.sources.components import merged, of_csv, own

_CALLED = {"apache-http-server": "apache-httpd"}
"""What endoflife.date calls otherwise than the fingerprints do."""


def snapshot(folder: Path, made: date) -> bytes:
    """The bundle of everything in the folder."""
    tables: dict[str, Any] = {"components": merged(_components(folder / "firmware"))}
    rows = sum(len(component.versions) for component in tables["components"])
    origin = Origin(
        "components", "components", made, rows, "git tags, changelogs and endoflife-date/release-data", "facts"
    )
    return pack(tables, [origin], made)


def _components(folder: Path) -> Iterator[Component]:
    gathered = folder / "component_releases.csv"
    yield from of_csv(gathered.name, gathered.read_bytes())
    for path in sorted((folder / "release-data").glob("*.json")):
        days = {version: entry["date"] for version, entry in json.loads(path.read_bytes())["versions"].items()}
        yield Component(_CALLED.get(path.stem, path.stem), "endoflife-date/release-data", days)
    yield from own()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m scanner.intel.snapshot FOLDER YYYY-MM-DD")
    BUILT_IN.write_bytes(snapshot(Path(sys.argv[1]), date.fromisoformat(sys.argv[2])))
