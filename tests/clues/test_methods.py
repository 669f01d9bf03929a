"""What holds for every method: what it reads is declared, and nothing that a device sends makes it raise or name a day that cannot be."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.clue import Span, load_methods
from checks.days import FIRST, LAST
from checks.products import plain_vendor
from inventory.model import CLAIMS
from scanner.passive import load_readers
from scanner.protocols import load_protocols

METHODS = load_methods()
PIECES = (
    *(
        "build",
        "Build ",
        "Build Date: ",
        "compiled on ",
        "Compiled Wed ",
        "BusyBox v1.19.4 (",
        "#1 SMP ",
        "ntpd 4.2.6p5@1.2349-o Fri ",
        "Copyright (c) ",
    ),
    *(
        "Version ",
        "v5.2.5,build0701,",
        "Rev 05.42.04 ",
        " | ",
        "--17:19",
        "MD:",
        "CIDATE ",
        "ESS ",
        "Firmware Ver.1.04 (",
        "; V1.70.01.06 ",
        "LIVE555 Streaming Media v",
    ),
    *(
        "170124",
        "20170124",
        "991332",
        "20230231",
        "21070101",
        "19700101",
        "2023-02-31",
        "02/31/2023",
        "31/02/23",
        "Feb 31 2023",
        "29 Feb 2023",
        "13/13/2013",
    ),
    *(
        "Thu Jan 1 00:00:00 1970",
        "Jan 01 2107",
        "00000000",
        "99999999",
        "0",
        "9",
        ".",
        "_",
        "-",
        "/",
        ":",
        "(",
        ")",
        " ",
        "\n",
        "#",
        "١٧٠١٢٤",
        "²⁰",
    ),
)
JUNK = st.one_of(st.text(max_size=300), st.lists(st.sampled_from(PIECES), max_size=24).map("".join))


def days(said):
    return [
        day for day in ((said.not_before, said.not_after) if isinstance(said, Span) else (said,)) if day is not None
    ]


def assert_possible(said):
    assert all(date(FIRST - 1, 9, 1) <= day <= date(LAST, 12, 31) for day in days(said))
    assert days(said) == sorted(days(said))


@given(JUNK)
@settings(max_examples=300)
def test_no_text_makes_a_method_raise_or_name_an_impossible_day(text):
    for each in METHODS:
        assert_possible(each.read(text))


@pytest.mark.parametrize("each", METHODS, ids=lambda each: each.name)
def test_ten_thousand_characters_name_no_impossible_day(each):
    for piece in PIECES:
        assert_possible(each.read(piece * (10_000 // len(piece))))


@pytest.mark.parametrize("each", METHODS, ids=lambda each: each.name)
def test_what_a_method_reads_is_declared_by_who_hears_it(each):
    heard = {name for protocol in load_protocols().values() for name in protocol.FACTS}
    heard |= {name for reader in load_readers().values() for name in reader.FACTS}
    assert {*each.facts, *each.beside} <= heard | set(CLAIMS)


@pytest.mark.parametrize("each", METHODS, ids=lambda each: each.name)
def test_a_method_names_its_source_and_its_makers_as_the_tables_do(each):
    assert each.source
    assert [plain_vendor(vendor) for vendor in each.vendors] == list(each.vendors)


def test_each_method_has_a_name_of_its_own():
    names = [each.name for each in METHODS]
    assert names == sorted(set(names))
