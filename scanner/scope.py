"""What may be touched, how hard, by whose word, until when.

Only networks that cannot be anyone else's are granted (`OWN_NETWORKS`); deny wins over every grant; where grants overlap, the one with the narrowest
network speaks, so that a site drawn inside a wider one keeps its own level, window and expiry; an empty scope denies all.
"""

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import TypeAlias

from inventory.errors import ScopeError
from inventory.model import Level
from inventory.text import one_line

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

OWN_NETWORKS: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "10.0.0.0/8",  # RFC 1918
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",  # RFC 6598: cellular and cable modems of a city's devices
        "169.254.0.0/16",  # RFC 3927: link-local
        "127.0.0.0/8",  # this machine: the lab
        "198.18.0.0/15",  # RFC 2544: benches
        "192.0.2.0/24",  # RFC 5737: documentation
        "198.51.100.0/24",
        "203.0.113.0/24",
        "fc00::/7",  # RFC 4193: unique local
        "fe80::/10",  # RFC 4291: link-local
        "::1/128",
        "2001:db8::/32",  # RFC 3849: documentation
    )
)
"""A list of what may be granted, not of what may not: whatever the registries add later stays refused until it is added here."""

_WINDOW = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


def address_of(text: str) -> Address:
    """Return the address that `text` spells; an IPv4 address in IPv6 clothes (`::ffff:10.0.0.1`) is judged and reached as IPv4.

    Raises `ScopeError` for a name: names are resolved before they come here, so that what was judged is what is reached.
    """
    try:
        return _spelt(text)
    except ValueError:
        raise ScopeError(
            f"{one_line(text, 80)!r} is not an IP address; only resolved addresses can be judged by the scope"
        ) from None


@lru_cache(maxsize=4096)
def spelling(text: str) -> str:
    """The address that `text` spells, as it is written in the books; raises as `address_of`."""
    return str(address_of(text))


@lru_cache(maxsize=4096)  # every guard of every packet asks for the same few
def _spelt(text: str) -> Address:
    address = ipaddress.ip_address(text)
    return getattr(address, "ipv4_mapped", None) or address


@dataclass(frozen=True, slots=True)
class Grant:
    """A site's permission: these networks but for `deny`, up to `level`, by the word of `approved_by`.

    `valid_until` is the last day on which it holds; `window` is "01:00-05:00" in local time (over midnight too, "22:00-04:00"), "" for always.
    """

    networks: tuple[Network, ...]
    deny: tuple[Network, ...]
    level: Level
    approved_by: str
    site: str = ""
    valid_until: date | None = None
    window: str = ""
    hours: tuple[time, time] | None = field(init=False, repr=False, compare=False, default=None)
    rule: str = field(init=False, repr=False, compare=False, default="")
    """What the audit line says of who allowed it."""

    def __post_init__(self) -> None:
        for network in self.networks:
            _refuse_foreign(network)
        if not self.approved_by.strip():
            raise ScopeError(f"{self.name} has no approval; say who approved the scan (approved_by)")
        if self.window:
            object.__setattr__(self, "hours", hours_of(self.window))
        object.__setattr__(self, "rule", f"{self.name}, approved by {self.approved_by}")

    @property
    def name(self) -> str:
        """How messages and the audit call it: the site, or its networks where it has no name."""
        return f"site {self.site!r}" if self.site else "the grant for " + ", ".join(map(str, self.networks[:3]))

    def refusal(self, address: Address, level: Level, now: datetime) -> str:
        """Why this grant does not allow `level` at `address` now, in a sentence with the way out; "" when it allows it.

        Whether `address` lies in its networks is the caller's question. `now` is taken as local time when it has no zone.
        """
        if self.valid_until is not None and now.astimezone().date() > self.valid_until:
            return f"the approval of {self.name} ended on {self.valid_until}; have it renewed and set valid_until"
        if self.hours is not None and not _within_hours((local := now.astimezone()).time(), *self.hours):
            return f"{self.name} may only be scanned {self.window}, and it is {local:%H:%M}; wait for the window"
        if level > self.level:
            return (
                f"{self.name} allows level {self.level.label}, not {level.label}; have the level raised in its approval"
            )
        edge = next((kind for network in self.networks if (kind := _edge(address, network))), "")
        return f"{address} is {edge}, which is no device" if edge else ""


