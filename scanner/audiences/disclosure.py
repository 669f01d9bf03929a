"""Counts that may be published: no small group is told, and none can be worked out from what is.

The method is that of the Handbook on Statistical Disclosure Control (A. Hundepool and others, ESSnet SDC, version 1.2, 2010; chapter 5, on tables of
frequencies), with three of its means, one after the other:

1. Threshold, and complementary suppression by merging. A group of fewer than K = 5 is never told by itself, be it empty or not. All such groups of a table
   become one, "all others", and the smallest of the groups that are large enough is merged into it as well: so what is left over when all that is told is taken
   from the total is never a small group. If only one group is left then, there is no table.
2. Random rounding to base 5. Each number that is told is one of the two multiples of 5 around the true one (a multiple of 5 may move by one step either way,
   one time in five each), chosen by a keyed hash of the table, the group and the true number. So a number says no more than that the true one is within 5 of
   it, and as the totals are rounded by themselves, nothing adds up. The choice is the same whenever the number is the same: a report that is made often tells
   no more than once (what the "cell key" method of the Australian Bureau of Statistics is for), and one of a city that has changed by one or two
   devices mostly reads the same.
3. One-way tables only. No table crosses two properties, so that a device that is known by one of them cannot be looked up by it in another.

What is left: who knows all devices but one, each with all its properties, may sometimes see in which group of one table the last one is. No table of counts
that tells anything can rule that out; the rounding makes it seldom, and nothing else of the device is told with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

K = 5
OTHERS = "all others"
_MOVES = 5


@dataclass(frozen=True, slots=True)
class Told:
    """A table that may be published: each group with its rounded number, and whether some are told together."""

    groups: tuple[tuple[str, int], ...]
    merged: bool


class Rounding:
    """Random rounding under a key."""

    def __init__(self, key: bytes) -> None:
        self._key = blake2b(key, digest_size=32, person=b"tocsin-rounding").digest()

    def of(self, table: str, group: str, count: int) -> int:
        """A multiple of K beside `count`, K at least; `count` is K at least."""
        draw = int.from_bytes(
            blake2b(f"{table}\0{group}\0{count}".encode(), key=self._key, digest_size=8).digest(), "big"
        )
        below, rest = count - count % K, count % K
        if rest:
            return max(below + (K if draw % K < rest else 0), K)
        step = {0: K, 1: -K}.get(draw % _MOVES, 0)
        return max(below + step, K)


def table(name: str, counts: Mapping[str, int], groups: Sequence[str], rounding: Rounding) -> Told | None:
    """The counts of a table by group, of all `groups` that there could be; None where nothing may be told."""
    large = sorted((group for group in groups if counts.get(group, 0) >= K), key=lambda group: (counts[group], group))
    if len(large) < len(groups):
        large = large[1:]  # the smallest hides the small ones
    if len(large) < (1 if len(large) < len(groups) else 2):
        return None
    left = sum(counts.values()) - sum(counts[group] for group in large)
    told = [(group, rounding.of(name, group, counts[group])) for group in groups if group in large]
    merged = len(large) < len(groups)
    if merged:
        told.append((OTHERS, rounding.of(name, OTHERS, left)))
    return Told(tuple(told), merged)


def shares(name: str, members: Mapping[str, int], whole: int, rounding: Rounding) -> tuple[tuple[str, int | None], ...]:
    """Groups that overlap, each by itself: None where it, or the rest without it, is too small to be told."""
    return tuple(
        (group, rounding.of(name, group, count) if K <= count <= whole - K else None)
        for group, count in members.items()
    )
