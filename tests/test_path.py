import re
from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.findings import Acceptance, Outcome, Shift
from inventory.model import Confidence, Severity, Status
from inventory.quarantine import Quarantine
from inventory.report import Context
from scanner.actions import actions
from scanner.decisions import OUTCOMES
from scanner.path import path
from scanner.path_page import LINES, MEANS, finding_page, path_page
from scanner.score import effective, score
from scanner.terminal import printed
from tests.fleets import flawed, flaws, standing
from tests.riverside import HOSTILE, NOON

PLACE = Context(exposure="open", vantages=("guest-wifi",), impact="high", criticality="critical")
LIVED_WITH = Acceptance("the traffic desk", "replaced in spring", date(2027, 3, 1), "waivers.toml line 4")


def of(*findings):
    made = standing(1, "Acme One", findings)
    return replace(made, score=score(made.findings))


def shown(assessment, width=100):
    return printed(*path_page(assessment), width=width, color=False)


@given(st.lists(flaws, max_size=12))
def test_a_path_ends_at_nothing_and_says_the_score_of_what_is_left(findings):
    device = of(*findings)
    fixes = path(device.device, device.findings)
    left = list(device.findings)
    before = device.score.value
    for fix in fixes:
        left = [finding for finding in left if finding not in fix.findings]
        assert (fix.value, fix.band) == (score(left).value, score(left).band)
        assert fix.value <= before
        before = fix.value
    assert before == 0 or not fixes
    assert sum(effective(finding) > Severity.INFO for finding in left) == 0


@settings(max_examples=40)
@given(st.lists(flaws, max_size=5))
def test_no_other_order_has_lower_scores_on_the_way(findings):
    device = of(*findings)
    needed = {a: {device.findings[at].id for at in ends} for a, ends in actions(device.device, device.findings).items()}

    def total(order):
        ended, summed = set(), 0
        for action in order:
            ended |= needed[action]
            summed += round(10 * score([f for f in device.findings if f.id not in ended]).value)
        return summed

    fixes = path(device.device, device.findings)
    told = sum(round(10 * fix.value) for fix in fixes)
    assert told <= min(map(total, permutations(needed)), default=0)


def test_the_way_out_of_the_band_comes_first():
    device = of(flawed(Severity.CRITICAL, "password", account="a-1: admin"), flawed(Severity.HIGH, "switch-off", 23))
    first, second = path(device.device, device.findings)
    assert (first.action.act, first.value, first.band) == ("password", 70.0, Severity.HIGH)
    assert (second.action.act, second.value) == ("switch-off", 0.0)


def test_many_actions_are_ordered_too():
    device = of(*(flawed(Severity.MEDIUM, "switch-off", port) for port in range(1, 30)))
    fixes = path(device.device, device.findings)
    assert len(fixes) == 29
    assert fixes[-1].value == 0


def test_a_path_is_ten_lines_at_most_and_counts_what_it_does_not_show():
    device = of(*(flawed(Severity.MEDIUM, "switch-off", port) for port in range(1, 30)))
    device = replace(
        device,
        score=replace(device.score, due_why="CVE-2021-36260 and " * 20, decision="immediate"),
        context=replace(PLACE, owner="J. Doe", department="Traffic", site="north", name="cam-7"),
    )
    for width in (60, 100, 200):
        head, _, rest = shown(device, width).partition("\n\n")
        assert len(head.splitlines()) == LINES
        assert head.splitlines()[0].startswith("192.0.2.1  Acme One, cam-7, J. Doe, north")
        assert re.search(r"and 24 smaller ones → 0\.0$", head)
        assert rest.count("\n") <= 12


def test_the_surroundings_that_counted_are_told_once():
    moved = [replace(flawed(Severity.MEDIUM, "update"), shifts=(Shift(1, "it is known to be exploited"),))] * 2
    said = shown(replace(of(*moved), context=replace(PLACE, vantages=("guest-wifi", "office"))), 200)
    assert "\n2 findings one band up, because it is known to be exploited\n" in said
    assert (
        "\nwhere it stands: reached from guest-wifi, office (the widest: open); criticality critical; harm if it fails: high\n"
        in said
    )


