"""Whatever a device says of its version, its parts and its dates, its firmware is judged in bounded time and words, and the interval holds together."""

import unicodedata
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.clue import load_methods
from checks.contract import Answer, Login, Verdict, informed, load_checks, load_fleet_checks
from checks.firmware import firmware_age
from checks.intelligence import built_in, of_tables
from checks.knowledge import Advisory, Component, Exploited, Lifecycle, Product, Release
from checks.product_patterns import pattern
from checks.ranges import affects
from checks.scheme import load_schemes
from checks.versions import compare
from inventory.known import Known
from inventory.model import Claim, Confidence, Device, Endpoint, Level, Observation, Status
from inventory.report import Assessment, Coverage, Report, Scan
from scanner.assess import assess, assess_fleet
from scanner.edition import Edition
from scanner.path_page import path_page
from scanner.report import json as report_json
from scanner.report import text as report_text
from scanner.score import score
from scanner.sheet import sheet
from scanner.terminal import printed
from tests.hostile.web_devices import DRESS

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
WEB = Endpoint("192.0.2.7", 80)
JUDGING = [check for check in load_checks() if check.id.startswith(("firmware-", "component-"))]
FLEET = [check for check in load_fleet_checks() if check.id.startswith("firmware-")]
NAMES = ("vendor", "model", "hardware", "firmware", "firmware_date", "component", "cpe")
FACTS = sorted({fact for method in load_methods() for fact in method.facts if "." in fact})
MAKERS = ["Hikvision", "MikroTik", "Siemens", "Cisco", "Reolink", "Axis", "APC", "Moxa", "Fortinet"]
BOMBS = [
    "1." * 5000,
    "(" * 5000 + ")" * 5000,
    "9" * 10_000,
    "\N{SUPERSCRIPT TWO}" * 500,
    "\N{ARABIC-INDIC DIGIT SEVEN}." * 500,
    "V5.5.0 build " * 800,
    "1x" * 2000 + "*",
    DRESS * 50,
    "@SUM(1+1)*cmd|' /C calc'!A0",
]
DAYS = [
    "0000-00-00",
    "2021-02-31",
    "1970-01-01",
    "2107-12-31",
    "9999-99-99",
    "31-Feb-99",
    "build 999999",
    "build 210231",
]
TRUE = ["V5.4.5 build 170124", "6.49.10", "v3.0.0.1388_22100600", "2.800.0000000.16.R", "dropbear 2012.55", "routeros 6.42", "Compiled 09-Feb-12"]  # fmt: skip


def texts() -> st.SearchStrategy[str]:
    """Bombs, days that never were, versions that are true, and all of them run into each other."""
    piece = st.one_of(st.sampled_from(BOMBS), st.sampled_from(DAYS), st.sampled_from(TRUE), st.text(max_size=12))
    return st.lists(piece, min_size=1, max_size=4).map(" ".join)


@st.composite
def devices(draw: st.DrawFn) -> Device:
    """A device of a maker that the tables know, all of whose words are hostile."""
    said = draw(st.lists(st.tuples(st.sampled_from(NAMES), texts()), max_size=6))
    facts = draw(st.dictionaries(st.sampled_from(FACTS), texts(), max_size=6))
    return device([("vendor", draw(st.sampled_from(MAKERS))), *said], facts)


def device(claims: list[tuple[str, str]], facts: dict[str, str] | None = None) -> Device:
    seen = Observation(WEB, "http", dict(facts or {"http.server": "x"}), DRESS.encode(), NOON)
    held = tuple(Claim(name, value, Confidence.CONFIRMED, "made", "http.server", WEB) for name, value in claims)
    return Device("d", ("192.0.2.7",), None, None, (WEB,), (seen,), held)


async def nobody(_: Login) -> Answer:
    return Answer(Verdict.NOT_TRIED)


async def judged(hostile: Device) -> Assessment:
    outcomes = await assess(hostile, informed(JUDGING, {"intelligence": built_in()}), Level.LOGIN, nobody)
    findings = tuple(finding for outcome in outcomes for finding in outcome.findings)
    return Assessment(hostile, outcomes, score(findings), firmware_age(hostile), NOON)


def outputs(assessment: Assessment) -> list[str]:
    """What is written of it: both reports, and the sheet that `tocsin show` prints."""
    scan = Scan("s", NOON, ("192.0.2.0/24",), Level.LOGIN, "test", "0.1.0", ended=NOON)
    report = Report(scan, (assessment,), assess_fleet((assessment, assessment), FLEET), Coverage(1, 1, 1, 0))
    shown = printed(*sheet(Known(assessment, NOON, NOON, 1)), *path_page(assessment), width=100, color=False)
    return ["".join(report_json.render(Edition(report))), "".join(report_text.render(Edition(report))), shown]


def hidden(text: str) -> set[str]:
    return {c for c in text if c not in "\n\t" and unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}}


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(devices())
async def test_a_device_of_hostile_words_is_judged_and_shown(hostile: Device):
    assessment = await judged(hostile)
    assert [outcome for outcome in assessment.outcomes if outcome.status is Status.FAILED] == []
    age = assessment.firmware
    assert (age.not_before or date.min) <= (age.not_after or NOON.date()) <= NOON.date()
    assert {clue for clue in age.clues if clue.not_before and clue.not_after and clue.not_before > clue.not_after} == {
        clue for clue in age.clues if clue.set_aside == "it ends before it begins"
    }
    told = [finding.detail for outcome in assessment.outcomes for finding in outcome.findings]
    assert max(map(len, [outcome.reason for outcome in assessment.outcomes] + told)) < 4000
    assert set().union(*map(hidden, outputs(assessment))) == set()


