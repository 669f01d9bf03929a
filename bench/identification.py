"""What it costs a device to be identified: `python bench/identification.py` scans the lab's whole city at level identify, and prints the distribution.

Connections and packets are those beyond the port sweep, as the report has them for each device; a test holds the same count against a capture.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

LAB = [sys.executable, "-P", "-m", "lab.cli"]
TOCSIN = [sys.executable, "-P", "-m", "scanner.cli"]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        devices = scanned(Path(folder))
    print(f"{len(devices)} devices identified, beyond the port sweep:  least  median  nine in ten  most")
    for what in ("connections", "packets_sent"):
        costs = sorted(device["traffic"][what] for device in devices)
        nine = costs[int(len(costs) * 0.9)]
        print(f"{what.partition('_')[0]:>42}  {costs[0]:>5}  {statistics.median(costs):>6}  {nine:>11}  {costs[-1]:>4}")
    dearest = max(devices, key=lambda device: (device["traffic"]["connections"], device["traffic"]["packets_sent"]))
    print(f"the dearest: {dearest['addresses'][0]} {dearest['vendor']} {dearest['model']}")


def scanned(folder: Path) -> list[dict[str, Any]]:
    lab = subprocess.Popen([*LAB, "up", "--only", "all"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert lab.stdin is not None
    assert lab.stdout is not None
    try:
        described = json.loads(lab.stdout.readline())
        report = folder / "report.json"
        command = [
            *described["enter"],
            *TOCSIN,
            "--store",
            str(folder / "bench.db"),
            "--audit",
            str(folder / "audit.jsonl"),
        ]
        command += [
            "scan",
            described["network"],
            "--authorised-by",
            "bench",
            "--pace",
            "lab",
            "--quiet",
            "-o",
            str(report),
        ]
        if described["shift"]:
            command += ["--low-ports-at", str(described["shift"])]
        subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        devices: list[dict[str, Any]] = json.loads(report.read_text())["devices"]
        return devices
    finally:
        lab.stdin.close()
        lab.stdout.read()
        lab.wait()


if __name__ == "__main__":
    main()
