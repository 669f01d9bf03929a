"""CEF lines: read by a reader that was written from the specification (ArcSight, Implementing Common Event Format, version 25), not from the writer."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.model import Endpoint
from inventory.report import Coverage, Report
from scanner.edition import Edition, timeless
from scanner.report import cef
from tests.riverside import CAMERA, HOSTILE, LIVED_WITH, OPEN_TELNET, REPORT

EMPTY = Report(replace(REPORT.scan, ended=None), (), (), Coverage())
HEAD = ("version", "vendor", "product", "product version", "check", "title", "severity")
DICTIONARY = {
    "act", "c6a3", "c6a3Label", "cat", "cfp1", "cfp1Label", "cnt", "deviceExternalId", "dmac", "dpt", "dst", "duser", "externalId", "msg", "outcome", "proto",
    "rt", *(f"cs{n}" for n in range(1, 7)), *(f"cs{n}Label" for n in range(1, 7)),
}  # fmt: skip
"""The keys that may be used here, of the specification's extension dictionary."""


def parsed(line: str) -> dict[str, str]:
    """The header ends at the seventh stroke without a backslash; a key of the extension stands at its beginning or behind a blank, before an equals sign
    without a backslash."""
    assert line.startswith("CEF:")
    fields = re.match(r"((?:[^|\\]|\\.)*)\|" * len(HEAD) + "(.*)", line[len("CEF:") :])
    assert fields, "seven fields, each up to a stroke without a backslash"
    *head, extension = fields.groups()
    found = {name: re.sub(r"\\([\\|])", r"\1", part) for name, part in zip(HEAD, head, strict=True)}
    keys = list(re.finditer(r"(?:^|(?<= ))(\w+)=", extension))
    assert not keys or keys[0].start() == 0
    for key, following in zip(keys, [*keys[1:], None], strict=True):
        raw = extension[key.end() : following.start() - 1 if following else None]
        assert not re.search(r"(?<!\\)(?:\\\\)*=", raw), "an equals sign in a value is escaped"
        assert key[1] in DICTIONARY
        assert key[1] not in found, "no key stands twice"
        found[key[1]] = re.sub(r"\\([\\=nr])", lambda one: {"n": "\n", "r": "\r"}.get(one[1], one[1]), raw)
    return found


def lines(report: Report) -> list[str]:
    text = "".join(cef.render(Edition(report)))
    assert text.endswith("\n") or not text
    return text.split("\n")[:-1]


def test_there_is_a_line_for_each_finding_and_each_finding_of_several_devices():
    told = [parsed(line)["externalId"] for line in lines(REPORT)]
    assert told == [f.id for one in REPORT.ranked for f in one.findings] + [f.id for f in REPORT.fleet]
    assert lines(EMPTY) == []


def test_a_line_names_the_device_as_the_destination_and_nobody_as_the_source():
    (line,) = [one for one in map(parsed, lines(REPORT)) if one["check"] == "cleartext-administration"]
    assert line["version"] == "0"
    assert line["title"] == "Administration in clear text"
    assert line["severity"] == "8"
    assert (line["dst"], line["dpt"], line["proto"], line["dmac"]) == ("10.77.0.10", "23", "TCP", "44:19:b6:01:02:03")
    assert line["deviceExternalId"] == CAMERA.device.identity
    assert line["rt"] == "1795176000000"
    assert line["cat"] == "ports"
    assert "src" not in line


@pytest.mark.parametrize("report", [REPORT, LIVED_WITH])
def test_every_custom_string_says_what_it_is(report):
    for line in map(parsed, lines(report)):
        custom = {key for key in line if re.fullmatch(r"cs\d|cfp\d|c6a\d", key)}
        assert {key.removesuffix("Label") for key in line if key.endswith("Label")} == custom


def test_what_is_accepted_is_marked_so_with_its_word():
    told = {line["check"]: line for line in map(parsed, lines(LIVED_WITH))}
    for check in ("default-credentials", "shared-key"):
        assert (told[check]["act"], told[check]["outcome"]) == ("accept", "accepted")
    assert told["default-credentials"]["cs6"].startswith("accepted by Transport until 2027-03-31")
    assert (told["cleartext-administration"]["act"], told["cleartext-administration"]["outcome"]) == ("report", "open")


def test_the_severities_are_within_the_bands_of_the_format():
    assert {line["severity"] for line in map(parsed, lines(REPORT))} == {"8", "10"}


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("10.0.0.1", {"dst": "10.0.0.1"}),
        ("fd00::1", {"c6a3": "fd00::1", "c6a3Label": "Destination IPv6 Address"}),
        ("44:19:b6:01:02:03", {}),
    ],
)
def test_an_address_stands_where_its_kind_belongs(address, told):
    finding = replace(OPEN_TELNET, endpoint=Endpoint(address, 0))
    outcome = replace(CAMERA.outcomes[0], findings=(finding,))
    device = replace(CAMERA.device, addresses=(address,))
    (line,) = map(
        parsed, lines(replace(REPORT, assessments=(replace(CAMERA, device=device, outcomes=(outcome,)),), fleet=()))
    )
    assert {key: value for key, value in line.items() if key in ("dst", "c6a3", "c6a3Label", "dpt")} == told


@given(st.text(st.sampled_from("|\\= \n\r\tabn=dst0"), max_size=40))
def test_whatever_is_said_comes_back_as_it_was(said):
    finding = replace(OPEN_TELNET, title=said, detail=said)
    outcome = replace(CAMERA.outcomes[0], findings=(finding,))
    text = "".join(cef.render(Edition(replace(REPORT, assessments=(replace(CAMERA, outcomes=(outcome,)),), fleet=()))))
    assert text.count("\n") == 1
    line = parsed(text.removesuffix("\n"))
    assert line["title"] == " ".join(said.replace("\r\n", "\n").replace("\r", "\\x0d").split())
    assert line.get("msg", "") == said.replace("\r\n", "\n").replace("\r", "\\x0d").replace("\t", " ").strip()
    assert line["dst"] == "10.77.0.10"


def test_a_hostile_device_forges_no_line_and_no_field():
    spoofing = f"x\nCEF:0|Acme|x|1|x|x|0|dst=192.0.2.1 {HOSTILE} cs6=accepted"
    finding = replace(OPEN_TELNET, title=spoofing, detail=spoofing, remedy=spoofing, check="x|y")
    outcome = replace(CAMERA.outcomes[0], findings=(finding,))
    found = lines(replace(REPORT, assessments=(replace(CAMERA, outcomes=(outcome,)),), fleet=()))
    assert [(parsed(line)["dst"], parsed(line).get("cs6"), parsed(line)["check"]) for line in found] == [
        ("10.77.0.10", None, "x|y")
    ]
    assert not {"\x1b", "\x9b", "\u202e", "\u200b"} & set(found[0])


def test_long_values_are_cut_to_what_the_dictionary_allows():
    finding = replace(OPEN_TELNET, detail="=" * 5000, remedy="|" * 5000)
    outcome = replace(CAMERA.outcomes[0], findings=(finding,))
    (line,) = map(parsed, lines(replace(REPORT, assessments=(replace(CAMERA, outcomes=(outcome,)),), fleet=())))
    assert (len(line["msg"]), len(line["cs5"])) == (1023, 4000)


def test_without_moments_the_line_has_none():
    assert {parsed(line)["rt"] for line in "".join(cef.render(timeless(Edition(REPORT)))).splitlines()} == {"0"}
