"""How clues to the age of firmware become one interval: pure, and the same in whatever order the clues come.

Three kinds of clue are told apart. A *floor* knows only a first day (a component's release), and is hard: no firmware carries code from its own future. A
*placed* clue knows a last day too (a stated build date) or alone (the day of a release). A *weak* clue is one that is INFERRED: it speaks only where nothing
better does, and never narrows what better ones say.

Placed clues are heard by trust: what the device states before what a release table says of its version, and the surer before the less sure. The less trusted
narrow what the more trusted say, or are set aside with a reason. Where equals contradict each other neither is believed alone: the interval spans both. What
is set aside stays among the clues, and lowers the confidence where it was as sure as what it contradicts. An interval is never inverted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from inventory.ages import Clue, FirmwareAge
from inventory.model import Confidence

COMPONENT = "component"
RELEASE_TABLE = "release-table"
_OLDEST = date(1995, 1, 1)
_EPOCHS = frozenset((date(2000, 1, 1), date(1999, 11, 30)))
"""Days on which nothing is built, and from which clocks without a battery count; the second is a month and a day of 0 in 2000."""


@dataclass(frozen=True, slots=True)
class _Interval:
    first: date = date.min
    last: date = date.max

    def meet(self, other: "_Interval") -> "_Interval":
        return _Interval(max(self.first, other.first), min(self.last, other.last))

    def span(self, other: "_Interval") -> "_Interval":
        return _Interval(min(self.first, other.first), max(self.last, other.last))

    @property
    def is_empty(self) -> bool:
        return self.first > self.last


def combined(clues: Iterable[Clue], scanned: date | None = None) -> FirmwareAge:
    """When the firmware was built, by those clues, which keep their order; `scanned` is the day after which nothing on the device can have been built."""
    given = [_sound(clue, scanned) for clue in clues]
    strong = [clue for clue in given if clue.confidence > Confidence.INFERRED and not clue.set_aside]
    if any(clue.not_before or clue.not_after for clue in strong):
        interval, weighed, doubted = _agreed(strong, scanned)
        judged = dict(zip(map(id, strong), weighed, strict=True))
        given = [judged.get(id(clue)) or _not_against(clue, interval) for clue in given]
    else:
        interval, weighed, doubted = _agreed([clue for clue in given if not clue.set_aside], scanned)
        left = iter(weighed)
        given = [clue if clue.set_aside else next(left) for clue in given]
    first = interval.first if interval.first > date.min else None
    last = interval.last if interval.last < date.max else None
    return FirmwareAge(first, last, _confidence(given, interval, doubted=doubted), tuple(given))


def days_in_words(first: date | None, last: date | None) -> str:
    """An interval as a part of a sentence: "on 2017-01-24", "from 2016-12-19 to 2017-01-24", "not before 2016-12-19", "not after …", "on an unknown day"."""
    if first and last:
        return f"on {first}" if first == last else f"from {first} to {last}"
    if first or last:
        return f"not before {first}" if first else f"not after {last}"
    return "on an unknown day"


def _of(clue: Clue) -> _Interval:
    return _Interval(clue.not_before or date.min, clue.not_after or date.max)


def _sound(clue: Clue, scanned: date | None) -> Clue:
    """The clue, set aside where it cannot be true of any firmware."""
    if clue.set_aside:
        return clue
    if _of(clue).is_empty:
        return replace(clue, set_aside="it ends before it begins")
    if scanned is not None and clue.not_before is not None and clue.not_before > scanned:
        return replace(clue, set_aside="it is after the scan")
    if clue.not_after is not None and (clue.not_after < _OLDEST or clue.not_before == clue.not_after in _EPOCHS):
        return replace(clue, set_aside="it is the day at which clocks begin, or older than any such device")
    return clue


def _agreed(clues: list[Clue], scanned: date | None) -> tuple[_Interval, list[Clue], bool]:
    """What those clues say together, the clues as they were weighed, and whether equals contradicted each other."""
    floors = [clue for clue in clues if clue.not_before is not None and clue.not_after is None]
    hardest = max(floors, key=lambda clue: (_limit(clue), clue.method), default=None)
    weighed = {id(clue): clue if hardest is None else _above(clue, hardest) for clue in clues}
    placed = [clue for clue in clues if clue.not_after is not None and not weighed[id(clue)].set_aside]
    floor = max((_of(clue).first for clue in floors), default=date.min)
    interval, doubted = _Interval(min([floor, *(_of(clue).last for clue in placed)])), False
    for trust in sorted({_trust(clue) for clue in placed}, reverse=True):
        equals = [clue for clue in placed if _trust(clue) == trust]
        weighed |= {id(clue): _not_against(clue, interval) for clue in equals}
        believed = [_of(clue).meet(interval) for clue in equals if not weighed[id(clue)].set_aside]
        if believed and not doubted:  # what two equals span holds a day of each, and must go on holding it
            interval, doubted = _together(believed)
    if scanned is not None and interval.first <= scanned < interval.last < date.max:
        interval = replace(interval, last=scanned)
    return interval, [weighed[id(clue)] for clue in clues], doubted


def _limit(floor: Clue) -> date:
    """The day before which no build is believed: a kernel that was compiled overnight, or elsewhere, is a day younger than its firmware says."""
    first = _of(floor).first
    return first if floor.method == COMPONENT or first == date.min else first - timedelta(days=1)


def _above(clue: Clue, floor: Clue) -> Clue:
    """The clue, set aside where it ends before the hard bound."""
    if clue.not_after is None or clue.not_after >= _limit(floor):
        return clue
    why = "a component was released" if floor.method == COMPONENT else f"{floor.method} says that it was built"
    return replace(clue, set_aside=f"{why} only on {floor.not_before}")


def _not_against(clue: Clue, interval: _Interval) -> Clue:
    """The clue, set aside where it has no day in common with what is better founded."""
    if clue.set_aside or not _of(clue).meet(interval).is_empty:
        return clue
    first, last = (None if day in (date.min, date.max) else day for day in (interval.first, interval.last))
    return replace(clue, set_aside=f"better clues say that it was built {days_in_words(first, last)}")


def _trust(clue: Clue) -> tuple[bool, Confidence]:
    return clue.method != RELEASE_TABLE, clue.confidence


def _together(believed: list[_Interval]) -> tuple[_Interval, bool]:
    """The days that all have in common, or where there are none the span of all; and whether it is that."""
    common, span = believed[0], believed[0]
    for each in believed[1:]:
        common, span = common.meet(each), span.span(each)
    return (span, True) if common.is_empty else (common, False)


def _confidence(clues: list[Clue], interval: _Interval, *, doubted: bool) -> Confidence:
    """That of the less sure of both ends, LIKELY at most where one is open; a step lower where something as sure says otherwise."""
    believed = [clue for clue in clues if not clue.set_aside]
    first = [clue.confidence for clue in believed if _of(clue).first == interval.first > date.min]
    last = [clue.confidence for clue in believed if _of(clue).last == interval.last < date.max]
    if not first and not last:
        return Confidence.INFERRED
    sure = min(max(end, default=Confidence.LIKELY) for end in (first, last))
    if doubted or any(clue.set_aside and clue.confidence >= sure for clue in clues):
        return Confidence(max(sure - 1, Confidence.INFERRED))
    return sure
