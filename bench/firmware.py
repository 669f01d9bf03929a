"""What it costs to judge firmware: `python bench/firmware.py` prints it for each device, for the intelligence, and for the program's start.

The devices are the lab's, scanned once and multiplied to 1,000; then 200 of the maker with most advisories, 300 of the one with most products, and 50 of
the product with most releases, each of another version. The times are of the processor, because other programs run beside it.
"""

import asyncio
import os
import runpy
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from checks.components import name_and_version, released
from checks.contract import Answer, Check, Login, Verdict, informed, load_checks
from checks.firmware import firmware_age
from checks.intelligence import BUILT_IN, Intelligence, built_in
from inventory.model import Claim, Confidence, Device, Endpoint, Level, Observation
from inventory.store import Store
from scanner.assess import assess

MEDIAN, WORST, OPENING, LOOKING = 5, 20, 50, 1_000
"""Milliseconds that may be taken: by a device in the middle and at worst, by the opening of the bundle, and by all banners together."""
HEAVY = ("zipfile", "msgspec", "httpx2", "checks.intelligence")
_HERE = Path(__file__).parent
_NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
_WEB = Endpoint("192.0.2.7", 80)


def main() -> None:
    """Print a figure a line, each beside what it may be."""
    print(f"{'':44}{'takes':>10}{'at most':>10}")
    for name, taken, limit in (
        ("the bundle is opened", _opening(), OPENING),
        ("10,000 banners are looked up", _looking(), LOOKING),
    ):
        print(f"{name:44}{taken:7.1f} ms{limit:7} ms")
    print(f"{'all tables are set out, once a run':44}{_setting_out():7.1f} ms")
    print(f"{'tocsin --help':44}{_help():7.1f} ms, without {', '.join(HEAVY)}: {'no' if _heavy() else 'yes'}")
    print(f"\n{'judging the firmware of a device':44}{'first':>10}{'median':>10}{'99 in 100':>10}{'worst':>10}")
    for name, devices in _groups():
        _print(name, devices)
    print(f"{'at most':54}{MEDIAN:7} ms{'':10}{WORST:7} ms")


def _groups() -> Iterator[tuple[str, list[Device]]]:
    with tempfile.TemporaryDirectory() as folder:
        runpy.run_path(str(_HERE / "identification.py"))["scanned"](Path(folder))
        with Store.open(Path(folder) / "bench.db") as store:
            lab = [one.device for one in store.report(store.scans()[0].id).assessments]
    yield f"1,000 devices (the lab's {len(lab)} again and again)", list(islice(cycle(lab), 1000))
    vendor, advisories = _longest(built_in().advisories)
    products = sorted({row.product for row in advisories})
    yield (
        f"200 of {vendor} ({len(advisories):,} rows of advisories)",
        [
            _device(advisories[0].vendor, name, f"V{at % 9}.{at % 7}.{at}")
            for at, name in enumerate(_spread(products, 200))
        ],
    )
    vendor, tables = _longest(built_in().products)
    yield (
        f"300 of {vendor} ({len(tables):,} tables of releases)",
        [
            _device(table.vendor, table.names[0], f"V5.{at % 7}.{at % 11} build 17012{at % 9}")
            for at, table in enumerate(_spread(tables, 300))
        ],
    )
    table = max((row for rows in built_in().products.values() for row in rows), key=lambda row: len(row.releases))
    yield (
        f"50 of {table.vendor} {table.names[0]} ({len(table.releases)} releases)",
        [_device(table.vendor, table.names[0], f"{at % 30}.{at % 7}.1") for at in range(50)],
    )


def _longest(table: Mapping[str, tuple[Any, ...]]) -> tuple[str, tuple[Any, ...]]:
    vendor = max(table, key=lambda name: len(table[name]))
    return vendor, table[vendor]


def _spread(rows: Any, count: int) -> Any:
    return rows[:: max(len(rows) // count, 1)][:count]


def _device(vendor: str, model: str, version: str) -> Device:
    said = {"vendor": vendor, "model": model, "firmware": version}
    claims = tuple(
        Claim(name, value, Confidence.CONFIRMED, "made", "http.server", _WEB) for name, value in said.items()
    )
    seen = Observation(_WEB, "http", {"http.server": " ".join(said.values())}, b"", _NOON)
    return Device("bench", (_WEB.address,), None, None, (_WEB,), (seen,), claims)


def _print(name: str, devices: list[Device]) -> None:
    """The first device pays for what is set out once; every device is judged twice, and the second time is counted."""
    cold = [_judging(device) for device in devices]
    times = sorted(_judging(device) for device in devices)
    high = times[int(len(times) * 0.99)]
    print(f"{name:44}{cold[0]:7.1f} ms{statistics.median(times):7.2f} ms{high:7.2f} ms{times[-1]:7.2f} ms")


def _judging(device: Device) -> float:
    """The milliseconds that all judgements of its firmware take together; it is another object each time, or its age would be known."""
    other = replace(device)
    start = time.process_time()
    asyncio.run(assess(other, _checks(), Level.IDENTIFY, _nobody))
    firmware_age(other)
    return 1000 * (time.process_time() - start)


@cache
def _checks() -> tuple[Check, ...]:
    judging = [check for check in load_checks() if check.id.startswith(("firmware-", "component-"))]
    return informed(judging, {"intelligence": built_in()})


async def _nobody(_: Login) -> Answer:
    return Answer(Verdict.NOT_TRIED)


def _opening() -> float:
    """In a process of its own, which has read nothing before; the least of five."""
    program = (
        "import sys, time; from pathlib import Path; from checks.intelligence import Intelligence; start = time.process_time(); "
        "Intelligence.open(Path(sys.argv[1])); print(1000 * (time.process_time() - start))"
    )
    words = [sys.executable, "-c", program, str(BUILT_IN)]
    return min(float(subprocess.run(words, capture_output=True, check=True).stdout) for _ in range(5))


def _setting_out() -> float:
    start = time.process_time()
    found = Intelligence.open(BUILT_IN)
    for table in (found.components, found.products_by_name, found.lifecycles_by_name, found.advisories, found.exploited, found.points):  # fmt: skip
        assert table is not None
    return 1000 * (time.process_time() - start)


def _looking() -> float:
    texts = runpy.run_path(str(_HERE / "components.py"))["banners"](built_in())
    start = time.process_time()
    for text in texts:
        named = name_and_version(text)
        assert named is None or released(*named, built_in()) is None or named
    return 1000 * (time.process_time() - start)


def _help() -> float:
    return _run("-m", "scanner.cli", "--help")


def _heavy() -> bool:
    program = f"import sys\nfrom scanner.cli import run\nrun(['--help'])\nsys.exit(not set({HEAVY!r}).isdisjoint(sys.modules))"
    return subprocess.run([sys.executable, "-c", program], stdout=subprocess.DEVNULL, check=False).returncode != 0


def _run(*words: str) -> float:
    """The milliseconds of the processor that a run of Python takes: the least of five."""
    return min(_once(words) for _ in range(5))


def _once(words: tuple[str, ...]) -> float:
    before = os.times()
    subprocess.run([sys.executable, *words], stdout=subprocess.DEVNULL, check=True)
    after = os.times()
    used = after.children_user - before.children_user + after.children_system - before.children_system
    return 1000 * used


if __name__ == "__main__":
    main()
