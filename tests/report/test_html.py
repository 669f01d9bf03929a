"""The page itself: its policy, its colours, its size, and what it says before any script runs."""

import hashlib
import json
import re
from base64 import b64encode
from dataclasses import replace
from datetime import date
from html import unescape
from html.parser import HTMLParser
from itertools import product
from typing import Any

import pytest

from inventory.diff import diff
from inventory.report import Assessment, Coverage, Report
from inventory.text import one_line
from scanner.actions import sentence
from scanner.edition import Edition, timeless
from scanner.fewest import fewest
from scanner.report import html
from scanner.report.html.page import style
from tests.report.pages import edition, fleet, with_history
from tests.riverside import LIVED_WITH, NOON, REPORT

MOST = 25_000_000
TEXTS = ("ink", "quiet", "link")
BANDS = ("critical", "high", "medium", "low", "info", "none")


class Reader(HTMLParser):
    """The elements of a page, each with its attributes, and the text within each kind of element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.within: dict[str, list[str]] = {}
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._open = tag

    def handle_data(self, data: str) -> None:
        self.within.setdefault(self._open, []).append(data)


def written(told: Edition) -> str:
    return "".join(html.render(told))


def plain(told: Edition) -> str:
    """Its text without elements, style, script and data, as one line."""
    text = re.sub(r"(?s)<(style|script)\b.*?</\1>", " ", written(told))
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", text)).split())


def test_the_policy_allows_this_style_and_this_script_and_nothing_else():
    text = written(edition(4))
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    (css,), (script,) = re.findall(r"(?s)<style>(.*?)</style>", text), re.findall(r"(?s)<script>(.*?)</script>", text)
    css_hash, script_hash = (b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in (css, script))
    assert policy.replace("&#39;", "'").split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{css_hash}'",
        f"script-src 'sha256-{script_hash}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_nothing_in_it_points_out_of_it():
    reader = Reader(written(with_history()))
    pointing = [
        value
        for _, names in reader.found
        for name in ("href", "src", "action", "srcset", "data", "xlink:href")
        if (value := names.get(name))
    ]
    assert len(pointing) > 20
    assert {value[0] for value in pointing} == {"#"}
    assert not [names for _, names in reader.found if "style" in names or any(name.startswith("on") for name in names)]
    assert "@import" not in style()
    assert "url(" not in style()


def test_the_devices_come_one_by_one():
    pieces = list(html.render(edition(400)))
    assert sum(piece.count('{"i":') for piece in pieces) == 400
    assert max(piece.count('{"i":') for piece in pieces) == 1


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def themes() -> dict[str, dict[str, str]]:
    light, *dark, paper = re.findall(r"(?s):root[^{]*\{(?:(?!\}).)*--ground.*?\}", style())
    assert len(dark) == 2
    assert colours(dark[0]) == colours(dark[1])
    return {"light": colours(light), "dark": colours(dark[0]), "paper": colours(paper)}


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2, definition of that name)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark", "paper"])
def test_every_text_and_every_mark_stands_out_from_its_ground(theme):
    named = themes()[theme]
    texts = [
        *product(TEXTS, ("ground", "raised")),
        ("ink", "alarm"),
        ("link", "alarm"),
        ("bad", "ground"),
        ("good", "ground"),
    ]
    texts += [("on-band", band) for band in BANDS]
    marks = [
        *product((*BANDS, "rule", "focus" if "focus" in named else "ink"), ("ground", "raised")),
        ("critical", "alarm"),
    ]
    assert {
        pair: contrast(*map(named.__getitem__, pair)) for pair in texts if contrast(*map(named.__getitem__, pair)) < 4.5
    } == {}
    assert {
        pair: contrast(*map(named.__getitem__, pair)) for pair in marks if contrast(*map(named.__getitem__, pair)) < 3
    } == {}


def test_contrast_is_counted_as_the_guidelines_count_it():
    assert round(contrast("#ffffff", "#000000"), 2) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


def test_ten_thousand_devices_that_all_say_something_of_their_own_are_under_25_megabytes():
    whole = replace(LIVED_WITH, assessments=tuple(map(own_words, fleet(10_000))), coverage=Coverage(65_536, 10_000))
    assert sum(len(piece.encode()) for piece in html.render(Edition(whole, today=NOON.date()))) < MOST


def own_words(assessment: Assessment) -> Assessment:
    """The device with findings whose details and evidence no other has, as long as they are in a real city."""
    said = hashlib.sha256(assessment.device.identity.encode()).hexdigest()
    outcomes = [
        replace(one, findings=tuple(replace(f, detail=f"{f.detail} {said}", evidence=said * 4) for f in one.findings))
        for one in assessment.outcomes
    ]
    return replace(assessment, outcomes=tuple(outcomes))


def data(told: Edition) -> tuple[list[dict[str, Any]], list[Any]]:
    text = written(told)
    devices, texts = (
        re.findall(rf'(?s)<script type="application/json" id="data-{name}">(.*?)</script>', text)[0]
        for name in ("devices", "texts")
    )
    return json.loads(devices), json.loads(texts)


def test_a_text_stands_once_in_the_data_however_many_devices_say_it():
    devices, texts = data(edition(40))
    assert len(devices) == 40
    assert texts[0] == ""
    assert texts.count("Hikvision") == 1
    assert [texts[device.get("v", 0)] for device in devices].count("Hikvision") == 10


def test_what_changed_is_told_by_the_states_of_the_comparison():
    text = plain(with_history())
    assert "Since the scan of 2026-11-19 12:00 UTC." in text
    assert "The bell rings: 3 things are new, back or worse, and high or critical" in text
    assert re.search(
        "critical 10.77.0.10 Hikvision DS-2CD2142FWD-I camera : A documented default account opens the device, 80/tcp new",
        text,
    )
    assert "left alone from now on: it answered before, and fell silent" in text
    assert "Fixed findings: 1 looked for again, and gone" in text
    assert "An old flaw" in text
    assert "New devices: 1" in text


def test_what_was_not_observed_is_not_called_fixed():
    gone = replace(with_history().report, assessments=REPORT.assessments[:2])
    text = plain(Edition(gone, diff(REPORT, gone), today=NOON.date()))
    assert "Findings not observed: 4 nobody could look: they are not fixed" in text
    assert "Devices not observed: 2 there before, and not seen now" in text
    assert "Fixed findings" not in text


def test_without_a_scan_before_nothing_is_called_new():
    text = plain(Edition(LIVED_WITH, today=NOON.date()))
    assert "There is no earlier scan of these networks to compare with" in text
    assert "New findings" not in text


def test_it_says_what_the_scan_could_not_see():
    text = plain(Edition(LIVED_WITH, today=NOON.date()))
    assert "254 addresses asked, 4 devices alive" in text
    assert "no raw sockets here, so MAC addresses behind a router are unknown" in text
    assert re.search("10.77.0.22 unidentified : tls on 443/tcp: the device did not answer in time", text)
    assert "a bug of ours: KeyError (no verdict of firmware-old)" in text
    assert "In quarantine: 1 device left alone" in text
    text = plain(Edition(REPORT, today=NOON.date()))
    assert "40 rows; 1 not found, 2 found that are in no row." in text


def test_a_scan_that_did_not_end_says_so_before_everything_else():
    report = replace(LIVED_WITH, scan=replace(LIVED_WITH.scan, ended=None))
    told = plain(Edition(report))
    assert "The scan did not end: devices are missing here." in told[: told.index("In quarantine")]


def test_waivers_and_what_they_hold_for_are_listed():
    text = plain(Edition(LIVED_WITH, today=NOON.date()))
    assert "Waivers to look at" in text
    assert "waivers.toml line 7" in text
    assert "Accepted, and counted in no score: 2" in text
    assert "accepted by Transport until 2027-03-31: The vendor's patch is due in March." in text.replace("&#39;", "'")


def test_without_moments_no_day_of_the_scan_is_in_it():
    text = written(timeless(with_history()))
    assert "2026-11-20" not in text
    assert "1970" not in plain(timeless(with_history()))


def test_a_scan_that_found_nothing_is_a_page_too():
    empty = Report(REPORT.scan, (), (), Coverage(254))
    text = plain(Edition(empty, today=date(2026, 11, 20)))
    assert "No device was found." in text
    assert "there is nothing to fix" in text
    assert data(Edition(empty)) == ([], [""])


def test_the_steps_are_those_of_the_fix_first_list():
    told = Edition(LIVED_WITH, today=NOON.date())
    steps = plain(told).split("Fix first", 2)[2].split("In pictures")[0]
    found = fewest(LIVED_WITH.assessments, 10, LIVED_WITH.fleet)
    assert len(found.steps) > 1
    places = [
        steps.index(one_line(sentence(one.action, one.gravest, [on.device for on in one.devices])))
        for one in found.steps
    ]
    assert places == sorted(places)
    assert f"risk {found.steps[0].before:.1f} to {found.steps[0].after:.1f}" in steps
