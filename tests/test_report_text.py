import unicodedata
from dataclasses import replace
from datetime import date

import pytest
from rich.cells import cell_len

from inventory.findings import Acceptance, Outcome
from inventory.model import Status
from inventory.report import Context, Coverage, Report
from scanner.edition import Edition
from scanner.report import text
from tests.golden_files import assert_golden
from tests.riverside import CAMERA, HOSTILE, LIVED_WITH, METER, REPORT

WIDTHS = [80, 200]


def rendered(report: Report, *, width: int = 100, color: bool = False) -> str:
    return "".join(text.render(Edition(report), width=width, color=color))


@pytest.mark.parametrize("width", WIDTHS)
def test_the_whole_report_is_as_it_was(width):
    assert_golden(f"riverside-{width}.txt", rendered(REPORT, width=width))


@pytest.mark.parametrize("width", WIDTHS)
def test_what_is_accepted_has_a_section_of_its_own_as_it_was(width):
    assert_golden(f"riverside-accepted-{width}.txt", rendered(LIVED_WITH, width=width))


@pytest.mark.parametrize("width", [40, *WIDTHS])
def test_no_line_is_wider_than_asked_or_ends_in_blanks(width):
    for line in rendered(REPORT, width=width).splitlines():
        assert cell_len(line) <= width
        assert line == line.rstrip()


@pytest.mark.parametrize("width", WIDTHS)
def test_without_colour_there_is_no_control_character(width):
    shown = rendered(REPORT, width=width, color=False)
    assert {c for c in shown if unicodedata.category(c) in ("Cc", "Cf")} == {"\n"}


def test_what_a_device_says_is_shown_and_never_obeyed():
    plain = "".join(rendered(REPORT, width=200).split())
    coloured = rendered(REPORT, width=200, color=True)
    assert "\\x1b]0;owned\\x07\\x1b[2J\\u202egnp.exe[boldred]loud[/]=cmd|calc\\u200b\\x9b31m" in plain
    for obeyed in ("\x1b]", "\x1b[2J", "\x07", "\u202e", "\u200b", "\x9b"):
        assert obeyed not in coloured
    assert "[bold red]loud[/]" in coloured.replace("\n", "")


def test_hostile_text_in_every_place_is_shown_and_never_obeyed():
    finding = replace(
        CAMERA.findings[0], title=HOSTILE, detail=HOSTILE, remedy=HOSTILE, evidence=HOSTILE, check=HOSTILE
    )
    outcomes = (replace(CAMERA.outcomes[0], findings=(finding,)), replace(METER.outcomes[0], reason=HOSTILE))
    gaps = tuple(replace(gap, reason=HOSTILE, protocol=HOSTILE) for gap in METER.device.gaps)
    device = replace(CAMERA.device, identity=HOSTILE, mac_vendor=HOSTILE, gaps=gaps)
    odd = replace(CAMERA, device=device, outcomes=outcomes, score=replace(CAMERA.score, due=HOSTILE))
    fleet = replace(REPORT.fleet[0], title=HOSTILE, detail=HOSTILE, remedy=HOSTILE, devices=(HOSTILE,))
    scan = replace(REPORT.scan, id=HOSTILE, site=HOSTILE, authorised_by=HOSTILE, notes=(HOSTILE,))
    shown = rendered(Report(scan, (odd,), (fleet,), Coverage()), width=120)
    assert {c for c in shown if unicodedata.category(c) in ("Cc", "Cf")} == {"\n"}


def test_an_accepted_critical_is_counted_and_no_waiver_s_words_are_obeyed():
    shown = rendered(LIVED_WITH, width=200)
    assert "Accepted, and counted in no score: 1 critical until 2027-03-31; 1 high until 2026-11-30\n" in shown
    assert "critical  10.77.0.10 Hikvision DS-2CD2142FWD-I camera, 80/tcp A documented default account" in shown
    word = Acceptance(HOSTILE, HOSTILE, date(2027, 3, 31), HOSTILE)
    finding = replace(CAMERA.findings[0], accepted=word)
    odd = replace(CAMERA, outcomes=(replace(CAMERA.outcomes[1], findings=(finding,)),))
    waivers = tuple(replace(s, waiver=replace(s.waiver, owner=HOSTILE, vendor=HOSTILE)) for s in LIVED_WITH.waivers)
    shown = rendered(replace(REPORT, assessments=(odd,), waivers=waivers), width=120)
    assert {c for c in shown if unicodedata.category(c) in ("Cc", "Cf")} == {"\n"}
    assert "owned" in shown


