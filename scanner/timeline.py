"""The age of a device's firmware, drawn: a scale of years, a row for each clue, and what they come to together. Plain characters; no colour says anything.

*        a day              [---]    built within these days
[--->    not before         <---]    not after
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.text import Text

from checks.firmware import age_in_words
from checks.interval import days_in_words
from inventory.ages import Clue, FirmwareAge
from inventory.report import Assessment
from inventory.text import one_line
from scanner.terminal import cell

BELIEVED, SET_ASIDE = 8, 4
"""How many clues are drawn; the rest is counted."""
_NAME, _DAYS, _GAP = 18, 24, 2
_NARROWEST, _WIDEST = 16, 90
_LONGEST, _PLACES, _UNBOUNDED = 240, 4, 4_000_000
_STEPS = (1, 2, 5, 10, 20, 50, 100)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The section of `tocsin show`, as wide as the terminal is."""

    age: FirmwareAge
    scanned: date

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from timeline(self.age, self.scanned, options.max_width)


def timeline(age: FirmwareAge, scanned: date, width: int) -> Iterator[RenderableType]:
    """The lines of the drawing, `width` columns wide."""
    if not age.clues and age.not_before is None and age.not_after is None:
        yield Text("nothing says when it was built")
        return
    rows = sorted(_rows(age.clues), key=lambda row: _strength(row.clue))
    believed = [row for row in rows if not row.clue.set_aside]
    aside = [row for row in rows if row.clue.set_aside]
    scale = _scale(age, believed or aside, scanned, width)
    yield from scale.axis()
    for row in (*believed[:BELIEVED], *aside[:SET_ASIDE]):
        yield from _row(row, scale)
    more = (_counted(len(believed) - BELIEVED, "more"), _counted(len(aside) - SET_ASIDE, "more that are not believed"))
    if any(more):
        yield Text(" and ".join(filter(None, more)), style="dim")
    yield from _together(age, scale)


def firmware_in_words(assessment: Assessment) -> str:
    """The version and when it was built, in a line: "firmware V5.5.0, built on 2017-01-24"; "" where neither is known."""
    version, age = assessment.device.claim("firmware"), assessment.firmware
    built = f"built {days_in_words(age.not_before, age.not_after)}" if age.not_before or age.not_after else ""
    named = f"firmware {version.value}" if version else ""
    return f"{named}, {built}" if named and built else named or (f"firmware {built}" if built else "")


@dataclass(frozen=True, slots=True)
class _Row:
    """A clue, and the places where it was read alike."""

    clue: Clue
    where: str


