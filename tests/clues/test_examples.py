"""Every method reads what real devices said: the strings of examples/*.toml, at least five for each, with where they stand."""

import tomllib
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from checks.clue import Said, Span, load_methods

FOLDER = Path(__file__).parent / "examples"
ENOUGH = 5


@dataclass(frozen=True)
class Example:
    """A string, and the days between which the build lies by it."""

    method: str
    text: str
    source: str
    vendor: str = ""
    not_before: date | None = None
    not_after: date | None = None


def examples() -> list[Example]:
    found: list[dict[str, Any]] = []
    for path in sorted(FOLDER.glob("*.toml")):
        found += tomllib.loads(path.read_text())["example"]
    return [Example(**entry) for entry in found]


METHODS = {each.name: each for each in load_methods()}


def spanned(said: Said) -> Span | None:
    return Span(said, said) if isinstance(said, date) else said


@pytest.mark.parametrize("example", examples(), ids=lambda each: f"{each.method}-{each.text[:24]}")
def test_a_string_gives_the_days_between_which_the_build_lies(example):
    assert spanned(METHODS[example.method].read(example.text)) == Span(example.not_before, example.not_after)


@pytest.mark.parametrize("name", METHODS)
def test_a_method_has_read_five_real_strings(name):
    assert Counter(each.method for each in examples())[name] >= ENOUGH


def test_no_string_stands_for_two_methods_or_twice():
    assert [text for text, times in Counter(each.text for each in examples()).items() if times > 1] == []


@pytest.mark.parametrize("example", examples(), ids=lambda each: f"{each.method}-{each.text[:24]}")
def test_a_string_says_where_it_stands_and_is_of_a_maker_that_the_method_reads(example):
    read = METHODS[example.method].vendors
    assert len(example.source) > len("a source")
    assert example.vendor in read if read else not example.vendor


MAKER_DECIDES = {"20121112"}
"""Reolink's of December 2020: of another maker, or of none that is known, it would be one of November 2012."""


@pytest.mark.parametrize("example", examples(), ids=lambda each: f"{each.method}-{each.text[:24]}")
def test_no_other_method_that_reads_a_string_contradicts_its_days(example):
    right = Span(example.not_before, example.not_after)
    others = [
        each for each in METHODS.values() if not each.hint and (not each.vendors or example.vendor in each.vendors)
    ]
    if METHODS[example.method].hint or example.text in MAKER_DECIDES:
        others = []
    for each in others:
        said = spanned(each.read(example.text)) or Span()
        assert not right.not_after or not said.not_before or said.not_before <= right.not_after, each.name
        assert not right.not_before or not said.not_after or said.not_after >= right.not_before, each.name
