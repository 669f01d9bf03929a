"""Days as devices write them, and days that are none."""

from datetime import date

import pytest

from checks.days import both_orders, digits, is_unset_clock, month_first, named, on


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("170124", date(2017, 1, 24)),
        ("990219", date(1999, 2, 19)),
        ("20170124", date(2017, 1, 24)),
        ("170231", None),
        ("171324", None),
        ("700101", None),
        ("19700101", None),
        ("21070101", None),
        ("1701", None),
        ("17 124", None),
        ("١٧٠١٢٤", None),
        ("", None),
    ],
)
def test_six_or_eight_digits_are_a_day_of_the_calendar_or_none(text, day):
    assert digits(text) == day


@pytest.mark.parametrize(
    ("year", "full"),
    [(90, 1990), (99, 1999), (0, 2000), (69, 2069), (70, None), (89, None), (2070, None), (1989, None)],
)
def test_a_year_of_two_digits_is_one_of_1990_to_2069(year, full):
    assert on(year, 6, 15) == (date(full, 6, 15) if full else None)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Dec  5 2000", date(2000, 12, 5)),
        ("October 24, 2008 00:24", date(2008, 10, 24)),
        ("Fri Nov 30 00:45:16 EST 2007", date(2007, 11, 30)),
        ("Sun Nov  6 08:49:37 1994", date(1994, 11, 6)),
        ("Thu 09-Feb-12 19:11", date(2012, 2, 9)),
        ("19dec2003", date(2003, 12, 19)),
        ("21nov01", date(2001, 11, 21)),
        ("Sunday, 06-Nov-94 08:49:37 GMT", date(1994, 11, 6)),
        ("Jul/12/2023 09:45:11", date(2023, 7, 12)),
        ("Nov-14-2008", date(2008, 11, 14)),
        ("2024-02-23 05:29:35", date(2024, 2, 23)),
        ("2013.04.08", date(2013, 4, 8)),
        ("V7.03 Feb 14 2005", date(2005, 2, 14)),
        ("Feb 31 2014, and Mar 1 2014", date(2014, 3, 1)),
        ("Jan 1 1970", None),
        ("Jan 1 2107", None),
        ("29 Feb 2023", None),
        ("Mayor 5 2012", None),
        ("2024-02.23", None),
        ("10.2024.02.23.1", date(2024, 2, 23)),
    ],
)
def test_the_first_possible_day_of_a_text_is_found(text, day):
    assert named(text) == day


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("12/3/2003", (date(2003, 3, 12), date(2003, 12, 3))),
        ("01/14/2004", (date(2004, 1, 14), date(2004, 1, 14))),
        ("14.01.2004", (date(2004, 1, 14), date(2004, 1, 14))),
        ("5/5/2005", (date(2005, 5, 5), date(2005, 5, 5))),
        ("13/13/2013", None),
        ("02/30/2013", None),
        ("5.7.13", None),
        ("6.4.2003", None),
        ("01.02.2003.4", None),
        ("01/02-2003", None),
    ],
)
def test_numbers_that_may_be_month_and_day_in_either_order_give_both(text, days):
    assert both_orders(text) == days


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("09/11/2012", date(2012, 9, 11)),
        ("05/27/13", date(2013, 5, 27)),
        ("27/05/13", None),
        ("13/13/13 or 1/2/13", date(2013, 1, 2)),
    ],
)
def test_who_puts_the_month_first_is_read_so_alone(text, day):
    assert month_first(text) == day


@pytest.mark.parametrize(
    ("day", "unset"),
    [
        (date(2000, 1, 1), True),
        (date(2004, 1, 1), True),
        (date(2010, 1, 2), True),
        (date(1999, 12, 31), True),
        (date(1999, 11, 30), True),
        (date(2013, 1, 24), False),
        (date(2015, 11, 30), False),
        (date(2069, 12, 31), True),
    ],
)
def test_a_clock_that_was_never_set_shows_the_turn_of_a_year(day, unset):
    assert is_unset_clock(day) is unset
