"""A fleet of ten thousand: `python bench/fleet.py [FOLDER]` fills an inventory with 10,000 devices and 60,000 findings and times the commands over it.

Every device is saved by `Store.save`, as a scan does it, with the outcome of every check there is, the findings with their checks' own titles and remedies, and
observations with evidence; FOLDER keeps the inventory for another time. A tenth of the products has half of the devices, as in a city. The times and the peak
memory are those of whole processes, from start to end; the time of the processor stands beside them, because other programs run beside it.

`--waivers` and `--register` add 200 waivers and a register with a row for each device, `--places` a partner's scan of every third device and a guests' one of
every other, in an inventory of their own.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from checks.contract import Check, load_checks
from inventory.ages import FirmwareAge
from inventory.findings import Finding, Outcome, finding_id
from inventory.model import Claim, Confidence, Device, Endpoint, Family, Level, Observation, Severity, Status
from inventory.report import Assessment, Coverage, Scan
from inventory.store import Store
from scanner.score import score

DEVICES, FINDINGS, WAIVERS = 10_000, 60_000, 200
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SCAN = Scan("20261120-bench", NOON, ("10.0.0.0/16",), Level.LOGIN, "bench", "0")
VENDORS = ("Hikvision", "Axis", "Dahua", "Siemens", "Moxa", "Schneider Electric", "Bosch", "Milesight")
KINDS = ("camera", "plc", "recorder", "gateway", "switch", "door-controller")
PORTS = (22, 23, 80, 443, 502, 554, 8080, 8443)
ACCOUNTS = ("admin", "root", "service")
RUNS = 5
TOCSIN = [sys.executable, "-P", "-m", "scanner.cli"]


def main() -> None:
    """Fill the inventory, then time each command over it."""
    wanted = arguments()
    with tempfile.TemporaryDirectory() as scratch:
        folder = wanted.folder or Path(scratch)
        store = folder / ("places.db" if wanted.places else "fleet.db")
        if not store.exists():
            start = time.perf_counter()
            fill(store, places=wanted.places)
            print(f"{DEVICES} devices with {FINDINGS} findings saved in {time.perf_counter() - start:.0f} s")
        options = ["--store", str(store)]
        options += ["--waivers", str(waivers(Path(scratch)))] if wanted.waivers else []
        options += ["--config", str(register(Path(scratch)))] if wanted.register else []
        print(f"{store.stat().st_size / 1e6:.0f} MB, of {os.cpu_count()} processors; best, median and worst of {RUNS}")
        for words in (("fix-first",), ("fix-first", "--json"), ("why", "10.0.39.15"), ("show", "10.0.39.15")):
            measure(options, *words, runs=RUNS)
        for listed in ("devices", "devices kind:camera severity>=high", "findings"):
            measure(options, *listed.split(), runs=1)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time the commands over a fleet of ten thousand.")
    parser.add_argument("folder", type=Path, nargs="?")
    for name in ("waivers", "register", "places"):
        parser.add_argument(f"--{name}", action="store_true")
    return parser.parse_args()


def fill(path: Path, *, places: bool) -> None:
    """One scan with all of them; with `places` two more, that see less of some of them, and under other names."""
    scan = replace(SCAN, vantage="management" if places else "")
    with Store.open(path) as store:
        keep(store, scan, fleet(random.Random(4711)))
        if places:
            keep(store, elsewhere("partner", 1), (seen_from_afar(n) for n in range(0, DEVICES, 3)))
            keep(store, elsewhere("guests", 2), (seen_from_afar(n) for n in range(0, DEVICES, 2)))


def keep(store: Store, scan: Scan, found: Iterator[Assessment]) -> None:
    store.begin(scan, "bench")
    for assessment in found:
        store.save(scan.id, assessment)
    ended = replace(scan, ended=scan.started + timedelta(hours=1))
    store.finish(scan.id, ended, (), Coverage(65536, DEVICES, DEVICES, 0, DEVICES))


def elsewhere(vantage: str, days: int) -> Scan:
    return replace(
        SCAN, id=f"bench-{vantage}", vantage=vantage, level=Level.IDENTIFY, started=NOON + timedelta(days=days)
    )


def seen_from_afar(number: int) -> Assessment:
    """A device of which only the web interface is seen: nothing tells it from another but its address."""
    whole = device_of(number, ("", "", ""))
    device = Device(f"address:{whole.address}", whole.addresses, open_ports=(Endpoint(whole.address, 443),))
    return Assessment(device, (), score(()), FirmwareAge(), NOON + timedelta(days=1 + (number % 2 == 0)))


def waivers(folder: Path) -> Path:
    """A fifth each by address, network, model, kind with port, and site."""
    rng, today = random.Random(4711), datetime.now(UTC).date()
    where = (
        lambda: f'address = "10.0.{rng.randrange(39)}.{rng.randrange(255)}"',
        lambda: f'network = "10.0.{rng.randrange(39)}.0/24"',
        lambda: f'vendor = "{rng.choice(VENDORS)}"\nmodel = "Model-{rng.randrange(200):03}"',
        lambda: f'kind = "{rng.choice(KINDS)}"\nport = {rng.choice(PORTS)}',
        lambda: f'site = "site-{rng.randrange(20)}"',
    )
    checks = [check.id for check in load_checks()]
    named = {f'check = "{rng.choice(checks)}"\n{where[at % 5]()}': None for at in range(240)}
    word = f'owner = "the desk"\nreason = "A wall stands before it."\nuntil = {today + timedelta(days=200)}'
    path = folder / "accepted.toml"
    path.write_text("\n".join(f"[[waiver]]\n{about}\n{word}\n" for about in list(named)[:WAIVERS]))
    return path


def register(folder: Path) -> Path:
    """A configuration that names a register with a row for each device."""
    rows = (
        f"Device {n},10.0.{n >> 8}.{n & 255},02:00:00:00:{n >> 8:02x}:{n & 255:02x},S{n:07},Owner {n % 50},Department {n % 7},site-{n % 20},"
        f"{('low', 'normal', 'high', 'critical', '')[n % 5]}\n"
        for n in range(DEVICES)
    )
    (folder / "register.csv").write_text(f"name,address,mac,serial,owner,department,site,criticality\n{''.join(rows)}")
    path = folder / "tocsin.toml"
    path.write_text('[register]\nfile = "register.csv"\n')
    return path


def fleet(random: random.Random) -> Iterator[Assessment]:
    """The devices; six findings each in the mean, no two of one check."""
    checks = load_checks()
    products = [(random.choice(VENDORS), f"Model-{number:03}", random.choice(KINDS)) for number in range(200)]
    usual = {product: random.sample(checks, 12) for product in products}
    counts = [3 + number % 7 for number in range(DEVICES)]
    counts[-1] += FINDINGS - sum(counts)
    random.shuffle(counts)
    for number, count in enumerate(counts):
        product = random.choice(products[:20] if random.random() < 0.5 else products)
        yield assessed(number, product, random.sample(usual[product], count), checks, random)


def assessed(
    number: int, product: tuple[str, str, str], wrong: list[Check], checks: tuple[Check, ...], random: random.Random
) -> Assessment:
    device = device_of(number, product)
    found = {check.id: finding(check, device, random) for check in wrong}
    outcomes = tuple(
        Outcome(check.id, Status.FOUND, "", (found[check.id],))
        if check.id in found
        else Outcome(check.id, Status.PASSED, "everything that it asks was answered as it should be")
        for check in checks
    )
    return Assessment(device, outcomes, score(tuple(found.values())), FirmwareAge(), NOON)


def device_of(number: int, product: tuple[str, str, str]) -> Device:
    address = f"10.0.{number >> 8}.{number & 255}"
    seen = tuple(
        Observation(
            Endpoint(address, port),
            "http",
            {f"http.fact_{at}": f"what a device says of itself, number {at}" for at in range(12)},
            random.Random(port).randbytes(400),
            NOON,
        )
        for port in PORTS
    )
    said = {
        **dict(zip(("vendor", "model", "kind"), product, strict=True)),
        "firmware": "V5.4.5",
        "serial": f"S{number:07}",
    }
    claims = tuple(Claim(n, v, Confidence.CONFIRMED, "bench", "http.fact_0", seen[0].endpoint) for n, v in said.items())
    mac = f"02:00:00:00:{number >> 8:02x}:{number & 255:02x}"
    return Device(f"serial:bench:S{number:07}", (address,), mac, None, tuple(o.endpoint for o in seen), seen, claims)


def finding(check: Check, device: Device, random: random.Random) -> Finding:
    endpoint = Endpoint(device.address, random.choice(PORTS) if check.family is not Family.FIRMWARE else 0)
    account = f"bench: {random.choice(ACCOUNTS)}" if check.family is Family.CREDENTIALS else ""
    return Finding(
        finding_id(check.id, device.identity, "bench"),
        check.id,
        check.family,
        random.choice((check.severity, check.severity, Severity.HIGH, Severity.LOW)),
        random.choice(tuple(Confidence)),
        endpoint,
        check.title,
        "A sentence of the length that the details of findings have in the mean, with an address and a version in it, 5.4.5.",
        "HTTP/1.1 200 OK Server: something/1.0 " * 4,
        check.remedy,
        check.standards,
        "bench",
        account,
        check.act.value,
        check.sources,
    )


def measure(options: list[str], *words: str, runs: int) -> None:
    """Whole processes, the least time of the processor that one of them took, and the most memory that one of them had."""
    times, cpu, most = [], [], 0
    for _ in range(runs):
        start = time.perf_counter()
        with subprocess.Popen([*TOCSIN, *options, *words], stdout=subprocess.DEVNULL) as process:
            _, status, used = os.wait4(process.pid, 0)
            times.append(time.perf_counter() - start)
            process.returncode = os.waitstatus_to_exitcode(status)
        cpu.append(used.ru_utime + used.ru_stime)
        most = max(most, used.ru_maxrss)
        assert process.returncode == 0
    times.sort()
    print(
        f"tocsin {' '.join(words):20} {times[0]:6.2f} {times[len(times) // 2]:6.2f} {times[-1]:6.2f} s, processor {min(cpu):.2f} s  {most / 1024:5.0f} MB"
    )


if __name__ == "__main__":
    main()