class Scope:
    """All grants together."""

    def __init__(self, grants: Iterable[Grant]) -> None:
        self._grants = tuple(grants)
        self._speaking = lru_cache(maxsize=4096)(
            self._not_denied
        )  # by networks alone, which do not change: no hour, no level

    @property
    def grants(self) -> tuple[Grant, ...]:
        """The grants, in the order they were given."""
        return self._grants

    @property
    def networks(self) -> tuple[Network, ...]:
        """Every granted network once, IPv4 first, in order; denied parts are not cut out."""
        found = {network for grant in self._grants for network in grant.networks}
        return tuple(sorted(found, key=lambda n: (n.version, int(n.network_address), n.prefixlen)))

    def within(self, network: Network) -> bool:
        """Whether every address of `network` lies in a granted one and not all of it is denied; when and how hard is `allow`'s question."""
        if any(_inside(network, denied) for denied in self._denied()):
            return False
        alike = (granted for granted in self.networks if granted.version == network.version)
        return any(_inside(network, whole) for whole in ipaddress.collapse_addresses(alike))  # type: ignore[type-var]  # one version only

    def allow(self, address: str, level: Level, now: datetime) -> Grant:
        """Return the grant that allows `level` at `address` now; raises `ScopeError` with the rule that forbids it and the way out."""
        refusals = []
        wanted = address_of(address)
        for grant in self.require(address):
            refusal = grant.refusal(wanted, level, now)
            if not refusal:
                return grant
            refusals.append(refusal)
        raise ScopeError(f"{wanted} is refused: {refusals[0]}")

    def require(self, address: str) -> tuple[Grant, ...]:
        """The grants that speak for `address`, at any time and level; raises `ScopeError` where there is none, or it is denied."""
        return self._speaking(address)

    def _not_denied(self, address: str) -> tuple[Grant, ...]:
        wanted = address_of(address)
        if not self._grants:
            raise ScopeError(f"{wanted} is refused: the scope is empty; name the networks you are authorised to scan")
        for denied in self._denied():
            if wanted in denied:
                raise ScopeError(f"{wanted} is refused: {denied} is denied; take it out of deny if it may be scanned")
        speaking = self._narrowest(wanted)
        if not speaking:
            raise ScopeError(
                f"{wanted} is refused: it lies in no granted network; add its network to a site if approved"
            )
        return speaking

    def _denied(self) -> Iterator[Network]:
        return (network for grant in self._grants for network in grant.deny)

    def _narrowest(self, address: Address) -> tuple[Grant, ...]:
        """The grants whose narrowest network around `address` is as narrow as any; several only where two name the same network."""
        prefixes = [
            (max(network.prefixlen for network in grant.networks if address in network), grant)
            for grant in self._grants
            if any(address in network for network in grant.networks)
        ]
        longest = max((prefix for prefix, _ in prefixes), default=0)
        return tuple(grant for prefix, grant in prefixes if prefix == longest)


def _inside(network: Network, other: Network) -> bool:
    return network.version == other.version and network.subnet_of(other)  # type: ignore[arg-type]  # of one version


def _refuse_foreign(network: Network) -> None:
    if any(_inside(network, own) for own in OWN_NETWORKS):
        return
    kind = "not a private network"
    if network.prefixlen == 0:
        kind = "the whole Internet"
    elif network.is_multicast:
        kind = "multicast"
    elif network == ipaddress.ip_network("255.255.255.255"):
        kind = "broadcast"
    elif network.is_unspecified:
        kind = "the unspecified address"
    elif network.is_global:
        kind = "public"
    raise ScopeError(f"{network} cannot be granted: it is {kind}; name the city's own private networks")


def _edge(address: Address, network: Network) -> str:
    """What `address` is when it is the first or last of an IPv4 network of four addresses or more."""
    if network.version == 6 or network.prefixlen > 30:
        return ""
    if address == network.network_address:
        return f"the network address of {network}"
    return f"the broadcast address of {network}" if address == network.broadcast_address else ""


def hours_of(window: str) -> tuple[time, time]:
    """The two times of day of "01:00-05:00", between which the second is no more; raises `ScopeError` for what is none."""
    match = _WINDOW.fullmatch(window)
    if match is None:
        raise ScopeError(f"the window {one_line(window, 40)!r} is not of the form 01:00-05:00")
    hour, minute, end_hour, end_minute = map(int, match.groups())
    start, end = time(hour, minute), time(end_hour, end_minute)
    if start == end:
        raise ScopeError(f"the window {window} begins and ends at once; leave it out for any time")
    return start, end


def _within_hours(now: time, start: time, end: time) -> bool:
    return start <= now < end if start < end else now >= start or now < end