def test_what_is_accepted_is_counted_and_nothing_else():
    said = shown(of(replace(flawed(Severity.HIGH, "update"), accepted=LIVED_WITH)))
    assert "0.0 of 100; nothing is due" in said
    assert "nothing was found that raises its score" in said
    assert "not counted: 1 finding that the city has accepted, until 2027-03-01" in said


def test_what_could_not_be_judged_or_is_left_alone_is_not_called_clean():
    silent = Outcome("no-authentication", Status.UNREACHED, "it fell silent")
    held = Quarantine("serial:1", "192.0.2.1", None, "it fell silent", "modbus on 502", NOON, "scan")
    said = shown(replace(of(), outcomes=(silent,), quarantine=held))
    assert "in quarantine since 2026-11-20 12:00: it fell silent (asked last: modbus on 502)\n" in said
    assert "1 check could not judge it; `tocsin show` says why\n" in said


def test_a_device_that_was_only_heard_of_is_not_called_clean():
    doubt = "nothing was found that raises its score, and no check passed: too little was asked of it to tell\n"
    assert doubt in shown(of())
    passed = Outcome("no-authentication", Status.PASSED, "it asks for an account")
    assert "nothing was found that raises its score\n" in shown(replace(of(), outcomes=(passed,)))


def test_every_decision_of_ssvc_is_told_with_what_it_asks():
    assert set(MEANS) == set(OUTCOMES) - {""}
    device = of(flawed(Severity.HIGH, "update"))
    said = shown(replace(device, score=replace(device.score, decision="out-of-cycle")))
    assert "SSVC: out-of-cycle (before the regular maintenance)" in said


def test_each_line_names_the_service_and_each_point_what_it_counts_as():
    moved = replace(flawed(Severity.HIGH, "switch-off", 23), shifts=(Shift(1, "it is exploited"),))
    said = shown(of(moved))
    assert re.search(r"1\. 23/tcp: Do what is called switch-off +90\.0 → 0\.0", said)
    assert re.search(r"\+90\.0  00000001  high → critical  A flaw that wants switch-off on 23/tcp", said)


def test_nothing_that_a_device_says_reaches_the_terminal_as_it_is():
    bad = replace(flawed(Severity.HIGH, "update"), title=HOSTILE, remedy=HOSTILE, detail=HOSTILE, evidence=HOSTILE * 99)
    device = of(bad)
    said = shown(device) + printed(*finding_page(device, device.findings[0]), width=100, color=False)
    assert all(line.isprintable() for line in said.splitlines())


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"confidence": Confidence.LIKELY},
            "critical by its check; only likely, not proven: high at most; so it counts as high",
        ),
        (
            {"severity": Severity.MEDIUM, "shifts": (Shift(1, "it is exploited"),)},
            "medium by its check; 1 band up, because it is exploited; confirmed by what was heard; so it counts as high",
        ),
        (
            {"accepted": LIVED_WITH},
            "accepted  by the traffic desk until 2027-03-01: replaced in spring (waivers.toml line 4)",
        ),
        ({"accepted": LIVED_WITH}, "nothing of the device's 40.0, because it is accepted"),
        ({"standards": ("CIS Controls v8.1: 4.7", "CIS Controls v8.1: 5.2")}, "standards  CIS Controls v8.1: 4.7, 5.2"),
        ({"sources": ("RFC 1", "a manual")}, "RFC 1; a manual"),
        ({"evidence": "220 hello"}, "220 hello"),
        ({}, "40.0 medium without it, 91.0 critical with it"),
    ],
)
def test_a_finding_tells_its_own_path(changed, said):
    other = flawed(Severity.MEDIUM, "switch-off", 23)
    device = of(replace(flawed(Severity.CRITICAL, "update"), **changed), other)
    finding = next(one for one in device.findings if one.check == "check-update")
    assert said in printed(*finding_page(device, finding), width=200, color=False)
