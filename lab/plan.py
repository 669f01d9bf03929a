"""Where each fake of a city stands, and what makes a copy of one a device of its own: address, MAC, serial, keys."""

import difflib
import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice

from lab.copies import Copies, NoMoreCopiesError
from lab.fake import Fake, load_depot, load_fakes, load_hostile
from lab.growth import drawn
from lab.settings import configured, in_state

NAMESPACE_NETWORK = "10.77.0.0/24"
IPV6_NETWORK = ipaddress.IPv6Network("fd00:77::/64")
"""Unique local addresses (RFC 4193); the devices that have one end in their host number, the scanner in 1."""
LOOPBACK_NETWORK = "127.77.0.0/24"
ALL, CENTRE = "all", "centre"
_THIS_NETWORK = ipaddress.IPv4Network("0.0.0.0/8")
"""Private by the registry (RFC 6890), as the reserved ones are, but nobody can be asked there."""


class PlanError(Exception):
    """What was asked for is no city: an unknown device, or more devices than addresses."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A fake with strings and keys of its own, under a name that no other in its city has.

    `fake` is as it is set now: `base` (None: the same) is as it declares itself, and `chosen` are the settings that make the one of the other.
    """

    fake: Fake
    name: str
    address: str
    ipv6: str = ""
    base: Fake | None = None
    chosen: tuple[tuple[str, str], ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where it stands."""
        return (self.address, self.ipv6) if self.ipv6 else (self.address,)


@dataclass(frozen=True, slots=True)
class Plan:
    """A city: its network, the scanner's own address in it, and its devices by address."""

    network: ipaddress.IPv4Network
    scanner: str
    placed: tuple[Placed, ...]

    @property
    def has_ipv6(self) -> bool:
        """Whether any of its devices has an IPv6 address."""
        return any(one.ipv6 for one in self.placed)


def reconfigured(placed: Placed, chosen: Mapping[str, str]) -> Placed:
    """The device with those of its settings chosen, and all others as it declares itself; raises `SettingError`."""
    base = placed.base or placed.fake
    return replace(placed, fake=configured(base, chosen), base=base, chosen=tuple(sorted(chosen.items())))


def refused(plan: Plan, placed: Placed, address: str, whose: Mapping[str, str]) -> str:
    """Why a device of that city cannot have an address, "" where it can; `whose` the addresses are that somebody has."""
    try:
        there = ipaddress.IPv4Address(address)
    except ValueError:
        return "it is no IPv4 address"
    if there not in plan.network or there in (plan.network.network_address, plan.network.broadcast_address):
        return f"it is no address of a device in {plan.network}"
    if str(there) in whose:
        return f"it is that of {whose[str(there)]}"
    if placed.fake.stack:
        return "it answers with frames of its own, at its own address only"
    return ""


def choose(names: Sequence[str]) -> tuple[Fake, ...]:
    """The fakes of those names and of the quarters of those names, by host number; `ALL` is the whole city, without the depot and who is hostile, and no name
    the centre."""
    city = load_fakes()
    fakes = tuple(sorted((*city, *load_depot(), *load_hostile()), key=lambda fake: fake.host))
    known = {ALL, *(fake.quarter for fake in fakes), *(fake.name for fake in fakes)}
    for name in names:
        if name not in known:
            nearest = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
            hint = f"; nearest: {', '.join(nearest)}" if nearest else ""
            raise PlanError(f"no fake device is called {name!r}{hint} (see tocsin-lab list)")
    wanted = {*(names or (CENTRE,))}
    everywhere = city if ALL in wanted else ()
    return tuple(fake for fake in fakes if wanted & {fake.quarter, fake.name} or fake in everywhere)


def lay_out(
    network: str,
    devices: int | None = None,
    only: Sequence[str] = (),
    *,
    ipv6: bool = False,
    state: str = "",
    seed: int | None = None,
) -> Plan:
    """Place the fakes in `network`, round and round until there are `devices` of them (None: each once), or as they are drawn with a `seed`.

    The network is widened as needed, at most to a /16. With `ipv6` the first of each fake that knows IPv6 has such an address too. With a
    `state` each device that knows it is in that state. A drawn city is the whole one, unless only some are asked for.
    """
    fakes = choose(only or (() if seed is None else (ALL,)))
    count = len(fakes) if devices is None else devices
    space = _space(network, count)
    chosen = islice(((fake, "") for fake in cycle(fakes)), count) if seed is None else drawn(fakes, count, seed)
    hosts = _hosts(space, () if seed is not None else fakes)
    copies, placed = Copies(), []
    for fake, condition in chosen:
        is_first = not copies.has(fake)
        name, copy = _another(copies, fake)
        host = fake.host if is_first and seed is None else next(hosts)
        second = ipv6_of(host) if ipv6 and fake.ipv6 and is_first else ""
        made = Placed(copy, name, str(space.network_address + host), second)
        settings = in_state(copy, state or condition)
        placed.append(reconfigured(made, settings) if settings else made)
    by_address = sorted(placed, key=lambda one: ipaddress.ip_address(one.address))
    return Plan(space, str(space.network_address + 1), tuple(by_address))


def _hosts(space: ipaddress.IPv4Network, fakes: Sequence[Fake]) -> Iterator[int]:
    """The hosts of a network that are neither the scanner's nor kept for those fakes."""
    taken = {1, *(fake.host for fake in fakes)}
    return (host for host in range(2, space.num_addresses - 1) if host not in taken)


def _another(copies: Copies, fake: Fake) -> tuple[str, Fake]:
    try:
        return copies.another(fake)
    except NoMoreCopiesError as error:
        raise PlanError(f"{error}: ask for fewer devices or for other fakes too") from error


def ipv6_of(host: int) -> str:
    """The IPv6 address of a host number, which reads as that number: fd00:77::12."""
    return str(IPV6_NETWORK[int(str(host), 16)])


def _space(network: str, count: int) -> ipaddress.IPv4Network:
    try:
        space = ipaddress.IPv4Network(network)
    except ValueError as error:
        raise PlanError(f"{network} is not an IPv4 network: {error}") from error
    usable = space.is_private and not (space.is_reserved or space.overlaps(_THIS_NETWORK))
    if not usable or space.prefixlen > 24:
        raise PlanError(f"{network}: a city needs a private or loopback network of /24 or wider")
    while space.num_addresses - 3 < count:  # all but the network's own, the broadcast address and the scanner's
        if space.prefixlen <= 16:
            raise PlanError(f"{count} devices are more than a /16 is meant to hold")
        space = space.supernet()
    return space
