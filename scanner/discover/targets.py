"""What the operator asks to have scanned: networks, ranges, addresses, names, or a file of them.

10.20.0.0/22   10.20.0.5-10.20.0.20   10.20.0.5-20   10.20.0.7   camera-7.traffic.example   fd00:77::/64   fe80::/64%eth0   @targets.txt
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv6Network
from pathlib import Path

from inventory.errors import ConfigError
from inventory.text import one_line
from scanner import spans
from scanner.spans import Span

LIMIT = 65_536
"""Addresses that a scan takes without being told that so many are meant."""
IPV6_PREFIX = 112
"""IPv6 networks larger than this hold too many addresses to ask them one by one; only the neighbours in them are asked."""
_WITH_ZONE = re.compile(
    r"(?P<first>[0-9A-Fa-f:.]+)(%(?P<inner>[\w.-]{1,15}))?/(?P<prefix>\d{1,3})(%(?P<outer>[\w.-]{1,15}))?", re.ASCII
)
"""An IPv6 network with the interface that it is behind: fe80::/64%eth0, or fe80::%eth0/64 as RFC 4007, section 11.7, writes it."""
_NAME = re.compile(r"(?=.{1,253}\.?$)([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.?)+")
_LOOKS_NUMERIC = re.compile(r"[0-9.]+|[0-9]+(\.[0-9]+){3}-.*")
_MAPPED = spans.read("::ffff:0:0/96")
Resolver = Callable[[str], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Segment:
    """An IPv6 network that is too large to ask its addresses one by one: who is there is asked of all at once. `interface` is "" where none was named."""

    network: IPv6Network
    interface: str = ""

    @property
    def span(self) -> Span:
        """All its addresses."""
        return spans.of_network(self.network)

    def __str__(self) -> str:
        return f"{self.network}%{self.interface}" if self.interface else str(self.network)


@dataclass(frozen=True, slots=True)
class Targets:
    """The addresses to ask, merged and in order, and the IPv6 segments whose neighbours are asked.

    `networks` is what was asked for, as the report prints it; `names` maps an address to the name that gave it.
    """

    spans: tuple[Span, ...]
    networks: tuple[str, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    segments: tuple[Segment, ...] = ()

    @property
    def reach(self) -> tuple[Span, ...]:
        """Every address that may come to be asked."""
        return spans.merge((*self.spans, *(segment.span for segment in self.segments)))

    @property
    def count(self) -> int:
        """How many addresses are asked one by one."""
        return spans.count(self.spans)

    def found_in_segments(self, addresses: Iterable[str]) -> int:
        """How many of those addresses are in a segment, and not among those that are asked one by one."""
        found = {spans.of_address(address.partition("%")[0]) for address in addresses}
        return spans.count(spans.without(spans.within(found, (s.span for s in self.segments)), self.spans))

    def addresses(self) -> Iterator[str]:
        """Every address in turn; no list is made."""
        return spans.addresses(self.spans)

    def name_of(self, address: str) -> str:
        """The name by which the operator asked for the address, "" where by number."""
        return self.names.get(address, "")


@dataclass(frozen=True, slots=True)
class _Part:
    text: str
    span: Span
    name: str = ""
    segment: Segment | None = None


def resolve(name: str) -> tuple[str, ...]:
    """The addresses of a name, in order; ConfigError when it has none."""
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no host name"
        raise ConfigError(f"target {name!r}: the name cannot be resolved ({reason})") from None
    numbers = {str(entry[4][0]).partition("%")[0] for entry in found}
    return tuple(
        sorted(numbers, key=lambda text: (ipaddress.ip_address(text).version, int(ipaddress.ip_address(text))))
    )


def parse_targets(texts: Iterable[str], *, yes_large: bool = False, resolver: Resolver = resolve) -> Targets:
    """Read what the operator wrote; ConfigError in one sentence where it cannot be followed.

    The network and broadcast addresses of IPv4 networks larger than a /31 are left out; a range or a single address is taken as written.
    """
    parts = [part for text in texts for part in _parts(text, resolver)]
    merged = spans.merge(part.span for part in parts if part.segment is None)
    segments = tuple(dict.fromkeys(part.segment for part in parts if part.segment is not None))
    if not merged and not segments:
        raise ConfigError(
            "no targets: name a network (10.20.0.0/24), a range (10.20.0.5-20), an address, a name or @file"
        )
    number = spans.count(merged)
    if number > LIMIT and not yes_large:
        raise ConfigError(f"{number:,} addresses are more than {LIMIT:,}: add --yes-large if so many are meant")
    names = {spans.address_text(part.span.version, part.span.first): part.name for part in parts if part.name}
    return Targets(merged, tuple(dict.fromkeys(part.text for part in parts)), names, segments)


def _parts(text: str, resolver: Resolver) -> Iterator[_Part]:
    text = text.strip()
    if not text.startswith("@"):
        yield from _part(text, resolver)
        return
    path = Path(text[1:])
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigError(f"targets file {path}: {reason}") from None
    for number, line in enumerate(lines, 1):
        for word in line.partition("#")[0].split():
            try:
                yield from _part(word, resolver)
            except ConfigError as error:
                raise ConfigError(f"{path}, line {number}: {error}") from None


def _part(text: str, resolver: Resolver) -> Iterator[_Part]:
    if not text or text.startswith("@"):
        raise ConfigError(f"target {text!r}: a target is a network, a range, an address or a name")
    if "/" in text:
        yield _network(text)
    elif ":" in text or _LOOKS_NUMERIC.fullmatch(text):
        yield _range(text)
    elif _NAME.fullmatch(text):
        for address in resolver(text):
            yield _Part(f"{text} ({address})", spans.of_address(address), text)
    else:
        raise ConfigError(f"target {_shown(text)}: neither a network, a range, an address nor a host name")


def _network(text: str) -> _Part:
    zoned = _WITH_ZONE.fullmatch(text)
    zone = (zoned["inner"] or zoned["outer"] or "") if zoned else ""
    try:
        if zoned is None or (zone and (zoned["inner"] and zoned["outer"])):
            raise ValueError(text)
        written = ipaddress.ip_interface(f"{zoned['first']}/{zoned['prefix']}")
        if zone and (written.version == 4 or written.network.prefixlen >= IPV6_PREFIX):
            raise ValueError(text)
    except ValueError:
        raise ConfigError(f"target {_shown(text)}: not a network; write it as 10.20.0.0/24") from None
    network = written.network
    if written.ip != network.network_address:
        raise ConfigError(f"target {text}: the network is written {network}, the one address {written.ip}")
    span = spans.of_network(network)
    _refuse_disguised(text, span)
    if isinstance(network, IPv6Network) and network.prefixlen < IPV6_PREFIX:
        segment = Segment(network, zone)
        return _Part(str(segment), span, segment=segment)
    if network.version == 4 and network.prefixlen < 31:
        span = Span(4, span.first + 1, span.last - 1)
    return _Part(str(network), span)


def _range(text: str) -> _Part:
    first, dash, last = text.partition("-")
    if dash and last.isascii() and last.isdecimal() and "." in first:
        last = f"{first.rpartition('.')[0]}.{last}"
    try:
        if "%" in text:
            raise ValueError(text)
        begin, end = spans.of_address(first), spans.of_address(last if dash else first)
    except ValueError:
        raise ConfigError(
            f"target {_shown(text)}: not an address or range; write 10.20.0.5, 10.20.0.5-20 or 10.20.0.5-10.20.0.20"
        ) from None
    if begin.version != end.version:
        raise ConfigError(f"target {text}: a range of two address families")
    if begin.first > end.first:
        raise ConfigError(f"target {text}: the range ends before it begins")
    span = Span(begin.version, begin.first, end.first)
    _refuse_disguised(text, span)
    if span.version == 6 and span.count > 1 << (128 - IPV6_PREFIX):
        raise ConfigError(
            f"target {text}: IPv6 is not swept; name addresses, or networks no larger than a /{IPV6_PREFIX}"
        )
    return _Part(str(span), span)


def _refuse_disguised(text: str, span: Span) -> None:
    """An IPv4 address in IPv6 clothes would pass by what is said of it as IPv4."""
    if spans.within([span], [_MAPPED]):
        raise ConfigError(f"target {text}: IPv4 addresses written as IPv6; write them as IPv4")


def _shown(text: str) -> str:
    return repr(one_line(text, 80))
