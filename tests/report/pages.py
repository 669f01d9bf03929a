"""Reports for the page: a fleet that is made of Riverside's devices, one in which every text is hostile, and a browser that tells what it did with them."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, sync_playwright

from inventory.diff import diff
from inventory.findings import FleetFinding, Outcome
from inventory.model import Status
from inventory.records import decode, encode
from inventory.report import Assessment, Context, Coverage, Registered, Report, Scan
from lab import taint
from scanner.edition import Edition, Past
from scanner.report import html
from tests.riverside import CAMERA, GATEWAY, HOSTILE, LIVED_WITH, METER, NOON, RECORDER, REPORT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PAYLOADS = (
    "<script>window.owned=1</script>",
    "</script><script>window.owned=2</script>",
    "<img src=x onerror=window.owned=3>",
    '"><svg onload=window.owned=4>',
    "' onmouseover='window.owned=5' autofocus onfocus='window.owned=6",
    "javascript:window.owned=7",
    "</style></title></noscript></textarea><script>window.owned=8</script>",
    "<!--<script>",
    "{{ 7 * 7 }}{% raw %}",
    "\\u003cscript>window.owned=9\\u003c/script>",
    "&lt;script&gt;",
    "__proto__",
    HOSTILE,
    taint.LINE,
    taint.FORGED,
    taint.SHORT,
    *taint.FORMULAS,
)
ALL = "\n".join(PAYLOADS)
_CLOSED = {
    "address", "addresses", "transport", "status", "family", "when", "until", "not_before", "not_after", "code", "since", "evidence", "id", "started", "ended",
    "networks", "intel_as_of", "engine",
}  # fmt: skip
"""What no device says: addresses and moments, and the words of closed lists; the evidence of an observation is bytes, which the page does not show."""


def fleet(number: int) -> tuple[Assessment, ...]:
    """So many devices, each with an address and an identity of its own: cameras, recorders, gateways and meters in turn, of five departments."""
    records = [encode(each) for each in (CAMERA, RECORDER, GATEWAY, METER)]
    return tuple(_another(records[at % 4], at) for at in range(number))


def _another(record: str, number: int) -> Assessment:
    address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
    one = decode(re.sub(r"10\.77\.0\.\d+", address, record), Assessment)
    device = replace(one.device, identity=f"{one.device.identity}-{number}", addresses=(address,))
    context = Context(department=f"Department {number % 5}", site=f"site-{number % 3}", name=f"Asset {number}")
    return replace(one, device=device, context=context)


def edition(number: int) -> Edition:
    """An edition of a fleet, on the day of its scan."""
    whole = replace(LIVED_WITH, assessments=fleet(number), coverage=Coverage(256, number, number, 1))
    return Edition(replace(whole, assessments=whole.ranked), city="Riverside", today=NOON.date())


def with_history() -> Edition:
    """Riverside, and what changed in it since yesterday: an account and the gateway are new, a flaw of the recorder is gone, the meter fell silent."""
    before = replace(REPORT.scan, id="yesterday", started=NOON - timedelta(days=1), ended=NOON - timedelta(hours=23))
    mended = tuple(replace(one, findings=()) if one.check == "default-credentials" else one for one in CAMERA.outcomes)
    mended = tuple(replace(one, status=Status.PASSED) if not one.findings else one for one in mended)
    flawed = replace(
        RECORDER.outcomes[0].findings[0], id="0123456789abcdef", check="default-credentials", title="An old flaw"
    )
    worse = (RECORDER.outcomes[0], Outcome("default-credentials", Status.FOUND, "", (flawed,)))
    older = Report(before, (replace(CAMERA, outcomes=mended), replace(RECORDER, outcomes=worse), METER), (), Coverage())
    past = [
        Past(f"scan{day}", NOON - timedelta(days=day), (("critical", day),), (("high", day + 1),))
        for day in (3, 2, 1, 0)
    ]
    return Edition(REPORT, diff(older, REPORT), tuple(past), "Riverside", NOON.date())


def poisoned() -> Edition:
    """Riverside with every text that a device, the register or a record can fill turned into all payloads."""
    spoiled = tuple(_spoiled(one, at) for at, one in enumerate(LIVED_WITH.assessments))
    shared = tuple(decode(_text(one), FleetFinding) for one in LIVED_WITH.fleet)
    register = Registered(3, (ALL,), (spoiled[0].device.identity,))
    scan = decode(_text(LIVED_WITH.scan), Scan)
    report = replace(LIVED_WITH, scan=scan, assessments=spoiled, fleet=shared, register=register)
    older = replace(report, assessments=spoiled[1:], fleet=(), scan=replace(scan, id="x"))
    return Edition(report, diff(older, report), (), ALL, NOON.date())


def _spoiled(assessment: Assessment, number: int) -> Assessment:
    one = decode(_text(assessment), Assessment)
    return replace(one, device=replace(one.device, identity=f"{ALL}{number}"))


def _text(noun: object) -> str:
    return json.dumps(_poison(json.loads(encode(noun)), ""))


def _poison(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        names = (lambda name: f"{ALL}{name}") if key == "facts" else str
        return {names(name): _poison(each, "fact" if key == "facts" else name) for name, each in value.items()}
    if isinstance(value, list):
        return [_poison(each, key) for each in value]
    if key == "evidence" and isinstance(value, str) and not value.endswith("="):
        return value
    return ALL if isinstance(value, str) and key not in _CLOSED else value


@dataclass
class Seen:
    """A page in a browser, and what a page must not do: ask for anything, complain, or open a dialogue."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def refuse(self, dialog: Dialog) -> None:
        """Note a dialogue, and close it."""
        self.complaints.append(dialog.message)
        dialog.dismiss()

    @property
    def violations(self) -> list[str]:
        found: list[str] = self.page.evaluate("window.violations")
        return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-background-networking"]
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield started
        started.close()


@contextmanager
def shown(browser: Browser, path: Path, edition: Edition, fragment: str = "", **wish: Any) -> Iterator[Seen]:
    """The page of an edition, opened; its address ends with the fragment."""
    path.write_text("".join(html.render(edition)), encoding="utf-8")
    context = browser.new_context(**({"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"} | wish))
    context.set_default_timeout(20_000)
    page = context.new_page()
    seen = Seen(page)
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("console", lambda message: seen.complaints.append(message.text))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("dialog", seen.refuse)
    page.add_init_script(
        "window.violations = []; addEventListener('securitypolicyviolation', (event) => window.violations.push(event.violatedDirective + event.sample))"
    )
    page.goto(path.as_uri() + fragment)
    try:
        yield seen
    finally:
        context.close()
