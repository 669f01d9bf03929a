"""Reports of a large city: `python bench/reports.py [FOLDER]` times each format over 10,000 devices, and the trend over three nights of them.

The devices are those of `bench/fleet.py`; FOLDER keeps the inventory for another time. Times and peak memory are those of whole processes. A format that tells
what changed holds two scans. The first trend counts the nights before and keeps what it counted, the second one reads that.
"""

import argparse
import random
import resource
import sys
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.fleet import NOON, SCAN, fleet, measure
from inventory.report import Coverage, Report
from inventory.store import Store
from scanner.city import City
from scanner.earlier import before
from scanner.report import formats
from scanner.trend import trend

NIGHTS, DEVICES = 3, 10_000


def main() -> None:
    """Fill the inventory, then write each format once, then the trend twice."""
    parser = argparse.ArgumentParser(description="Time the reports of a large city.")
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--format", dest="formats", action="append", help="Only this one; may be given several times.")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        store = (wanted.folder or Path(scratch)) / "nights.db"
        if not store.exists():
            fill(store)
        print(f"{NIGHTS} nights of {DEVICES} devices, {store.stat().st_size / 1e6:.0f} MB")
        for _ in range(2):
            follow(store)
        for name, one in formats().items():
            if name in (wanted.formats or formats()):
                written = Path(scratch) / f"report{one.suffix}"
                measure(["--store", str(store)], "report", "-o", str(written), runs=1)
                print(f"    {written.stat().st_size / 1e6:.1f} MB")
                written.unlink()


def fill(path: Path) -> None:
    devices = list(fleet(random.Random(4711)))
    with Store.open(path) as store:
        for night in range(NIGHTS):
            scan = replace(SCAN, id=f"{SCAN.id}-{night}", started=NOON + timedelta(days=night))
            store.begin(scan, "bench")
            store.save_lot(scan.id, (replace(one, when=scan.started) for one in devices))
            ended = replace(scan, ended=scan.started + timedelta(hours=1))
            store.finish(scan.id, ended, (), Coverage(65536, DEVICES, DEVICES, 0, DEVICES))


def follow(path: Path) -> None:
    """The trend that ends with the newest night, itself without its devices: they are at hand where a report is made."""
    start = time.perf_counter()
    with Store.open(path) as store:
        newest, *_ = scans = store.scans()
        points = trend(Report(newest, (), (), Coverage()), before(newest, scans), store, City, {})
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"a trend of {len(points)} points: {time.perf_counter() - start:.2f} s  {most:.0f} MB", flush=True)


if __name__ == "__main__":
    main()
