"""Which addresses may be asked, and which way is the best one to each: no I/O."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from inventory.errors import ConfigError, ScopeError
from scanner import spans
from scanner.discover.links import Link
from scanner.discover.records import Note, Sweep
from scanner.discover.targets import IPV6_PREFIX, Segment
from scanner.scope import Grant
from scanner.spans import Span

_REFUSALS_TOLD = 5
LOOPBACK = (spans.read("127.0.0.0/8"), spans.read("::1"))


class Way(StrEnum):
    """How addresses are asked."""

    LOOPBACK = "loopback"
    SEGMENT = "segment"
    SEGMENT_BY_CONNECT = "segment by connect"
    ROUTED = "routed"
    ROUTED_BY_CONNECT = "routed by connect"
    NMAP = "nmap"


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of the sweep that is asked one way; `link` is the segment's."""

    way: Way
    spans: tuple[Span, ...]
    link: Link | None = None

    @property
    def count(self) -> int:
        """How many addresses it has."""
        return spans.count(self.spans)

    @property
    def text(self) -> str:
        """Its addresses for a sentence, shortened."""
        more = f" and {len(self.spans) - 2} more ranges" if len(self.spans) > 2 else ""
        return ", ".join(str(span) for span in self.spans[:2]) + more


def networks_of(grants: Iterable[Grant]) -> tuple[Span, ...]:
    """Every network that some grant allows."""
    return spans.merge(spans.read(str(network)) for grant in grants for network in grant.networks)


def denies_of(grants: Iterable[Grant]) -> tuple[Span, ...]:
    """Everything that some grant denies; deny wins over every grant."""
    return spans.merge(spans.read(str(network)) for grant in grants for network in grant.deny)


def asked(sweep: Sweep) -> int:
    """How many addresses are asked one by one: those of the targets that some grant allows, without those that one denies; those that are skipped count too."""
    grants = tuple(sweep.scope.grants)
    return spans.count(spans.without(spans.within(sweep.targets.spans, networks_of(grants)), denies_of(grants)))


def permitted(sweep: Sweep, now: datetime) -> tuple[tuple[Span, ...], tuple[Note, ...]]:
    """The targets that the scope allows now, without those to skip, and a note for each part that it refuses; ScopeError when it refuses all.

    Its answer can change only where a network or a deny of a grant begins or ends, and at a network's first and last address, which are no device; so it is
    asked once for each piece between two such places.
    """
    allowed, refused = [], []
    for piece in _pieces(sweep):
        try:
            sweep.scope.allow(spans.address_text(piece.version, piece.first), sweep.level, now)
        except ScopeError as error:
            refused.append((piece, error))
        else:
            allowed.append(piece)
    if not allowed and refused:
        raise refused[0][1]
    if sweep.shift and spans.without(allowed, LOOPBACK):
        raise ScopeError("a port shift is for the lab on this machine's loopback addresses only")
    skipped = [spans.of_address(address) for address in sweep.skip]
    return spans.without(spans.without(allowed, denies_of(sweep.scope.grants)), skipped), tuple(_refusals(refused))


def _pieces(sweep: Sweep) -> Iterator[Span]:
    grants = tuple(sweep.scope.grants)
    limits = [
        spans.read(str(network)) for grant in grants for group in (grant.networks, grant.deny) for network in group
    ]
    for span in sweep.targets.spans:
        near = [limit for limit in limits if limit.version == span.version]
        edges = {edge for limit in near for edge in (limit.first, limit.first + 1, limit.last, limit.last + 1)}
        begins = [span.first, *sorted(edge for edge in edges if span.first < edge <= span.last)]
        for first, following in zip(begins, [*begins[1:], span.last + 1], strict=True):
            yield Span(span.version, first, following - 1)


def _refusals(refused: list[tuple[Span, ScopeError]]) -> Iterator[Note]:
    for piece, error in refused[:_REFUSALS_TOLD]:
        yield Note(f"{piece}: not asked: {error}")
    more = refused[_REFUSALS_TOLD:]
    if more:
        yield Note(f"{spans.count(piece for piece, _ in more):,} more addresses were not asked: the scope refuses them")


def own_addresses(links: tuple[Link, ...]) -> tuple[Span, ...]:
    """The addresses that are this machine itself, which answer whether or not anything listens there."""
    return spans.merge((*LOOPBACK, *(Span(link.network.version, link.number, link.number) for link in links)))


def legs(allowed: tuple[Span, ...], links: tuple[Link, ...], *, raw: bool) -> Iterator[Leg]:
    """The parts in which the built-in engine asks: its segments, what is behind a router, and last this machine itself, which at a device's pace takes half
    a minute."""
    own = own_addresses(links)
    left = spans.without(allowed, own)
    for link in links:
        if link.ethernet:
            way = Way.SEGMENT if raw and link.network.version == 4 else Way.SEGMENT_BY_CONNECT
            yield from _leg(way, spans.within(left, [link.network]), link)
            left = spans.without(left, [link.network])
    yield from _leg(Way.ROUTED if raw else Way.ROUTED_BY_CONNECT, tuple(span for span in left if span.version == 4))
    yield from _leg(Way.ROUTED_BY_CONNECT, tuple(span for span in left if span.version == 6))
    yield from _leg(Way.LOOPBACK, spans.within(allowed, own))


def segment_link(segment: Segment, links: tuple[Link, ...]) -> Link:
    """The interface behind which a segment is; ConfigError where it is behind none or may be behind several."""
    here = [link for link in links if link.ethernet and not spans.without([segment.span], [link.network])]
    named = [link for link in here if not segment.interface or link.interface == segment.interface]
    interfaces = sorted({link.interface for link in named})
    if not named:
        raise ConfigError(
            f"target {segment}: so many IPv6 addresses are asked only of the segments that this machine stands on, and this is none of them; "
            f"name addresses, or networks no larger than a /{IPV6_PREFIX}"
        )
    if len(interfaces) > 1:
        raise ConfigError(
            f"target {segment}: it is behind {' and '.join(interfaces)}; say which: {segment.network}%{interfaces[0]}"
        )
    return named[0]


def _leg(way: Way, part: tuple[Span, ...], link: Link | None = None) -> Iterator[Leg]:
    if part:
        yield Leg(way, part, link)