def test_a_device_whose_only_finding_is_accepted_is_not_called_clean():
    finding = replace(CAMERA.findings[0], accepted=Acceptance("CISO", "Why.", date(2027, 3, 31)))
    only = replace(CAMERA, outcomes=(replace(CAMERA.outcomes[1], findings=(finding,)),))
    assert "nothing but what is accepted (1)" in rendered(replace(REPORT, assessments=(only,)), width=200)


def test_colour_is_only_added_and_changes_no_word():
    from rich.text import Text

    coloured = rendered(REPORT, width=80, color=True)
    assert "\x1b[" in coloured
    bare = [line.rstrip() for line in Text.from_ansi(coloured).plain.splitlines()]
    assert bare == rendered(REPORT, width=80, color=False).splitlines()


def test_an_empty_report_says_that_nothing_was_found():
    empty = Report(REPORT.scan, (), (), Coverage(254))
    assert "No device was found." in rendered(empty)
    assert "254 addresses asked, 0 alive" in rendered(empty)


def test_a_device_that_could_not_be_judged_is_not_called_clean():
    shown = rendered(replace(REPORT, assessments=(METER,), fleet=()), width=200)
    assert "nothing found, but 2 checks could not judge" in shown
    assert "10.77.0.22: tls on 443/tcp: the device did not answer in time" in shown


def test_a_reason_is_told_once_with_the_checks_that_it_leaves_open():
    why = "tls on 10.77.0.22:443/tcp: not asked"
    names = [f"tls-check-{number}" for number in range(9)]
    undone = tuple(Outcome(name, Status.UNREACHED, why) for name in names)
    shown = rendered(replace(REPORT, assessments=(replace(METER, outcomes=undone),), fleet=()), width=200)
    assert f"   - 10.77.0.22: {', '.join(names[:6])} and 3 more: {why}\n" in shown
    assert "nothing found, but 9 checks could not judge" in shown


def test_the_order_of_the_report_does_not_matter():
    backwards = replace(REPORT, assessments=REPORT.assessments[::-1])
    assert rendered(backwards) == rendered(REPORT)


def test_who_is_not_believed_stands_before_the_ranking_many_in_one_line():
    doubted = [
        replace(
            CAMERA, device=replace(CAMERA.device, addresses=(f"10.77.0.{host}",), identity=f"a{host}", untrusted=why)
        )
        for host, why in [(9, "it speaks all"), *((host, f"it takes any: {host} ports") for host in range(10, 18))]
    ]
    shown = rendered(replace(REPORT, assessments=tuple(doubted)), width=200)
    before, _, _ = shown.partition("score")
    assert "NOT BELIEVED: what 9 hosts answered proves nothing, and was not judged" in before
    assert "   10.77.0.9: it speaks all\n" in before
    assert "10.77.0.10, 10.77.0.11, 10.77.0.12, 10.77.0.13, 10.77.0.14, 10.77.0.15 and 2 more: it takes any\n" in before
    assert "NOT BELIEVED" not in rendered(REPORT, width=200)


@pytest.mark.parametrize(
    ("vantages", "said"),
    [(("management",), False), (("guest-wifi",), True), (("guest-wifi", "management"), True)],
)
def test_that_a_device_was_reached_from_where_the_scan_stood_goes_without_saying(vantages, said):
    context = Context(exposure="open", vantages=vantages)
    assessments = tuple(replace(one, context=context) for one in REPORT.assessments)
    shown = rendered(replace(REPORT, scan=replace(REPORT.scan, vantage="management"), assessments=assessments))
    assert ("\n   reached from " in shown) is said
