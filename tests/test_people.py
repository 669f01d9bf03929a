"""Nothing of people is kept of what devices show behind their logins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.people import without_people


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        # APC NMC2 User's Guide, "Main screen": contact and location stand in columns, the time beside them.
        (b"Contact   : Jane Doe                    Time : 09:12:44", b"Contact   : ***                    Time : 09:12:44"),
        (b"Location  : Room 4\r\nContact : J. Doe, 555 0100\r\n> ", b"Location  : Room 4\r\nContact : ***\r\n> "),
        (b"Last login: Tue Nov  3 10:00:01 2026 from 192.0.2.7 on pts/0\n# ", b"Last login: ***\n# "),
        (b"sysContact = jane\nsystem owner: The Traffic Desk", b"sysContact = ***\nsystem owner: ***"),
        (b"in trouble write to jane.doe@city.example today", b"in trouble write to *** today"),
        (b"E-mail:\tx", b"E-mail:\t***"),
        (b"Contactor K1: closed\nusername: admin", b"Contactor K1: closed\nusername: admin"),
        (b"HTTP/1.1 200 OK\n<title>index</title>", b"HTTP/1.1 200 OK\n<title>index</title>"),
    ],
)  # fmt: skip
def test_who_is_to_be_called_and_who_was_there_is_hidden(said, kept):
    assert without_people(said) == kept


@given(st.binary(max_size=600))
def test_it_takes_any_bytes(said):
    assert b"Contact: Jane" not in without_people(said + b"\nContact: Jane\n")
