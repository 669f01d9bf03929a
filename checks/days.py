"""Days as devices write them: in full, in six digits, with the month's name or in the order of the writer's country. What is no day of the calendar is None.

Firmware of networked devices begins in 1990, and no build lies in 2070: what is outside is another number, the zero of a clock (1970) or its end (2107).
"""

import re
from datetime import date, timedelta

FIRST, LAST = 1990, 2069
_MONTHS = {
    name: number + 1
    for number, name in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"))
}
_MONTH = r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
_TIME = r"\d{1,2}:\d\d(?::\d\d)?"
NAMED = re.compile(
    rf"(?<![A-Za-z])(?P<month>{_MONTH})(?:\.? {{1,2}}|[/-])(?P<day>\d{{1,2}})"
    rf"(?:,? {{1,2}}(?:{_TIME} {{1,2}}(?:[A-Za-z+-][\w:+-]{{1,6}} {{1,2}})?)?|[/-])(?P<year>(?:19|20)\d\d)(?!\d)"
    rf"|(?<![\d.:])(?P<day_first>\d{{1,2}})[ -]?(?P<month_second>{_MONTH})(?:,? ?(?P<year_last>(?:19|20)\d\d)|-?(?P<short_year>\d\d|(?:19|20)\d\d))(?![\d:])"
    r"|(?<!\d)(?P<year_first>(?:19|20)\d\d)(?P<mark>[-/.])(?P<number>\d{1,2})(?P=mark)(?P<day_last>\d{1,2})(?!\d)",
    re.IGNORECASE,
)
"""A day with the month's name ("Jul 6 1998", "Fri Nov 30 00:45:16 EST 2007", "12-Aug-15", "19dec2003"), or with the year first ("2017-01-24")."""
_NUMERIC = re.compile(
    r"(?<![\d/.-])(?:(\d{1,2})/(\d{1,2})/((?:19|20)\d\d|\d\d)|(\d\d)([.-])(\d\d)\5((?:19|20)\d\d))(?![\d/]|[.-]\d)"
)
"""A day in numbers, the year last: in full where dots or hyphens stand between them, or "5.7.13" would be one."""


def on(year: int, month: int, day: int) -> date | None:
    """That day, where the calendar has it and firmware was built then; a year of two digits is one of 1990 to 2069."""
    if 0 <= year < 100:
        year += 1900 if year >= FIRST - 1900 else 2000
    if not FIRST <= year <= LAST:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def digits(text: str) -> date | None:
    """The day in six digits, YYMMDD, or in eight, YYYYMMDD."""
    if len(text) not in (6, 8) or not (text.isascii() and text.isdigit()):
        return None
    return on(int(text[:-4]), int(text[-4:-2]), int(text[-2:]))


def named(text: str) -> date | None:
    """The first day in the text that `NAMED` finds and the calendar has."""
    return next((day for found in NAMED.finditer(text) if (day := day_of(found)) is not None), None)


def day_of(found: re.Match[str]) -> date | None:
    """The day that a match of `NAMED` holds."""
    if found["year_first"]:
        return on(int(found["year_first"]), int(found["number"]), int(found["day_last"]))
    month = found["month"] or found["month_second"]
    year = found["year"] or found["year_last"] or found["short_year"]
    day = found["day"] or found["day_first"]
    return on(int(year), _MONTHS[month[:3].lower()], int(day))


def both_orders(text: str) -> tuple[date, date] | None:
    """The days that the first date in numbers ("09/11/2012") may be, the month first and the day first, in the calendar's order; twice the same where it can
    be only one.
    """
    for found in _NUMERIC.finditer(text):
        one, other, year = _numbers(found)
        days = sorted(day for day in (on(year, one, other), on(year, other, one)) if day is not None)
        if days:
            return days[0], days[-1]
    return None


def month_first(text: str) -> date | None:
    """The first date in numbers that a maker writes who puts the month before the day, as is done in the United States."""
    days = (on(year, month, day) for month, day, year in map(_numbers, _NUMERIC.finditer(text)))
    return next((day for day in days if day is not None), None)


def _numbers(found: re.Match[str]) -> tuple[int, int, int]:
    """The three numbers of a match of `_NUMERIC`, the year last."""
    return int(found[1] or found[4]), int(found[2] or found[6]), int(found[3] or found[7])


def is_unset_clock(day: date) -> bool:
    """Whether a clock that nobody has set begins then: at the turn of some year (1980, 2000, 2004, 2010, …), in any time zone, or in month 0 of 2000."""
    turn = date(day.year + (day.month == 12), 1, 1)
    return abs(day - turn) <= timedelta(days=1) or day == date(1999, 11, 30)
