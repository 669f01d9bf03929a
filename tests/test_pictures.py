"""The README's pictures are what the commands print today, and hold nothing that a page would fetch, run or obey."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bench.pictures import FOLDER, STORY, Picture, drawn, normal, record, shown

PICTURES = [one.name for one in STORY if isinstance(one, Picture)]
EACH = pytest.mark.parametrize("name", PICTURES)


def test_there_is_a_picture_of_each_command_and_no_other():
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(f"{name}.svg" for name in PICTURES)


@EACH
def test_a_picture_is_xml_that_refers_to_nothing_outside_itself(name):
    text = (FOLDER / f"{name}.svg").read_text()
    tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(text).iter()}
    assert tags <= {"svg", "style", "defs", "clipPath", "rect", "g", "text", "circle"}
    assert re.findall(r"[a-z]+://[^\"' ]+", text) == ["http://www.w3.org/2000/svg"]
    assert set(re.findall(r"url\((.)", text)) == {"#"}
    assert [word for word in ("@import", "@font-face", "href", "\x1b") if word in text] == []


@pytest.mark.real
def test_the_commands_print_what_the_pictures_show(namespaces):
    wanted = ("scan", "fix-first", "why")
    assert dict(record(wanted)) == {name: (FOLDER / f"{name}.svg").read_text() for name in wanted}


def test_what_differs_from_run_to_run_is_set_to_one_value():
    said = "scan 20261122T003215Z-0aa1\n2026-11-22 00:32 to 00:33; 1,469 packets, 31 connections\nbuilt on 2017-01-24, 9.8 years before"
    later = "scan 20271122T003215Z-bfc8\n2027-11-22 10:32 to 10:34; 1,470 packets, 32 connections\nbuilt on 2017-01-24, 10.8 years before"
    assert normal(said) == normal(later)
    assert normal(said).startswith("scan 20261122T020000Z-7a30\n2026-11-22 02:00 to 02:01; ")


def test_two_scans_are_of_two_nights():
    said = "from 20261122T003215Z-0aa1 (2026-11-22 00:32) to 20261122T003226Z-41ff (2026-11-22 00:32)"
    assert normal(said) == "from 20261122T020000Z-7a30 (2026-11-22 02:00) to 20261123T020000Z-7a31 (2026-11-23 02:00)"


def test_what_is_left_out_is_shown_by_dots():
    assert shown("one\n\ntwo\n", "^two") == "one\n\x1b[2m…\x1b[0m"
    assert shown("one\n\ntwo\n", "") == "one\n\ntwo"


def test_each_column_stands_at_its_own_place():
    drawing = drawn("tocsin why", "ab  \x1b[31m<c d>\x1b[0m")
    assert re.findall(r'x="([\d.]+)" y="44.4">(.*?)</text>', drawing) == [("0", "ab"), ("48.8", "&lt;c&#160;d&gt;")]


def test_every_picture_is_shown_somewhere():
    pages = "".join(Path(page).read_text() for page in ("README.md", "lab/exercises/README.md"))
    assert [picture.name for picture in Path("docs/pictures").glob("*.svg") if picture.name not in pages] == []
