"""Tables with a line of column names."""

import pytest

from scanner.intel import columns
from scanner.intel.columns import heads, rows
from scanner.intel.source import UnreadableSource


def read(content, *wanted):
    return list(rows("x.csv", content, wanted or ("a", "b")))


def test_rows_have_the_line_that_they_end_on():
    assert read(b'a,b\n1,"two\nlines"\n\n3, 4 \n') == [(3, {"a": "1", "b": "two\nlines"}), (5, {"a": "3", "b": "4"})]


@pytest.mark.parametrize("content", [b"\xef\xbb\xbfa,b\r\n1,2\r\n", b"a;b\n1;2\n", b'"a","b"\n1,2', b"b,c,a\n2,3,1\n"])
def test_a_byte_order_mark_semicolons_quotes_and_further_columns_are_no_hindrance(content):
    assert heads(content, ("a", "b"))
    ((_, fields),) = read(content)
    assert (fields["a"], fields["b"]) == ("1", "2")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "x.csv has no column a, b"),
        (b"a\n1\n", "x.csv has no column b"),
        (b"a\tb\n1\t2\n", "x.csv has no column a, b"),
        (b"a,b,a\n1,2,3\n", "x.csv names a column twice"),
        (b"a,b\n1,2,3\n", "x.csv, line 2, has 3 fields where the first line names 2"),
        (b"a,b\n1,\x002\n", "x.csv is no text"),
        (b"a,b\n1,\xff\n", "x.csv is not UTF-8 (byte 6)"),
        (b"a,b\n1," + b"2" * 30_000, "x.csv, line 2, has a field of more than 20,000 characters"),
        (b"a,b\n1," + b"2" * 200_000, "x.csv, line 2, is no CSV: field larger than field limit"),
    ],
)
def test_what_is_no_such_table_is_refused_with_the_reason(content, why):
    with pytest.raises(UnreadableSource) as refused:
        read(content)
    assert why in str(refused.value)


def test_a_table_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(columns, "MOST_ROWS", 3)
    with pytest.raises(UnreadableSource, match="more than 3 rows"):
        read(b"a,b\n" + b"1,2\n" * 4)
