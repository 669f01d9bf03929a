"""The list of ports, and what the operator may write for --ports."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.ports import default_ports, known_ports, never_connect, never_touch, parse_ports, reason
from inventory.errors import ConfigError


def test_the_list_is_of_a_size_that_a_device_can_bear():
    assert 110 <= len(default_ports()) <= 135


def test_no_port_is_listed_twice():
    assert len(set(default_ports())) == len(default_ports())


def test_every_entry_says_why_and_where_from():
    assert all(entry.name and entry.reason and entry.source and entry.transport == "tcp" for entry in known_ports())


def test_printer_ports_are_never_touched_and_never_asked():
    assert never_touch() == {515, 9100, 9101, 9102, 9103, 9104, 9105, 9106, 9107}
    assert not never_touch().intersection(default_ports())


def test_a_port_that_is_never_connected_to_says_why_and_is_not_asked_by_default():
    assert never_connect() == {2159, 2331, 2345, 3333, 3334}
    assert not never_connect().intersection(default_ports())
    assert "halt" in reason(3333)


def test_a_reason_is_given_for_asked_and_for_forbidden_ports():
    assert "PLC" in reason(502)
    assert "paper" in reason(9103)
    assert reason(12345) == ""


def test_ports_are_read_in_order_and_once():
    assert parse_ports("8000-8002,22, 80,8001") == (22, 80, 8000, 8001, 8002)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is no port"),
        ("22,,80", "is no port"),
        ("ssh", "'ssh' is no port"),
        ("22-", "'22-' is no port"),
        ("0", "not between"),
        ("65536", "not between"),
        ("90-80", "ends before it begins"),
        ("80,9000-9200", "9100 is never touched"),
        ("515", "515 is never touched"),
        ("٢٢", "is no port"),
    ],
)
def test_what_cannot_be_followed_is_said_in_a_sentence(text, says):
    with pytest.raises(ConfigError, match=says):
        parse_ports(text)


@given(st.text(alphabet="0123456789,- x\x1b٣", max_size=30))
def test_junk_ends_in_ports_or_in_a_configuration_error(text):
    try:
        ports = parse_ports(text)
    except ConfigError as error:
        assert "\x1b" not in str(error)  # noqa: PT017 - the other branch is as good
    else:
        assert all(0 < port < 65536 for port in ports)
