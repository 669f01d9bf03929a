"""`tocsin browse` under Textual's own pilot, and once in a real terminal."""

import html
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from textual.app import App

from inventory.model import Claim, Confidence, Endpoint
from inventory.store import Store
from scanner import cli
from scanner.browse.app import Browser
from scanner.browse.row_list import ListColumn, RowList
from scanner.browse.shelf import Shelf
from scanner.options import Options
from tests.riverside import CAMERA, GATEWAY, NOON, REPORT, SCAN

ROOT = Path(__file__).parent.parent
MARKUP = "[link=http://evil.example]click[/link] [@click=app.quit]me[/] \x1b[31mred\u202e"


@pytest.fixture
def options(tmp_path, monkeypatch):
    """An inventory of the four devices of Riverside, and nothing of the operator's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("TOCSIN_STORE", "TOCSIN_AUDIT", "TOCSIN_CONFIG", "TOCSIN_INTEL", "COLUMNS", "NO_COLOR", "COLORFGBG"):
        monkeypatch.delenv(name, raising=False)
    keep(tmp_path / "inventory.db", REPORT.assessments)
    return Options(store=tmp_path / "inventory.db")


def keep(path, assessments):
    with Store.open(path) as store:
        store.begin(SCAN, "plan")
        store.save_lot(SCAN.id, assessments)
        store.finish(SCAN.id, SCAN, (), REPORT.coverage)


def screen(app):
    """All text on the screen, line by line."""
    svg = app.export_screenshot(simplify=True)
    found = re.findall(r'<text [^>]*?x="([\d.]+)" y="([\d.]+)"[^>]*>(.*?)</text>', svg)
    rows: dict[float, list[tuple[float, str]]] = {}
    for x, y, text in found:
        rows.setdefault(float(y), []).append((float(x), html.unescape(text).replace("\xa0", " ")))
    return "\n".join("".join(text for _, text in sorted(rows[y])) for y in sorted(rows))


async def typed(pilot, *words):
    """Press the keys of texts, and keys by their names in <>."""
    for word in words:
        await pilot.press(*([word[1:-1]] if word.startswith("<") else word))
    await pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_the_list_leads_to_a_device_and_on_to_a_finding_with_its_evidence(options, size):
    app = Browser(Shelf(options))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        said = screen(app)
        assert "4 devices, 2 critical" in said
        assert said.index("10.77.0.31") < said.index("10.77.0.26")
        await typed(pilot, "/", "kind:camera", "<enter>")
        assert "1 of 4 devices" in screen(app)
        assert "10.77.0.31" not in screen(app).splitlines()[2]
        await typed(pilot, "<enter>")
        assert CAMERA.findings[0].title in screen(app)
        assert f"id {CAMERA.device.identity}" in screen(app)
        await typed(pilot, "<enter>")
        said = screen(app)
        assert f"finding 1 of {len(CAMERA.findings)}" in said
        assert "remedy" in said
        assert "Live View" in said
        await typed(pilot, "n")
        assert f"finding 2 of {len(CAMERA.findings)}" in screen(app)
        await typed(pilot, "<escape>", "<escape>", "<escape>")
        assert "  4 devices" in screen(app)
        await typed(pilot, "?")
        assert "dark or light" in screen(app)
        await typed(pilot, "<escape>", "q")
    assert app.return_code == 0


async def test_beside_a_wide_list_stands_why(options):
    app = Browser(Shelf(options))
    async with app.run_test(size=(200, 50)) as pilot:
        await typed(pilot, "<down>", "<up>")
        await pilot.pause()
        assert "points" in screen(app)


async def test_a_filter_that_cannot_be_read_is_said_and_the_list_stays(options):
    app = Browser(Shelf(options))
    async with app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "/", "sevrity:high")
        said = screen(app)
        assert "there is no key 'sevrity'; did you mean 'severity'?" in said.replace("\n", " ")
        assert "4 devices" in said
        await typed(pilot, "<escape>", "/", "sever")
        assert "4 devices" in screen(app)
        await typed(pilot, "<enter>")
        assert "0 of 4 devices" in screen(app)


async def test_what_a_device_says_neither_styles_nor_links(options, tmp_path):
    claims = tuple(
        Claim(name, MARKUP, Confidence.CONFIRMED, "test") for name in ("vendor", "model", "name", "firmware")
    )
    finding = replace(CAMERA.findings[0], title=MARKUP, detail=MARKUP, evidence=MARKUP)
    outcome = next(one for one in CAMERA.outcomes if one.findings)
    strange = replace(
        CAMERA,
        device=replace(CAMERA.device, claims=claims),
        outcomes=(replace(outcome, findings=(finding,)),),
    )
    keep(tmp_path / "strange.db", [strange])
    app = Browser(Shelf(replace(options, store=tmp_path / "strange.db")))
    async with app.run_test(size=(200, 50)) as pilot:
        await pilot.pause()
        for key in ("<down>", "<enter>", "<enter>", "a", "<escape>", "c"):
            await typed(pilot, key)
            said = screen(app)
            assert "[link=http://evil.example]click" in said
            assert "\u202e" not in said
            assert "\x1b" not in said
            styles = [part.style for strip in app.screen._compositor.render_strips() for part in strip if part.style]
            assert not [style for style in styles if style.link or any("evil" in str(v) for v in style.meta.values())]
            assert not [style for style in styles if "app.quit" in str(style.meta.get("@click", ""))]


async def test_a_finding_is_accepted_after_a_question_and_by_the_same_rules(options, tmp_path):
    app, file = Browser(Shelf(options)), tmp_path / "waivers.toml"
    last = app.shelf.options.city(warn=False).today + timedelta(days=400)
    async with app.run_test(size=(100, 40)) as pilot:
        await typed(pilot, "/", "kind:camera", "<enter>", "<enter>", "<enter>")
        await typed(pilot, "a", "CISO", "<enter>", "behind a [bold]new[/] firewall", "<enter>", str(last), "<enter>")
        assert "is more than 365 days ahead" in screen(app)
        assert not file.exists()
        for _ in str(last):
            await pilot.press("backspace")
        await typed(pilot, str(last - timedelta(days=300)), "<enter>")
        assert "Live with this finding?" in screen(app)
        await typed(pilot, "n")
        assert not file.exists()
        await typed(pilot, "<enter>", "y")
        await app.workers.wait_for_complete()
        await pilot.pause()
        (waiver,) = tomllib.loads(file.read_text())["waiver"]
        assert (waiver["finding"], waiver["owner"]) == (CAMERA.findings[0].id, "CISO")
        assert waiver["reason"] == "behind a [bold]new[/] firewall"
        assert "accepted  " in screen(app)
        await typed(pilot, "a")
        assert len(tomllib.loads(file.read_text())["waiver"]) == 1
        await typed(pilot, "<escape>", "<escape>")
        assert not re.search(r"^9\d\.\d", screen(app).splitlines()[2])


async def test_an_inventory_that_goes_away_meanwhile_is_said(options):
    app = Browser(Shelf(options))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await typed(pilot, "<enter>")
        options.store.unlink()
        await typed(pilot, "n")
        await pilot.pause()
        assert "there is no inventory at" in " ".join(screen(app).split())
        assert CAMERA.device.address in screen(app)


async def test_leaving_the_form_writes_nothing(options, tmp_path):
    app = Browser(Shelf(options))
    async with app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "<enter>", "<enter>", "a", "CISO", "<enter>", "why", "<escape>", "<escape>", "<escape>")
        assert "4 devices" in screen(app)
    assert not (tmp_path / "waivers.toml").exists()


async def test_of_ten_thousand_rows_only_those_on_the_screen_are_drawn():
    drawn = set()

    def text(row):
        drawn.add(row)
        return f"row {row}"

    class Many(App[None]):
        def compose(self):
            yield RowList([ListColumn("row", text)], name="many")

        def on_mount(self):
            self.query_one(RowList).show(range(10_000))

    app = Many()
    async with app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "G")
        assert "row 9999" in screen(app)
        await typed(pilot, "<pageup>", "g", "<down>")
        assert app.query_one(RowList).cursor == 1
    assert 24 < len(drawn) < 200


async def test_an_older_scan_is_walked_as_it_was(options, tmp_path):
    later = replace(SCAN, id="20261121-night", started=NOON + timedelta(days=1), ended=NOON + timedelta(days=1))
    moved = replace(
        GATEWAY, when=later.started, device=replace(GATEWAY.device, addresses=("10.77.0.99",), open_ports=())
    )
    moved = replace(moved, device=replace(moved.device, open_ports=(Endpoint("10.77.0.99", 443),), observations=()))
    with Store.open(options.store) as store:
        store.begin(later, "plan")
        store.save(later.id, moved)
        store.finish(later.id, later, (), REPORT.coverage)
    assert {row.device.address for row in Shelf(options, later.id).every} == {"10.77.0.99"}
    assert "10.77.0.26" in {row.device.address for row in Shelf(options, SCAN.id).every}
    assert "10.77.0.26" not in {row.device.address for row in Shelf(options).every}


def test_without_a_terminal_it_says_what_there_is_instead(options, capfd):
    code = cli.run(["--store", str(options.store), "browse"])
    said = capfd.readouterr()
    assert (code, said.out) == (2, "")
    assert said.err == (
        "tocsin: browse needs a terminal to draw on; `tocsin devices` and `tocsin findings` print lists\n"
    )


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_in_a_real_terminal_it_draws_obeys_keys_and_leaves_the_screen_as_it_was(options, tmp_path):
    tmux = ["tmux", "-S", str(tmp_path / "tmux"), "-f", "/dev/null"]
    program = f"{sys.executable} -P -m scanner.cli --store {options.store} browse; echo ended with $?; cat"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    subprocess.run([*tmux, "new-session", "-d", "-x", "100", "-y", "30", program], check=True, env=environment)
    try:

        def until(text):
            deadline = time.monotonic() + 60
            while text not in (seen := capture()):
                assert time.monotonic() < deadline, seen
                time.sleep(0.1)
            return seen

        def capture():
            return subprocess.run([*tmux, "capture-pane", "-p"], capture_output=True, text=True, check=True).stdout

        def press(*keys):
            subprocess.run([*tmux, "send-keys", *keys], check=True)

        assert "10.77.0.31" in until("4 devices, 2 critical")
        press("/")
        until("all devices")
        press("-l", "kind:camera")
        until("1 of 4 devices")
        press("Enter")
        until("q leave")
        press("Enter")
        until("other pane")
        press("Enter")
        assert "remedy" in until("finding 1 of")
        press("q")
        assert "kind:camera" not in until("ended with 0")
    finally:
        subprocess.run([*tmux, "kill-server"], check=False)
