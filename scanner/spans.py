"""Runs of addresses: what a sweep asks, and where it may, without a list of either.

A span is a first and a last address of one family. Everything here is arithmetic on integers, so a /8 costs as much as a /32.
"""

import ipaddress
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeAlias

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The addresses from `first` to `last`, both included, of IP version `version`."""

    version: int
    first: int
    last: int

    @property
    def count(self) -> int:
        """How many addresses it holds."""
        return self.last - self.first + 1

    def __str__(self) -> str:
        first = address_text(self.version, self.first)
        return first if self.first == self.last else f"{first}-{address_text(self.version, self.last)}"


def address_text(version: int, number: int) -> str:
    """The address with that number as it is usually written."""
    return str(ipaddress.IPv4Address(number) if version == 4 else ipaddress.IPv6Address(number))


def of_network(network: Network) -> Span:
    """Every address of a network, its first and last included."""
    return Span(network.version, int(network.network_address), int(network.broadcast_address))


def of_address(text: str) -> Span:
    """The one address; ValueError when it is none."""
    address = ipaddress.ip_address(text)
    return Span(address.version, int(address), int(address))


def read(text: str) -> Span:
    """The span that `str(span)` wrote, or a network in its usual form; ValueError when it is neither."""
    if "/" in text:
        return of_network(ipaddress.ip_network(text))
    first, _, last = text.partition("-")
    begin, end = of_address(first), of_address(last or first)
    if begin.version != end.version or begin.first > end.first:
        raise ValueError(f"{text!r} is no range of addresses")
    return Span(begin.version, begin.first, end.first)


def merge(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same addresses in order, none twice, with touching spans joined."""
    merged: list[Span] = []
    for span in sorted(spans):
        before = merged[-1] if merged else None
        if before and before.version == span.version and span.first <= before.last + 1:
            merged[-1] = Span(span.version, before.first, max(before.last, span.last))
        else:
            merged.append(span)
    return tuple(merged)


def without(spans: Iterable[Span], taken: Iterable[Span]) -> tuple[Span, ...]:
    """What is left of `spans` when every address of `taken` is removed."""
    left: list[Span] = []
    holes = merge(taken)
    at = 0
    for span in merge(spans):
        while at < len(holes) and (holes[at].version, holes[at].last) < (span.version, span.first):
            at += 1
        first, index = span.first, at
        while index < len(holes) and (holes[index].version, holes[index].first) <= (span.version, span.last):
            if first < holes[index].first:
                left.append(Span(span.version, first, holes[index].first - 1))
            first = holes[index].last + 1
            index += 1
        if first <= span.last:
            left.append(Span(span.version, first, span.last))
    return tuple(left)


def within(spans: Iterable[Span], limits: Iterable[Span]) -> tuple[Span, ...]:
    """The addresses of `spans` that are also in `limits`."""
    spans = merge(spans)
    return without(spans, without(spans, limits))


def count(spans: Iterable[Span]) -> int:
    """How many addresses the spans hold together."""
    return sum(span.count for span in spans)


def addresses(spans: Iterable[Span]) -> Iterator[str]:
    """Every address in turn, as text."""
    for span in spans:
        for number in range(span.first, span.last + 1):
            yield address_text(span.version, number)


class Places:
    """Numbers the addresses of merged spans of one version from 0 on, so that a bitmap can stand for them."""

    def __init__(self, spans: tuple[Span, ...]) -> None:
        self._spans = spans
        self._firsts = [span.first for span in spans]
        self._offsets = list(accumulate((span.count for span in spans), initial=0))

    def of(self, number: int) -> int | None:
        """The place of an address, or None where it is in none of the spans."""
        index = bisect_right(self._firsts, number) - 1
        if index < 0 or number > self._spans[index].last:
            return None
        return self._offsets[index] + number - self._firsts[index]


def chunks(spans: Iterable[Span], size: int) -> Iterator[tuple[Span, ...]]:
    """The spans in order, cut into lots of at most `size` addresses of one version."""
    lot: list[Span] = []
    room = size
    for span in spans:
        first = span.first
        while first <= span.last:
            if lot and (room == 0 or lot[0].version != span.version):
                yield tuple(lot)
                lot, room = [], size
            last = min(span.last, first + room - 1)
            lot.append(Span(span.version, first, last))
            room -= last - first + 1
            first = last + 1
    if lot:
        yield tuple(lot)


def networks(span: Span) -> tuple[Network, ...]:
    """The fewest networks that together are the span."""
    first, last = (ipaddress.ip_address(address_text(span.version, number)) for number in (span.first, span.last))
    return tuple(ipaddress.summarize_address_range(first, last))
