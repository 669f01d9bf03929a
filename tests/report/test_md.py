"""Markdown: read by a parser that is not ours, raw HTML and all, in which nothing that a device says becomes anything but text."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from inventory.diff import diff
from inventory.findings import Shift
from inventory.model import Claim, Confidence, Severity
from inventory.report import Coverage, Report
from inventory.text import one_line, visible
from scanner.edition import Edition
from scanner.markdown import block, cell, code, prose, row, with_commands
from scanner.report import md
from tests.golden_files import assert_golden
from tests.riverside import CAMERA, GATEWAY, LIVED_WITH, RECORDER, REPORT

READER = MarkdownIt("gfm-like", {"html": True, "linkify": True, "typographer": False})
EMPTY = Report(replace(REPORT.scan, ended=None), (), (), Coverage())
ATTACKS = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))", "![a](http://192.0.2.1/x.png)", "<http://192.0.2.1/>",
    "javascript:alert(1)", "http://192.0.2.1/x", "www.evil.example", "evil.example", "@city/security", "a@b.example", "#12", "owner/repo#12", "GH-12", "!12",
    ":tada:", "a1:100:", "12:100:", "| a | b |", "a\\|b|c", "`<b>`", "``` <b>", "**bold** _it_ ~~x~~", "&lt;b&gt;", "&#x3c;b&#x3e;", "[^1]", "# head",
    "[x]: http://192.0.2.1/", "- item", "1. one", "> quote", "---", "===", "$x$", "{{ 1 }}", "\\`<b>\\`", "![", "!", "<!-- x", "a\n# b\n\n<b>c", "+ x", "* x",
    "\n```\n<script>", "~~~\n<b>", "$(x)",
)  # fmt: skip
MARKS = st.text(st.sampled_from("`@#<>&[]|*_~\\$^{}():;!?.,'\"/=+-0a1b \n\té"), max_size=40)


def told(edition: Edition) -> str:
    return "".join(md.render(edition))


def tokens(text: str) -> Iterator[Token]:
    for token in READER.parse(text):
        yield token
        yield from token.children or ()


def saying(said: str) -> Report:
    """A report in which a device says this of itself wherever it can."""
    claims = tuple(
        Claim(name, said, Confidence.CONFIRMED, "junk") for name in ("vendor", "model", "firmware", "serial")
    )
    found = tuple(
        replace(outcome, findings=tuple(replace(f, title=said, detail=said, evidence=said, remedy=said) for f in outcome.findings))
        for outcome in CAMERA.outcomes
    )  # fmt: skip
    device = replace(CAMERA.device, claims=claims, untrusted="")
    context = replace(CAMERA.context, name=said, owner=said)
    fleet = tuple(replace(finding, title=said, detail=said) for finding in REPORT.fleet)
    return replace(
        REPORT, assessments=(replace(CAMERA, device=device, outcomes=found, context=context), GATEWAY), fleet=fleet
    )


def test_the_whole_report_is_as_it_was():
    before = replace(
        REPORT, scan=replace(REPORT.scan, id="20261119-1200-0000"), assessments=(replace(CAMERA, outcomes=()), RECORDER)
    )
    assert_golden("riverside.md", told(Edition(LIVED_WITH, diff(before, LIVED_WITH), city="Riverside")))


@pytest.mark.parametrize("said", ATTACKS)
def test_nothing_that_a_device_says_is_markup(said):
    text = told(Edition(saying(said), diff(REPORT, saying(said))))
    plain = told(Edition(saying("Acme"), diff(REPORT, saying("Acme"))))
    kinds = [token.type for token in tokens(text)]
    assert not {"html_block", "html_inline", "link_open", "image", "s_open"} & set(kinds)
    structure = [re.sub("^h[1-6]$", "h", token.tag) for token in READER.parse(text) if token.nesting]
    assert structure == [re.sub("^h[1-6]$", "h", token.tag) for token in READER.parse(plain) if token.nesting]


@pytest.mark.parametrize("said", ATTACKS)
def test_no_forge_finds_a_mention_a_reference_or_an_address_in_what_is_not_code(said):
    texts = [token.content for token in tokens(told(Edition(saying(said)))) if token.type == "text"]
    assert [
        text
        for text in texts
        if re.search(r"@\w|#\d|\bGH-\d|(^|\s)!\d|://|www\.|:(?!\d\d:|20\d\d:)\w+:|javascript:", text)
    ] == []


@given(MARKS)
@example("a :100: b")
@example("`")
@example("a`b``c")
@example("(@me).")
def test_a_text_is_read_as_it_was_said(said):
    for line in (prose(said), code(said)):
        parsed = READER.parseInline(line)[0].children or []
        assert {token.type for token in parsed} <= {"text", "code_inline", "text_special"}
        assert "".join(token.content for token in parsed) == one_line(said, 4096)


@given(MARKS)
@example("`a`b`@x")
@example("(`a` `` `b`)")
@example("` @me `")
def test_in_a_sentence_of_ours_what_stands_in_backquotes_is_code_and_nothing_is_markup(said):
    parsed = READER.parseInline(with_commands(said))[0].children or []
    assert {token.type for token in parsed} <= {"text", "code_inline", "text_special"}
    read = "".join(token.content for token in parsed)
    assert re.sub(r"[`\s]", "", read) == re.sub(r"[`\s]", "", one_line(said, 4096))


def test_a_command_in_a_sentence_of_ours_is_one_piece_of_code():
    assert with_commands("it is old (`tocsin intel update`); see `a b`, and @me") == (
        "it is old (`tocsin intel update`); see `a b`, and `@me`"
    )
    note = replace(EMPTY.scan, notes=("it is old (`tocsin intel update`)",))
    assert "\n- it is old (`tocsin intel update`)\n" in told(Edition(replace(EMPTY, scan=note)))


@given(MARKS)
def test_a_text_alone_in_a_paragraph_or_a_list_is_a_line_of_it(said):
    for before in ("", "- ", "### 1: "):
        nested = [token.type for token in READER.parse(f"{before}{prose(said) or 'x'}\n") if token.nesting == 1]
        assert nested == {"": ["paragraph_open"], "- ": ["bullet_list_open", "list_item_open", "paragraph_open"]}.get(
            before, ["heading_open"]
        )


@given(MARKS, MARKS)
def test_a_text_in_a_table_stays_in_its_cell(one, other):
    table = "\n".join((row("a", "b"), row("---", "---"), row(cell(one), cell(other)), ""))
    cells = [token for token in READER.parse(table) if token.type == "inline"][2:]
    read = ["".join(token.content for token in each.children or []) for each in cells]
    assert read == [one_line(text, 4096).replace("|", "\\x7c") for text in (one, other)]


@given(MARKS)
def test_a_proof_is_one_block_of_code(said):
    (fence,) = READER.parse("\n".join(block(said, 512)))
    expected = visible(said, 512).expandtabs(4).strip("\n")
    assert fence.type == "fence"
    assert fence.content == "".join(f"{line.rstrip()}\n" for line in expected.split("\n"))


def test_what_is_accepted_stands_by_itself_with_its_word_and_not_among_the_findings():
    text = told(Edition(LIVED_WITH))
    findings, _, accepted = text.partition("## Accepted, and counted in no score")
    assert "A documented default account" in accepted.partition("## ")[0]
    assert (
        "accepted by Transport until 2027-03-31: The vendor's patch is due in March. (`waivers.toml` line 6)"
        in accepted
    )
    assert "A documented default account" not in findings.partition("## Findings")[2]
    assert "Several devices share one private key" in accepted.partition("## ")[0]


def test_what_several_devices_have_together_names_them():
    assert "**Devices:** 10.77.0.10, 10.77.0.31" in told(Edition(REPORT))


def test_findings_are_counted_as_they_count_here_and_it_says_where_that_is_not_what_their_check_calls_them():
    moved = tuple(
        replace(one, findings=tuple(replace(each, shifts=(Shift(-1, "behind glass"),)) for each in one.findings))
        for one in CAMERA.outcomes
    )
    number = len(CAMERA.findings)
    text = told(Edition(replace(REPORT, assessments=(replace(CAMERA, outcomes=moved),), fleet=())))
    critical = sum(one.severity is Severity.CRITICAL for one in CAMERA.findings)
    assert critical
    assert re.search(rf"^\| open findings \| 0 \| {critical} \| .* {number} \|$", text, re.MULTILINE)
    assert f"count here, which for {number} of them is not what their check calls them" in text
    assert "what their check calls" not in told(Edition(replace(REPORT, assessments=(GATEWAY,), fleet=())))


def test_an_empty_scan_that_did_not_end_says_so():
    text = told(Edition(EMPTY))
    assert "No device was found." in text
    assert "The scan did not come to its end" in text


def test_a_device_that_nobody_could_judge_is_not_called_healthy():
    silent = replace(REPORT, assessments=tuple(replace(one, quarantine=None) for one in REPORT.assessments))
    assert "nothing found, but 2 checks could not judge" in told(Edition(silent))
    assert "in quarantine" in told(Edition(REPORT))


def test_thousands_of_changes_are_counted_and_not_listed():
    many = replace(REPORT, assessments=tuple(
        replace(GATEWAY, device=replace(GATEWAY.device, identity=f"serial:{n}", addresses=(f"10.77.1.{n}",))) for n in range(30)
    ))  # fmt: skip
    text = told(Edition(many, diff(REPORT, many)))
    assert "**Devices: new (30)**" in text
    assert "- and 10 more" in text
