"""What a login check costs one device: `python bench/logins.py` scans three fakes of three login services each, at level login.

One lets its documented account in everywhere, one accepts anything, one has changed its passwords. Printed for each pace: seconds from the first login question
to the beginning of the last, the attempts made, the most at one account, and the failed logins as the device counts them. SNMP is left out: it knows no login.
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

LAB = [sys.executable, "-P", "-m", "lab.cli"]
TOCSIN = [sys.executable, "-P", "-m", "scanner.cli"]
DEVICES = ("apc_ups", "gullible_server", "hikvision_camera")


def main() -> None:
    print(f"{'device':<18} {'pace':<7} seconds  questions  attempts  most at one account  failed")
    for pace in ("lab", "normal"):
        for name in DEVICES:
            with tempfile.TemporaryDirectory() as folder:
                print(f"{name:<18} {pace:<7} {costs(asked(Path(folder), name, pace))}")


def costs(lines: list[dict[str, Any]]) -> str:
    """The figures of one scan, from its audit lines."""
    logins = [line for line in lines if not line["protocol"].startswith("snmp")]
    made = [line for line in logins if not line["outcome"].startswith("not ")]
    offered = [line for line in made if "control:anonymous" not in line["account"]]
    accounts = Counter(line["account"].rpartition(" (")[0] for line in offered)
    seconds = moment(made[-1]) - moment(made[0]) if made else 0.0
    failed = sum(
        line["outcome"] in ("refused", "unreached", "locked") for line in offered if "snmp" not in line["protocol"]
    )
    return f"{seconds:>7.1f}  {len(made):>9}  {len(offered):>8}  {max(accounts.values(), default=0):>19}  {failed:>6}"


def moment(line: dict[str, Any]) -> float:
    return datetime.fromisoformat(line["time"]).timestamp()


def asked(folder: Path, name: str, pace: str) -> list[dict[str, Any]]:
    """The audit lines of the login questions that a scan of the fake puts."""
    lab = subprocess.Popen([*LAB, "up", "--only", name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert lab.stdin is not None
    assert lab.stdout is not None
    try:
        described = json.loads(lab.stdout.readline())
        own = ["--store", str(folder / "bench.db"), "--audit", str(folder / "audit.jsonl")]
        wish = ["--level", "login", "--pace", pace, "--authorised-by", "bench", "--quiet"]
        if described["shift"]:
            wish += ["--low-ports-at", str(described["shift"])]
        command = [*described["enter"], *TOCSIN, *own, "scan", described["network"], *wish]
        subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        lines = (json.loads(line) for line in (folder / "audit.jsonl").read_text().splitlines())
        return [line for line in lines if line.get("account")]
    finally:
        lab.stdin.close()
        lab.wait(30)


if __name__ == "__main__":
    main()
