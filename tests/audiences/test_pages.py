"""The pages for a department, for whoever decides and for the public: what they tell, what they keep to themselves, and how they look in a browser."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from inventory.diff import diff
from inventory.findings import Outcome
from inventory.model import Confidence, Severity, Status
from inventory.report import Assessment
from inventory.store import Store
from scanner import telling
from scanner.audiences import department, executive
from scanner.audiences.own import of_department
from scanner.audiences.page import Page, Points
from scanner.audiences.plain import plain
from scanner.audiences.rendering import html, md, txt
from scanner.audiences.rendering import json as json_page
from scanner.cli import run
from scanner.edition import Edition, Past
from scanner.report import formats
from scanner.telling import _slugs
from tests.audiences.riverbank import CITY, DEPARTMENTS, REGISTER, report
from tests.riverside import HOSTILE, LIVED_WITH, NOON

RENDERERS = (html, md, txt, json_page)
WHOLE = report()
MINE = "Aqueductory"
OWN = of_department(MINE, CITY)(WHOLE)
TODAY = date(2026, 11, 22)
TREND = tuple(
    Past(
        f"2026{month:02d}01T000000Z-0000",
        NOON.replace(month=month, day=1),
        (("critical", 40 - month), ("high", 50), ("medium", 9)),
        (),
    )
    for month in range(1, 12)
)


def whole_text(page: Page) -> str:
    return "".join("".join(each.render(page)) for each in RENDERERS)


@pytest.mark.parametrize("name", formats())
def test_a_department_sees_no_device_of_another_in_any_format(name):
    text = "".join(formats()[name].render(Edition(OWN)))
    others = [one for one in WHOLE.assessments if one.context.department != MINE]
    marks = {
        mark
        for one in others
        for mark in (one.device.identity, *one.device.addresses, one.device.mac, one.context.name)
    }
    found = [mark for mark in marks if mark and re.search(rf"(?<![\w.:-]){re.escape(mark)}(?![\w:-]|\.\w)", text)]
    assert found == []
    assert all(one.device.address in text for one in OWN.assessments) or name not in ("json", "csv")


def test_a_department_has_its_own_rows_of_the_register_and_counts_others_only():
    assert {one.context.department for one in OWN.assessments} == {MINE}
    assert OWN.register is not None
    assert OWN.register.rows == sum(row.department == MINE for row in REGISTER.entries)
    assert OWN.register.missing == ("Pumpwerk Nord (10.20.6.200)",)
    assert (OWN.coverage.alive, OWN.coverage.addresses) == (8, 16)
    (shared,) = OWN.fleet
    assert shared.devices == ("serial:made:SRL0000QX",)
    assert shared.detail.endswith(" 2 devices of other departments are concerned too.")
    assert of_department("Lanternry", CITY)(WHOLE).scan.notes == WHOLE.scan.notes


def test_a_department_is_told_what_is_wrong_what_it_means_what_to_do_by_when_and_whom_to_call():
    page = department.page(
        Edition(OWN, city="Riverside", today=TODAY),
        MINE,
        {"aqueductory": "Dora Driver, +1 555 0110", "security": "the office, +1 555 0100"},
    )
    text = "".join(md.render(page))
    first = OWN.ranked[0].counted[0]
    told = ("with the password that it left the factory with", "can change how it works", "What to do: ")
    for said in (*told, "Within 3 days of the first report.", "+1 555 0110"):
        assert said in text
    assert f"[{first.id}" in text.replace("\\", "")
    assert "the office, +1 555 0100" in text
    assert "CVE" not in text


@pytest.mark.parametrize(
    ("urgent", "devices", "said"),
    [
        (0, 2, "Nothing is urgent. All of your 2 devices should be looked after in time."),
        (1, 2, "1 device of your 2 needs somebody to act soon."),
        (2, 2, "All of your 2 devices need somebody to act soon."),
        (1, 1, "Your one device needs somebody to act soon."),
    ],
)
def test_the_first_sentence_to_a_department(urgent, devices, said):
    assert department._state(devices, urgent, devices) == said


def test_no_plain_sentence_speaks_the_language_of_technicians():
    from checks.contract import load_checks, load_fleet_checks

    finding = WHOLE.assessments[0].findings[0]
    families = {each.id: each.family for each in load_checks()} | {each.id: each.family for each in load_fleet_checks()}
    told = {name: plain(replace(finding, check=name, family=family)) for name, family in families.items()}
    assert [
        name
        for name, said in told.items()
        if re.search(r"CVE|TLS|SNMP|HTTP|cipher|firmware|[A-Z]{3,}", said.wrong + said.means)
    ] == []
    assert all(said.wrong.endswith(".") and said.means.endswith(".") for said in told.values())


def with_old_firmware(one: Assessment) -> Assessment:
    """The device with a flaw that a third kind of work mends."""
    finding = replace(
        one.findings[0], id=f"old-{one.device.identity}", check="firmware-behind", act="update", account=""
    )
    found = Outcome("firmware-behind", Status.FOUND, "", (finding,))
    return replace(one, outcomes=(*one.outcomes, found))


def test_the_page_of_decisions_names_no_address_no_device_and_three_decisions():
    old = replace(WHOLE, assessments=tuple(map(with_old_firmware, WHOLE.assessments)))
    page = executive.page(Edition(old, diff(report(range(4, 24)), WHOLE), TREND, "Riverside", TODAY))
    (decisions,) = (block for block in page.blocks if isinstance(block, Points) and block.ordered)
    assert len({decision.partition(": ")[0] for decision in decisions.items}) == len(decisions.items) == 3
    text = whole_text(page)
    assert "Three decisions" in text
    for one in WHOLE.assessments:
        assert [
            mark
            for mark in (*one.device.addresses, one.device.mac or "none", one.context.name, one.device.identity)
            if mark in text
        ] == []
    assert "Since the scan of 20 November 2026" in text
    assert "7 new flaws" in text  # the eighth is accepted


def test_what_was_there_before_and_has_run_out_of_time_is_overdue():
    later = report(days=9)
    change = diff(WHOLE, later)
    critical = {one.device.identity for one in WHOLE.assessments if one.findings[0].severity is Severity.CRITICAL}
    assert executive.overdue(change, date(2026, 11, 23)) == 0
    assert executive.overdue(change, date(2026, 11, 24)) == len(critical)
    assert executive.overdue(None, TODAY) == 0


def test_what_is_not_proven_has_the_time_of_what_it_counts_as():
    unproven = tuple(
        replace(
            one,
            outcomes=tuple(
                replace(each, findings=tuple(replace(f, confidence=Confidence.INFERRED) for f in each.findings))
                for each in one.outcomes
            ),
        )
        for one in WHOLE.assessments
    )
    before = replace(WHOLE, assessments=unproven)
    change = diff(before, replace(report(days=9), assessments=unproven))
    assert executive.overdue(change, date(2026, 11, 24)) == 0


def test_an_empty_city_has_pages_too():
    nothing = replace(WHOLE, assessments=(), fleet=(), register=None)
    assert "No device was found." in whole_text(executive.page(Edition(nothing)))
    assert "No device of yours was found" in whole_text(department.page(Edition(nothing), MINE, {}))


@pytest.mark.parametrize("renderer", RENDERERS, ids=lambda each: each.SUFFIX)
def test_nothing_that_a_device_says_is_obeyed(renderer):
    hostile = f"{HOSTILE} <script>alert(1)</script> [x](javascript:alert(1)) ![i](http://x.example/i) | `a` <img src=x onerror=alert(1)>"
    loud = tuple(
        replace(one, context=replace(one.context, name=hostile, owner=hostile, site=hostile, department=hostile))
        for one in LIVED_WITH.assessments
    )
    told = Edition(replace(LIVED_WITH, assessments=loud), city=hostile, today=TODAY)
    for page in (executive.page(told), department.page(told, hostile, {"security": hostile})):
        text = "".join(renderer.render(page))
        assert renderer is txt or not re.search(r"(?<!\\)<\s*(script|img)\b", text)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u200b]", text)
        if renderer is md:
            assert not re.search(r"(?<!\\)\]\(", text)


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an inventory of two scans, a register and a configuration, in which we stand."""
    monkeypatch.chdir(tmp_path)
    with Store.open(tmp_path / "inventory.db", create=True) as store:
        for days in (0, 5):
            told = report(range(20 + days // 2), days)
            store.begin(told.scan, "plan")
            for one in told.assessments:
                store.save(told.scan.id, one)
            store.finish(told.scan.id, told.scan, told.fleet, told.coverage)
    lines = [f"10.20.{n % 7}.{10 + n},{DEPARTMENTS[n % 3]},Zollhaus-{n:03d}" for n in range(24)]
    (tmp_path / "register.csv").write_text("address,department,name\n" + "\n".join(lines) + "\n")
    (tmp_path / "tocsin.toml").write_text(
        'store = "inventory.db"\n[city]\nname = "Riverside"\n[register]\nfile = "register.csv"\n[contacts]\nTramwayry = "Dora Driver, +1 555 0110"\n'
    )
    return tmp_path


def test_each_department_gets_a_file_of_its_own(city: Path, capfd: pytest.CaptureFixture[str]):
    assert run(["report", "--for", "department", "-o", "{department}.html", "-o", "{department}.json"]) == 0
    assert sorted(path.stem for path in city.glob("*.html")) == ["aqueductory", "lanternry", "tramwayry"]
    told = json.loads((city / "tramwayry.json").read_text())
    assert {device["context"]["department"] for device in told["devices"]} == {"Tramwayry"}
    assert "Dora Driver, +1 555 0110 answers for these devices" in (city / "tramwayry.html").read_text()
    assert capfd.readouterr().err == "3 departments: {department}.html, {department}.json\n"


def test_one_department_is_told_of_as_one(city: Path, capfd: pytest.CaptureFixture[str], monkeypatch):
    all_of_them = telling.spread
    monkeypatch.setattr(telling, "spread", lambda *words: all_of_them(*words)[:1])
    assert run(["report", "--for", "department", "-o", "{department}.html"]) == 0
    assert "1 department: {department}.html" in capfd.readouterr().err


def test_names_of_files_are_made_of_letters_and_never_the_same():
    names = ["Straßen & Wege", "strassen-wege", "Strassen Wege", "水", "../../etc"]
    slugs = _slugs(names)
    assert len(set(slugs.values())) == len(names)
    assert all(re.fullmatch(r"[a-z0-9-]+", slug) for slug in slugs.values())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--for", "department"], "give --department NAME; there are: Aqueductory, Lanternry, Tramwayry"),
        (
            ["--for", "department", "--department", "Tramwayri"],
            "no department is called 'Tramwayri'; did you mean 'Tramwayry'?",
        ),
        (["--for", "public", "-o", "x.csv"], "is not written as 'x.csv'; its suffixes are .html, .json, .md, .txt"),
        (
            ["--for", "executive", "--format", "csv"],
            "the report for the executive has no format 'csv'; it has html, json, md, txt",
        ),
        (["--department", "Tramwayry"], "only --for department does"),
        (
            ["--for", "department", "--department", "Tramwayry", "-o", "{department}.html"],
            "is for --for department without --department",
        ),
        (["--share-key", "k"], "which only --share-safe makes"),
        (["--share-safe", "--share-key", "none"], "cannot read the key of the pseudonyms in none"),
        (["--for", "mayor"], "'mayor' is not one of"),
    ],
)
def test_what_cannot_be_followed_is_said(arguments, said, city: Path, capfd: pytest.CaptureFixture[str]):
    assert run(["report", *arguments]) == 2
    shown = " ".join(capfd.readouterr().err.split())
    assert said in shown
    assert not list(city.glob("x.csv"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[contacts]\nTransport = 5", "line 2: the contact of 'Transport' must be text in quotes"),
        ('[contacts]\nTransport = ""', "line 2: the contact of 'Transport' must be text in quotes"),
        ('[contacts]\nWater = "a"\nwater = "b"', "line 3: 'water' has two contacts"),
        ('contacts = "me"', "line 1: contacts must be a table, headed [contacts]"),
    ],
)
def test_a_contact_that_is_none_is_named_with_its_line(text, said, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tocsin.toml").write_text(text)
    assert run(["devices"]) == 2
    assert said in capfd.readouterr().err


def test_pseudonyms_of_two_commands_agree_and_hold_for_pages_too(city: Path):
    assert run(["report", "--share-safe", "-o", "one.json", "-o", "one.txt"]) == 0
    assert run(["report", "--share-safe", "-o", "two.json"]) == 0
    assert (city / "one.json").read_bytes() == (city / "two.json").read_bytes()
    assert len(json.loads((city / "one.json").read_text())["devices"]) == 22
    for name in ("one.json", "one.txt"):
        assert [
            word
            for word in ("Zollhaus", "10.20.", "riverbank", "SRL00", *DEPARTMENTS)
            if word in (city / name).read_text()
        ] == []
    assert run(["report", "--share-safe", "--for", "department", "--department", "tramwayry", "-o", "own.html"]) == 0
    page = (city / "own.html").read_text()
    assert [
        word for word in ("Tramwayry", "Dora", "Riverside", "Zollhaus", "10.20.", "riverbank") if word in page
    ] == []
    assert "pseudonymised for sharing" in page


def test_a_difference_is_told_under_the_same_pseudonyms(city: Path, capfd: pytest.CaptureFixture[str]):
    assert run(["diff", "--share-safe"]) == 0
    told = capfd.readouterr().out
    assert run(["report", "--share-safe", "--format", "json"]) == 0
    addresses = {address for device in json.loads(capfd.readouterr().out)["devices"] for address in device["addresses"]}
    assert [word for word in ("10.20.", "Zollhaus", "riverbank", "SRL00") if word in told] == []
    assert set(re.findall(r"\b10\.\d+\.\d+\.\d+\b", told)) <= addresses
    assert "Findings: new" in told


def test_a_page_is_printed_where_no_file_is_named(city: Path, capfd: pytest.CaptureFixture[str]):
    assert run(["report", "--for", "executive"]) == 0
    assert capfd.readouterr().out.startswith("Riverside: how safe its connected devices are\n")
    assert run(["report", "--for", "public", "--format", "json"]) == 0
    assert json.loads(capfd.readouterr().out)["schema"] == "tocsin-page/1"


CHROMIUM = shutil.which("chromium")


@pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here")
def test_in_a_browser_the_page_of_decisions_is_one_sheet_and_every_page_obeys_its_policy(tmp_path: Path):
    playwright = pytest.importorskip("playwright.sync_api", reason="there is no playwright here")
    longest = Edition(
        WHOLE, diff(report(range(4, 30)), WHOLE), TREND, "The City of Riverside upon the Long River", TODAY
    )
    pages = {"executive": executive.page(longest), "department": department.page(Edition(OWN, today=TODAY), MINE, {})}
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        for name, page in pages.items():
            path = tmp_path / f"{name}.html"
            path.write_text("".join(html.render(page)))
            for scheme in ("light", "dark"):
                tab = browser.new_page(viewport={"width": 360, "height": 700}, color_scheme=scheme)
                complaints: list[str] = []
                tab.on("console", lambda message, heard=complaints: heard.append(message.text))
                tab.on(
                    "request",
                    lambda request, heard=complaints: (
                        heard.append(request.url) if not request.url.startswith("file:") else None
                    ),
                )
                tab.goto(path.as_uri())
                assert complaints == []
                assert tab.evaluate("document.documentElement.scrollWidth") <= 360
                assert (
                    tab.evaluate("getComputedStyle(document.querySelector('header')).borderBottomStyle") == "solid"
                )  # the style was let in
            tab.pdf(path=tmp_path / f"{name}.pdf", prefer_css_page_size=True)
        browser.close()
    assert (tmp_path / "executive.pdf").read_bytes().count(b"/Type /Page\n") == 1
    if shutil.which("pdfinfo"):
        told = subprocess.run(
            ["pdfinfo", tmp_path / "executive.pdf"], capture_output=True, text=True, check=True
        ).stdout
        assert re.search(r"Pages:\s+1\b", told)
        assert "A4" in told
