"""The rows of a table by the names of their products, and keys that are equal only to themselves."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from checks.firmware import firmware_age
from checks.intelligence import built_in, of_tables
from checks.knowledge import Component, Lifecycle
from checks.name_index import NameIndex
from checks.products import plain
from checks.same import Same
from inventory.model import Device
from tests.called import goes_by

DAY = date(2026, 11, 21)
WORDS = st.text("ab1- ", max_size=5)
NAMES = st.tuples(WORDS, st.sampled_from(["", "*"])).map("".join)


def row(*names: str) -> Lifecycle:
    return Lifecycle("Acme", names, "s", DAY)


@given(st.lists(st.lists(NAMES, max_size=3)), st.lists(WORDS.map(plain), max_size=4))
def test_the_rows_found_are_those_that_go_by_one_of_the_names_in_the_order_of_the_table(tables, called):
    rows = [row(*names) for names in tables]
    found = NameIndex({"acme": rows}).of_vendors(called, ["acme"])
    expected = [(each, {name for name in called if any(goes_by((name,), each_name) for each_name in each.names)}) for each in rows]  # fmt: skip
    assert [(each, set(fits)) for each, fits in found] == [(each, fits) for each, fits in expected if fits]


def test_the_makers_come_in_the_order_asked_and_of_others_only_the_very_name_counts():
    one, other, family = row("X1"), row("X-1"), row("X*")
    index = NameIndex({"acme": [one], "umbrella": [other, family]})
    assert [each for each, _ in index.of_vendors(["x1"], ["umbrella", "acme"])] == [other, family, one]
    assert [each for each, _ in index.of_others(["x1"], ["acme"])] == [other]


def test_a_key_is_equal_only_to_that_of_the_very_same_thing():
    device = Device("a", ("192.0.2.7",))
    assert {Same(device): 1}[Same(device)] == 1
    assert Same(device) != Same(Device("a", ("192.0.2.7",)))
    assert Same(device) != device


def test_the_age_of_a_device_is_worked_out_once_for_each_intelligence(make):
    device = make(claims={"component": "dropbear 2012.55"})
    other = of_tables(DAY, components=[Component("dropbear", "s", {"2012.55": "2012-02-25"})])
    assert firmware_age(device) is firmware_age(device)
    assert firmware_age(device, built_in().on(DAY)) is not firmware_age(device)
    assert firmware_age(device, other).not_before == date(2012, 2, 25)
