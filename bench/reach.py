"""What it costs to say from where each of 10,000 devices is reached: `python bench/reach.py` prints it beside what it may be.

Four places looked at the same city, one of them every night for a month; every record is as long as a device's of the lab is. The times are of the processor,
because other programs run beside it, but for the whole program's.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from checks.policy import Policy, Vantage
from inventory.ages import FirmwareAge
from inventory.findings import Score
from inventory.model import Claim, Confidence, Device, Endpoint, Level, Observation, Severity
from inventory.report import Assessment, Coverage, Scan
from inventory.store import Store
from scanner.reach_matrix import entries
from scanner.reaching import Reached

DEVICES, NIGHTS, OBSERVATIONS = 10_000, 5, 20
FOR_A_RANK, WHOLE = 1.0, 5.0
"""Seconds: to know of every device from where it was reached, and for the program that draws the matrix."""
PLACES = {"office": ("small", 1), "partner": ("controlled", 4), "vpn": ("controlled", 3), "guest-wifi": ("open", 10)}
KINDS = ("plc", "camera", "meter", "luminaire", "door-controller", "")
POLICY = Policy(vantages=tuple(Vantage(name, exposure) for name, (exposure, _) in PLACES.items()))


def main() -> None:
    """Print a figure a line, each beside what it may be."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "inventory.db")
        now = datetime.now(UTC)
        fill(path, now)
        print(f"inventory: {path.stat().st_size / 1e6:,.0f} MB, {DEVICES:,} devices, {len(PLACES)} vantages")
        with Store.open(path) as store:
            known = [
                Device(one.identity, one.addresses) for one in Reached.read(store, POLICY, now, whole=True).known()
            ]
            began = time.process_time()
            reached = Reached.read(store, POLICY, now)
            found = [reached.of(device) for device in known]
            told("from where each was reached, for a rank", time.process_time() - began, FOR_A_RANK)
            print(f"  of them open: {sum(one.exposure == 'open' for one in found):,} of {len(found):,}")
            began = time.process_time()
            entries(Reached.read(store, POLICY, now, whole=True))
            told("the matrix", time.process_time() - began, WHOLE)
        began = time.perf_counter()
        command = [sys.executable, "-P", "-m", "scanner.cli", "--store", str(path), "reach"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        told("tocsin reach, the whole program", time.perf_counter() - began, WHOLE)


def told(what: str, seconds: float, most: float) -> None:
    """One figure."""
    print(f"{what}: {seconds:.2f} s (at most {most:g} s){'' if seconds <= most else '  TOO SLOW'}")


def fill(path: Path, now: datetime) -> None:
    """The office looks every night, the others did so once; each wider place reaches a smaller part."""
    with Store.open(path) as store:
        for name, (_, part) in PLACES.items():
            for night in range(NIGHTS if name == "office" else 1):
                started = now - timedelta(days=night + 1)
                scan = Scan(
                    f"{name}-{night}", started, ("10.0.0.0/16",), Level.IDENTIFY, "bench", "0", vantage=name, ended=None
                )
                store.begin(scan, "plan")
                store.save_lot(scan.id, devices(name, part, started))
                store.finish(scan.id, replace(scan, ended=started + timedelta(hours=1)), (), Coverage())


def devices(vantage: str, part: int, when: datetime) -> Iterator[Assessment]:
    """Every `part`-th device as it appears from there: under its MAC address in the office, under its address elsewhere."""
    for number in range(0, DEVICES, part):
        address = f"10.0.{number // 250}.{number % 250 + 1}"
        identity = f"mac:00:80:f4:00:{number // 256:02x}:{number % 256:02x}" if part == 1 else f"address:{address}"
        kind = KINDS[number % len(KINDS)]
        ports = (80, 443, 502)[: 3 if vantage == "office" else 1]
        seen = tuple(
            Observation(Endpoint(address, 80), "http", {"http.title": "x" * 200}, b"y" * 300, when, f"unit {unit}")
            for unit in range(OBSERVATIONS)
        )
        claims = (Claim("kind", kind, Confidence.CONFIRMED, "bench"),) if kind else ()
        device = Device(
            identity, (address,), None, None, tuple(Endpoint(address, port) for port in ports), seen, claims
        )
        yield Assessment(device, (), Score(0, Severity.INFO, ""), FirmwareAge(), when)


if __name__ == "__main__":
    main()
