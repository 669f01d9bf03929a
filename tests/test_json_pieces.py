"""The fast writer of JSON writes what `json.dumps` writes."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.json_pieces import Many, line, pieces, shown

NUMBERS = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.text()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner), st.tuples(inner)),
    max_leaves=12,
)


def as_python(value, **how):
    return json.dumps(shown(value), ensure_ascii=False, allow_nan=False, **how).replace("<", "\\u003c")


@given(VALUES)
def test_a_value_is_written_as_python_writes_it(value):
    assert line(value) == as_python(value)
    assert (
        "".join(pieces({"a": [value], "b": Many([value])})) == as_python({"a": [value], "b": [value]}, indent=2) + "\n"
    )


@pytest.mark.parametrize(
    "number", [1e16, 1e-5, 5e-324, 1.5e300, -0.0, 90.0, 2**63 - 1, -(2**63), 2**64, -(10**30), True]
)
def test_a_number_is_written_as_python_writes_it(number):
    assert line(number) == json.dumps(number)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_in_json_is_null(number):
    assert line([number]) == "[null]"
    assert shown(number) is None


def test_no_text_ends_a_script_element_or_hides_anything():
    assert line({"</script>": "a\u202eb\x1b</script>"}) == r'{"\u003c/script>": "a\\u202eb\\x1b\u003c/script>"}'


def test_no_more_than_one_item_is_made_at_a_time():
    made = []

    def numbers():
        for number in range(3):
            made.append(number)
            yield number

    seen = [(piece.strip(), len(made)) for piece in pieces({"many": Many(numbers())})]
    assert [count for piece, count in seen if piece in {"0", "1", "2"}] == [1, 2, 3]