@dataclass(frozen=True, slots=True)
class _Scale:
    """`width` columns from the first day to the scan's, its last; with the days beside the bars, where a terminal is not too `narrow`."""

    first: date
    last: date
    width: int
    narrow: bool

    def column(self, day: date) -> int:
        """The column in which a day lies; one before or after the scale for a day that is not on it."""
        if day < self.first:
            return -1
        if day > self.last:
            return self.width
        return round((day - self.first).days * (self.width - 1) / max((self.last - self.first).days, 1))

    def bar(self, first: date | None, last: date | None, fill: str = "-", mark: str = "*") -> str:
        """An interval as it is drawn; what lies outside of the scale is an arrow at its edge."""
        if first is None and last is None:
            return ""
        end = self.width - 1
        start, stop = self.column(first) if first else 0, self.column(last) if last else end
        if start > end or stop < 0:
            return ">".rjust(self.width) if start > end else "<"
        left = "[" if first and start >= 0 else "<"
        right = "]" if last and stop <= end else ">"
        start, stop = max(start, 0), min(stop, end)
        if first and last and start == stop:
            return f"{' ' * start}{mark}"
        if start == stop:
            return f"{' ' * start}{right if first else left}"
        return f"{' ' * start}{left}{fill * (stop - start - 1)}{right}"

    def axis(self) -> Iterator[Text]:
        """The years that have room, and the scan's day at the right end."""
        room = self.width - len(f"{self.last}")
        labels, rule = f"{self.first.year}", "|"
        for year in self._years():
            column = self.column(date(year, 1, 1))
            if len(labels) + 1 < column < room - 4:
                labels, rule = f"{labels:{column}}{year}", f"{rule:-<{column}}+"
        yield _line("", f"{labels:{room}}{self.last}", "scan", self)
        yield _line("", f"{rule:-<{self.width - 1}}|", "", self)

    def _years(self) -> range:
        room = max(self.width // 7, 1)
        years = self.last.year - self.first.year + 1
        step = next((step for step in _STEPS if years / step <= room), _STEPS[-1])
        return range(self.first.year + -self.first.year % step, self.last.year + 1, step)


def _scale(age: FirmwareAge, rows: list[_Row], scanned: date, width: int) -> _Scale:
    """From the year of the earliest day that is believed, or of the earliest at all where none is, to the day of the scan."""
    days = [day for row in rows for day in (row.clue.not_before, row.clue.not_after)]
    earliest = min(day for day in (*days, age.not_before, age.not_after, age.code, scanned) if day is not None)
    columns = width - _NAME - _DAYS - 2 * _GAP
    narrow = columns < _NARROWEST
    columns = max(width - _NAME - _GAP, _NARROWEST) if narrow else min(columns, _WIDEST)
    return _Scale(date(earliest.year, 1, 1), scanned, columns, narrow)


def _rows(clues: tuple[Clue, ...]) -> Iterator[_Row]:
    """The clues, those that were read alike in several places as one."""
    places: dict[Clue, list[str]] = {}
    for clue in clues:
        found = places.setdefault(replace(clue, endpoint=None), [])
        if clue.endpoint and clue.endpoint.port:
            found.append(f"{clue.endpoint.port}/{clue.endpoint.transport}")
    for clue, found in places.items():
        more = len(found) - _PLACES
        where = ", ".join(found[:_PLACES]) + (f" and {more} more" if more > 0 else "")
        yield _Row(clue, f", on {where}" if found else "")


def _strength(clue: Clue) -> tuple[int, int, int, str, str]:
    """The surest first, then what says most: a day before a span, a span before a bound, the newest first."""
    ends = [day for day in (clue.not_before, clue.not_after) if day is not None]
    length = (ends[-1] - ends[0]).days if len(ends) == 2 else _UNBOUNDED - len(ends)
    return (-clue.confidence, length, -max(ends, default=date.min).toordinal(), clue.method, clue.detail)


def _row(row: _Row, scale: _Scale) -> Iterator[RenderableType]:
    """The bar and its days, and below it how sure it is and what was read."""
    clue = row.clue
    detail = one_line(clue.detail)
    said = detail if len(detail) <= _LONGEST else f"{detail[:_LONGEST]} …"
    bar, days = scale.bar(clue.not_before, clue.not_after), _days(clue.not_before, clue.not_after)
    yield from _drawn(clue.method, bar, days, f"{clue.confidence.label}: {said}{row.where}", scale)
    if clue.set_aside:
        yield _below(f"not believed: {clue.set_aside}")


def _drawn(name: str, bar: str, days: str, below: str, scale: _Scale) -> Iterator[RenderableType]:
    """A line and what stands below it, which has the days where they have no room beside the bar."""
    yield _line(name, bar, days, scale)
    yield _below(f"{days}; {below}" if scale.narrow else below)


def _line(name: str, bar: str, days: str, scale: _Scale) -> Text:
    label = cell(name)
    label.truncate(_NAME, overflow="ellipsis", pad=True)
    line = Text.assemble(label, " " * _GAP, f"{bar:{scale.width}}", " " * _GAP, "" if scale.narrow else days)
    line.no_wrap, line.overflow = True, "crop"
    return line


def _below(text: str) -> RenderableType:
    return Padding(cell(text, "dim"), (0, 0, 0, 3))


def _days(first: date | None, last: date | None) -> str:
    return days_in_words(first, last).removeprefix("on ").removeprefix("from ") if first or last else "bounds nothing"


def _counted(number: int, kind: str) -> str:
    return f"{number} {'clue' if number == 1 else 'clues'} {kind}" if number > 0 else ""


def _together(age: FirmwareAge, scale: _Scale) -> Iterator[RenderableType]:
    """The interval, and apart from it the age of the code."""
    yield Text("")
    first, last = age.not_before, age.not_after
    if first or last:
        below = f"{age.confidence.label}: on the day of the scan {_old(first, last, scale.last)}"
        yield from _drawn("built", scale.bar(first, last, "=", "#"), _days(first, last), below, scale)
    else:
        yield Text("nothing that is believed says when it was built")
    if age.code:
        below = f"its newest dated component came out {age_in_words(age.code, scale.last)} before the scan"
        yield from _drawn("newest code", scale.bar(age.code, age.code, mark="c"), str(age.code), below, scale)


def _old(first: date | None, last: date | None, scanned: date) -> str:
    most, least = (age_in_words(day, scanned) if day else "" for day in (first, last))
    if not least:
        return f"at most {most} old; nothing says how much less"
    if not most:
        return f"at least {least} old"
    return f"{least} old" if most == least else f"between {least.removesuffix(' years')} and {most} old"