MANY = 10_000
CROWDS = {
    "parts": ("component", "x{} 1.{}"),
    "versions of one part": ("component", "dropbear 2012.{}"),
    "versions of its system": ("component", "routeros 6.{}"),
    "versions": ("firmware", "6.{}"),
    "models": ("model", "SIMATIC S7-1200 CPU {}"),
    "makers": ("vendor", "Maker {}"),
    "names": ("cpe", "cpe:2.3:o:mikrotik:p{}:1"),
    "hardware": ("hardware", "6ES7 315-2EH14-{}AB0"),
    "days": ("firmware_date", "{:04}-01-01"),
}


@pytest.mark.parametrize(("name", "said"), CROWDS.values(), ids=CROWDS)
async def test_a_device_that_states_ten_thousand_things_is_judged_in_sentences(monkeypatch, name, said):
    """Every comparison is counted, and none is made for each pair of what it states."""
    compared = 0

    def counting(*words: str) -> int | None:
        nonlocal compared
        compared += 1
        return compare(*words)

    monkeypatch.setattr("checks.releases.compare", counting)
    monkeypatch.setattr("checks.release_clues.compare", counting)
    maker = "Siemens" if name in {"model", "hardware"} else "MikroTik"
    claims = [("vendor", maker), *((name, said.format(number, number)) for number in range(MANY))]
    assessment = await judged(device(claims))
    assert [outcome for outcome in assessment.outcomes if outcome.status is Status.FAILED] == []
    assert max(len(outcome.reason) for outcome in assessment.outcomes) < 4000
    assert compared < 20 * MANY


@settings(max_examples=150, deadline=None)
@given(texts(), texts(), st.sampled_from(sorted(load_schemes())))
def test_versions_and_ranges_of_any_words_are_compared_or_not(left: str, right: str, scheme: str):
    order = compare(left, right, scheme)
    other = compare(right, left, scheme)
    assert order is other is None or (order is not None and order == -(other or 0))
    assert affects(left, right, scheme) in (True, False, None)


def test_a_name_of_many_wildcards_is_not_tried_in_every_way():
    """Each word that may be of several lengths multiplies the ways to read a name: forty of them would never end."""
    words = "xx ".join("1" * 30)
    for family in (*pattern(f"{words} series", "siemens").family, *pattern("a100b " * 30 + "series", "siemens").family):
        assert family.fullmatch("1" * 110 + "!") is None
    assert pattern("DS-2CD2xx2F-I Series", "hikvision").family != ()


days = st.sampled_from([date.min, date(1, 12, 31), date(1970, 1, 1), date(2017, 1, 24), date(2026, 11, 21), date(9999, 12, 31)])  # fmt: skip
words = st.sampled_from(["6.42", "6.4*", "hAP", "*", "", "V5.4.5 build 170124", DRESS, "9" * 300, "< 6.43", "all versions", "1x" * 150])  # fmt: skip
makers = st.sampled_from(["MikroTik", "Acme", "", "!!", DRESS])
tables = st.fixed_dictionaries(
    {
        "firmware": st.lists(
            st.builds(
                Product,
                makers,
                st.lists(words, max_size=3).map(tuple),
                st.lists(st.builds(Release, words, st.none() | days), max_size=4).map(tuple),
                words,
                days,
            )
        ),
        "lifecycle": st.lists(
            st.builds(
                Lifecycle,
                makers,
                st.lists(words, max_size=3).map(tuple),
                words,
                days,
                words,
                st.none() | days,
                st.none() | days,
                words,
                words,
            )
        ),
        "advisories": st.lists(
            st.builds(
                Advisory,
                words,
                makers,
                words,
                words,
                st.lists(st.just("CVE-2018-14847"), max_size=2).map(tuple),
                days,
                st.none(),
                st.just(()),
                words,
            )
        ),
        "exploited": st.lists(
            st.builds(Exploited, st.just("CVE-2018-14847"), makers, words, words, days, days), max_size=2
        ),
        "components": st.lists(
            st.builds(
                Component,
                st.sampled_from(["dropbear", "routeros"]),
                words,
                st.dictionaries(words, st.sampled_from(["", "0001-01-01", "9999-12-31", "2012"])),
            ),
            max_size=2,
        ),
    }
)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(tables, words)
async def test_a_device_is_judged_and_shown_whatever_the_tables_say(given_tables, version: str):
    intelligence = of_tables(NOON.date(), **given_tables)
    claims = [("vendor", "MikroTik"), ("model", "hAP"), ("firmware", version), ("component", "routeros 6.42")]
    hostile = device([*claims, ("component", "dropbear 2012.55")])
    outcomes = await assess(hostile, informed(JUDGING, {"intelligence": intelligence}), Level.LOGIN, nobody)
    assert [outcome for outcome in outcomes if outcome.status is Status.FAILED] == []
    findings = tuple(finding for outcome in outcomes for finding in outcome.findings)
    age = firmware_age(hostile, intelligence)
    assert (age.not_before or date.min) <= (age.not_after or NOON.date()) <= NOON.date()
    assert set().union(*map(hidden, outputs(Assessment(hostile, outcomes, score(findings), age, NOON)))) == set()
