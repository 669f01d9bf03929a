"""How large a city one machine bears: `python bench/lab.py [DEVICES …]` (default: 1,000 and 10,000, drawn from seed 7).

Prints how long it takes until the city is up, its memory (the proportional set size of all its processes, smaps_rollup in proc(5), and by how much the kernel's
own grew: its slabs, page tables and per-CPU areas), what it does in ten idle seconds (time of the processor, and how often it was woken), and how fast it
answers: connections to closed and to open ports, 200 at a time (the first one to a TLS port makes its key).
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

LAB = [sys.executable, "-P", "-m", "lab.cli"]
IDLE = 10.0
AT_ONCE = 200
ASKED = 10_000


def main() -> None:
    """Measure each city, one after another."""
    if sys.argv[1:2] == ["ask"]:
        print(asyncio.run(asked(json.load(sys.stdin))))
        return
    print(
        f"{'devices':>8}{'up s':>7}{'down s':>8}{'MB':>6}{'kernel MB':>11}{'idle CPU s':>12}{'woken':>7}{'refused/s':>11}{'open/s':>8}"
    )
    for word in sys.argv[1:] or ("1000", "10000"):
        measure(int(word))


def measure(devices: int) -> None:
    """One city, one line."""
    before, began = kernel(), time.monotonic()
    wish = ["--devices", str(devices), "--seed", "7", "--mode", "namespace"]
    lab = subprocess.Popen([*LAB, "up", *wish], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert lab.stdin
    assert lab.stdout
    first = json.loads(lab.stdout.readline() or sys.exit("no city: see above"))
    up = time.monotonic() - began
    processes = list(family(lab.pid))
    memory, grown = sum(map(proportional, processes)), kernel() - before
    start = [spent(process) for process in processes]
    time.sleep(IDLE)
    idle = [spent(process) for process in processes]
    seconds, woken = (sum(after[i] - earlier[i] for earlier, after in zip(start, idle, strict=True)) for i in (0, 1))
    there = first["truth"]["devices"]
    closed = rate(first["enter"], [(device["address"], 7) for device in there])
    opened = rate(
        first["enter"],
        [(one["address"], s["port"]) for one in there for s in one["services"] if s["transport"] == "tcp"],
    )
    ended = time.monotonic()
    lab.stdin.close()
    lab.stdout.read()
    lab.wait()
    down = time.monotonic() - ended
    print(
        f"{devices:8}{up:7.1f}{down:8.1f}{memory:6.0f}{grown:11.0f}{seconds:12.2f}{woken:7}{closed:11.0f}{opened:8.0f}",
        flush=True,
    )


def family(pid: int) -> Iterator[int]:
    """A process and all that it has started."""
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from family(int(child))


def proportional(pid: int) -> float:
    """Its share of the memory, in MB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def kernel() -> float:
    """What the kernel has for itself, in MB; other programs on the machine change it too."""
    lines = (line.split() for line in Path("/proc/meminfo").read_text().splitlines())
    return (
        sum(int(words[1]) for words in lines if words[0] in ("Slab:", "KernelStack:", "PageTables:", "Percpu:")) / 1024
    )


def spent(pid: int) -> tuple[float, int]:
    """The seconds of the processor that it has had, and how often it was woken or put aside."""
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    lines = (line.split() for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    switches = sum(int(words[1]) for words in lines if words[0].endswith("voluntary_ctxt_switches:"))
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK"), switches


def rate(enter: list[str], ports: list[tuple[str, int]]) -> float:
    """How many of the ports answer in a second, asked from the scanner's side."""
    some = ports[:: max(1, len(ports) // ASKED)]
    command = [*enter, sys.executable, "-P", __file__, "ask"]
    return float(subprocess.run(command, input=json.dumps(some), stdout=subprocess.PIPE, text=True, check=True).stdout)


async def asked(ports: list[tuple[str, int]]) -> float:
    """Connect to each; a connection that is refused or reset is an answer too."""
    turns, began = asyncio.Semaphore(AT_ONCE), time.monotonic()

    async def ask(address: str, port: int) -> None:
        async with turns:
            try:
                _, writer = await asyncio.open_connection(address, port)
                writer.transport.abort()
            except ConnectionError:
                pass

    await asyncio.gather(*(ask(address, port) for address, port in ports))
    return len(ports) / (time.monotonic() - began)


if __name__ == "__main__":
    main()
