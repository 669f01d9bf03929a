"""Where each fake of a city stands, and what makes a copy of one a device of its own: address, MAC, serial, keys."""

import dataclasses
import difflib
import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from lab.fake import Fake, load_depot, load_fakes

NAMESPACE_NETWORK = "10.77.0.0/24"
IPV6_NETWORK = ipaddress.IPv6Network("fd00:77::/64")
"""Unique local addresses (RFC 4193); the devices that have one end in their host number, the scanner in 1."""
LOOPBACK_NETWORK = "127.77.0.0/24"
ALL, CENTRE = "all", "centre"
_NUMBER = re.compile(r"(\d{1,9})(\D*)$")
_STEP = 7  # has no factor in common with 10, so that copies do not meet before all endings are used
_MAC_STEP = 0x000101
_Value = TypeVar("_Value")


class PlanError(Exception):
    """What was asked for is no city: an unknown device, or more devices than addresses."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A fake with strings and keys of its own, under a name that no other in its city has."""

    fake: Fake
    name: str
    address: str
    ipv6: str = ""

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


def choose(names: Sequence[str]) -> tuple[Fake, ...]:
    """The fakes of those names and of the quarters of those names, by host number; `ALL` is the whole city, without the depot, and no name the centre."""
    city, depot = load_fakes(), load_depot()
    fakes = tuple(sorted((*city, *depot), key=lambda fake: fake.host))
    known = {ALL, *(fake.quarter for fake in fakes), *(fake.name for fake in fakes)}
    for name in names:
        if name not in known:
            nearest = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
            hint = f"; nearest: {', '.join(nearest)}" if nearest else ""
            raise PlanError(f"no fake device is called {name!r}{hint} (see tocsin-lab list)")
    wanted = {*(names or (CENTRE,))}
    everywhere = city if ALL in wanted else ()
    return tuple(fake for fake in fakes if wanted & {fake.quarter, fake.name} or fake in everywhere)


def lay_out(network: str, devices: int | None = None, only: Sequence[str] = (), *, ipv6: bool = False) -> Plan:
    """Place the fakes in `network`, round and round until there are `devices` of them (None: each once).

    The network is widened as needed, at most to a /16. With `ipv6` the first of each fake that knows IPv6 has such an address too.
    """
    fakes = choose(only)
    count = len(fakes) if devices is None else devices
    space = _space(network, count)
    start = int(space.network_address)
    taken = {1, *(fake.host for fake in fakes)}
    free = (host for host in range(2, space.num_addresses - 1) if host not in taken)
    placed = []
    for number in range(count):
        copy, fake = number // len(fakes), fakes[number % len(fakes)]
        host = fake.host if copy == 0 else next(free)
        name = fake.name if copy == 0 else f"{fake.name}-{copy + 1}"
        second = ipv6_of(host) if ipv6 and fake.ipv6 and copy == 0 else ""
        placed.append(Placed(respell(fake, copy), name, str(ipaddress.ip_address(start + host)), second))
    by_address = sorted(placed, key=lambda one: ipaddress.ip_address(one.address))
    return Plan(space, str(ipaddress.ip_address(start + 1)), tuple(by_address))


def ipv6_of(host: int) -> str:
    """The IPv6 address of a host number, which reads as that number: fd00:77::12."""
    return str(IPV6_NETWORK[int(str(host), 16)])


def _space(network: str, count: int) -> ipaddress.IPv4Network:
    try:
        space = ipaddress.IPv4Network(network)
    except ValueError as error:
        raise PlanError(f"{network} is not an IPv4 network: {error}") from error
    if not (space.is_private or space.is_loopback) or space.prefixlen > 24:
        raise PlanError(f"{network}: a city needs a private or loopback network of /24 or wider")
    while space.num_addresses - 3 < count:  # all but the network's own, the broadcast address and the scanner's
        if space.prefixlen <= 16:
            raise PlanError(f"{count} devices are more than a /16 is meant to hold")
        space = space.supernet()
    return space


def respell(fake: Fake, copy: int) -> Fake:
    """The fake with another MAC (of the same vendor), serial number and other unique strings, wherever they stand in its services; copy 0 is itself."""
    if copy == 0:
        return fake
    pairs = dict(_macs(fake.mac, copy))
    for text in (fake.serial, *fake.unique):
        if text is not None and _exchanged(text, pairs) == text:
            pairs[text] = _counted_on(text, copy)
    return replace(
        fake,
        mac=_exchanged(fake.mac, pairs),
        serial=_exchanged(fake.serial, pairs),
        services=_exchanged(fake.services, pairs),
    )


def _macs(mac: str, copy: int) -> Iterator[tuple[str, str]]:
    prefix, own = mac[:9], int(mac[9:].replace(":", ""), 16)
    digits = f"{(own + copy * _MAC_STEP) % 2**24:06x}"
    other = prefix + ":".join((digits[:2], digits[2:4], digits[4:]))
    yield mac, other
    yield mac.replace(":", ""), other.replace(":", "")
    yield mac.replace(":", "").upper(), other.replace(":", "").upper()


def _counted_on(text: str, copy: int) -> str:
    found = _NUMBER.search(text)
    if found is None:
        raise PlanError(f"{text!r} holds no number to tell copies apart by")
    digits = found[1]
    number = (int(digits) + copy * _STEP) % 10 ** len(digits)
    return f"{text[: found.start()]}{number:0{len(digits)}d}{found[2]}"


def _exchanged(value: _Value, pairs: Mapping[str, str]) -> _Value:
    """`value` with every string in it exchanged, through tuples and records."""
    changed: object = value
    if isinstance(value, str):
        for old, new in pairs.items():
            changed = str(changed).replace(old, new)
    elif isinstance(value, tuple):
        changed = tuple(_exchanged(part, pairs) for part in value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = {f.name: _exchanged(getattr(value, f.name), pairs) for f in dataclasses.fields(value) if f.init}
        changed = replace(value, **parts)
    return changed  # type: ignore[return-value]  # each branch keeps the type it was given
