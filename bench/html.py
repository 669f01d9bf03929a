"""The HTML report of a large city: `python bench/html.py INVENTORY [DEVICES]` prints how long it takes to write, how large it is, and when it can be read.

The devices of the inventory's last scan are multiplied until there are so many (10,000), each with an address, a MAC address, a serial number, hashes and
evidence of its own, because what is the same is written once. The page is then opened by Chromium: first paint and the largest paint are the browser's own
figures, the script's time is from the end of the page's text to its first row, and a search, a sort and an unfolding are timed until the next frame.
"""

import hashlib
import re
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import count, cycle, islice
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from inventory.records import decode, encode
from inventory.report import Assessment, Coverage, Report
from inventory.store import Store
from scanner.city import City
from scanner.edition import Edition
from scanner.ranking import ranked
from scanner.report import html

CHROMIUM = "/usr/bin/chromium"
OPTIONS = ["--no-sandbox", "--disable-background-networking"]
HASH = re.compile(r"\b[0-9a-f]{16,64}\b")
DUMP = re.compile(r"hex (?:[0-9a-f]{2} )+")
PAINTS = """() => new Promise((done) => new PerformanceObserver((list) => done(
    [performance.getEntriesByName('first-contentful-paint')[0].startTime, list.getEntries().at(-1).startTime,
     performance.getEntriesByType('navigation')[0].domInteractive, performance.memory.usedJSHeapSize]
  )).observe({type: 'largest-contentful-paint', buffered: true}))"""
UNTIL_FRAME = """() => new Promise((done) => {
    const start = performance.now();
    ACT;
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
})"""
SEARCH = "const box = document.getElementById('query'); box.value = {}; box.dispatchEvent(new Event('input'))"


def main() -> None:
    """Make the page, then open it."""
    source, devices = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    report = multiplied(source, devices)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.html"
        start = time.perf_counter()
        with path.open("w") as file:
            file.writelines(html.render(Edition(report, city="Bench", today=datetime.now(UTC).date())))
        took, most = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        size = path.stat().st_size
        print(f"{devices} devices written in {took:.1f} s, {size / 1e6:.1f} MB; at most {most / 1024:.0f} MB of memory")
        opened(path)


def multiplied(source: Path, devices: int) -> Report:
    """The report of the last scan with so many devices."""
    with Store.open(source) as store:
        report = store.report(store.scans()[0].id)
    found = list(islice(others(report.assessments), devices))
    whole = replace(report, assessments=tuple(found), fleet=(), coverage=Coverage(65536, devices, devices, 0))
    return ranked(whole, City(datetime.now(UTC).date()))


def others(assessments: tuple[Assessment, ...]) -> Iterator[Assessment]:
    """One device after the other, none like another."""
    records = [(each, encode(each)) for each in assessments]
    for number, (like, record) in zip(count(), cycle(records)):
        address, device = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", like.device
        text = record.replace(device.address, address)
        if device.mac:
            mac = hashlib.sha256(f"{device.mac}{number}".encode()).digest()[:6].hex(":")
            text = text.replace(device.mac, mac)
        if serial := device.claim("serial"):
            text = text.replace(serial.value, f"{serial.value}-{number}")
        text = HASH.sub(partial(other, number), text)
        text = DUMP.sub(partial(dump, number), text)
        yield decode(text, Assessment)


def other(number: int, hit: re.Match[str]) -> str:
    """As many other digits."""
    return (hashlib.sha256(f"{hit[0]}{number}".encode()).hexdigest() * 4)[: len(hit[0])]


def dump(number: int, hit: re.Match[str]) -> str:
    """As many other bytes, in hexadecimal."""
    digits = hashlib.sha256(f"{hit[0]}{number}".encode()).hexdigest() * (len(hit[0]) // 64 + 1)
    return f"hex {' '.join(map(''.join, zip(digits[::2], digits[1::2], strict=True)))}"[: len(hit[0])]


def opened(path: Path) -> None:
    """Times in a real browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        start = time.perf_counter()
        page.goto(path.as_uri())
        page.locator("#rows .open").first.wait_for()
        ready = time.perf_counter() - start
        first, largest, interactive, heap = page.evaluate(PAINTS)
        print(
            f"first paint {first / 1000:.2f} s, largest {largest / 1000:.2f} s, interactive {interactive / 1000:.2f} s"
        )
        print(f"first row {ready:.2f} s after the page was asked for; {heap / 1e6:.0f} MB in the script's heap")
        for name, act in (
            ("first search", SEARCH.format("'hikvision'")),
            ("second search", SEARCH.format("'default severity>=high'")),
            ("sort", "document.querySelector('[data-sort=address] button').click()"),
            ("unfold", "document.querySelector('#rows .open').click()"),
            ("to the end", "scrollTo(0, 1e9)"),
        ):
            print(f"{name}: {timed(page, act):.0f} ms")
        browser.close()


def timed(page: Page, act: str) -> float:
    """Milliseconds until the next frame."""
    return float(page.evaluate(UNTIL_FRAME.replace("ACT", act)))


if __name__ == "__main__":
    main()
