"""The advisories of one maker, set out so that those that name a device are found without reading all of them (Siemens alone has 25,000 rows)."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from checks.intelligence import Intelligence
from checks.knowledge import Advisory
from checks.product_patterns import Fit, Pattern, model_in_range, pattern, stripped
from checks.products import family_names, looked_up, order_numbers, stated_names, vendor_of
from inventory.model import Device

_BEFORE_TAIL = 12
"""Of an order number, without punctuation, how much names the hardware; what follows tells variants of it apart."""
_SHORTEST = 4
_MEMBERS = 4000
"""How many narrower names are looked at for one name of a device."""


@dataclass(frozen=True, slots=True)
class Named:
    """An advisory's row that names the device, how well, and whether it names a model where versions are expected."""

    row: Advisory
    pattern: Pattern
    fit: Fit
    vendor: str
    without_range: bool = False


@dataclass(frozen=True, slots=True)
class Names:
    """What a device is called, in the spelling of patterns: as it states, and what its families are called; and its order numbers."""

    stated: tuple[str, ...]
    families: tuple[str, ...]
    orders: tuple[str, ...]

    @property
    def closely(self) -> bool:
        """Whether one of them says which model it is, and not only which kind of thing."""
        return bool(self.orders) or any(any(map(str.isdigit, name)) for name in self.stated)


def names(device: Device, vendor: str) -> Names:
    """The device's names without the brands of that vendor; of "750-881/000-001" what stands before the stroke as well."""
    stated = stated_names(device)
    variants = [name.partition("/")[0] for name in stated if "/" in name]
    plainly = dict.fromkeys(stripped(name, vendor) for name in stated)
    families = dict.fromkeys(
        stripped(name, vendor) for name in (*family_names(device), *(v for v in variants if any(map(str.isdigit, v))))
    )
    return Names(tuple(plainly), tuple(name for name in families if name not in plainly), order_numbers(device))


@dataclass(slots=True)
class _Place:
    pattern: Pattern
    rows: list[tuple[Advisory, bool]] = field(default_factory=list)


class Shelf:
    """The rows of one maker by what they name."""

    def __init__(self, vendor: str, rows: Iterable[Advisory]) -> None:
        self.vendor = vendor
        self._cores: dict[str, list[_Place]] = {}
        self._orders: dict[str, list[_Place]] = {}
        self._families: list[tuple[re.Pattern[str], _Place]] = []
        self.ids: set[str] = set()
        self.cves: set[str] = set()
        places: dict[str, _Place] = {}
        for row in rows:
            self.ids.add(row.id)
            self.cves.update(row.cves)
            model = model_in_range(row.affected)
            self._put(places, model or row.product, row, in_range=bool(model))
        self._words = sorted((words, at) for at, place in enumerate(places.values()) for words in place.pattern.words)
        self._places = list(places.values())

    def naming(self, called: Names) -> Iterator[Named]:
        """The rows that name a device called so, in the order in which they stand, each once with its best fit."""
        fits: dict[int, tuple[Fit, _Place]] = {}
        whole = {name.replace(" ", "") for name in called.stated}
        for fit, place in self._found(called):
            said = place.pattern
            if not _other_hardware(said, called.orders):
                before = fits.get(id(place), (Fit.POSSIBLE, place))[0]
                limited = said.conditional and said.whole not in whole
                fits[id(place)] = (max(before, Fit.POSSIBLE if limited else fit), place)
        for fit, place in fits.values():
            for row, in_range in place.rows:
                yield Named(row, place.pattern, Fit.POSSIBLE if in_range else fit, self.vendor, in_range)

    def _put(self, places: dict[str, _Place], product: str, row: Advisory, *, in_range: bool) -> None:
        place = places.get(product)
        if place is None:
            place = places[product] = _Place(pattern(product, self.vendor))
            for core in {*place.pattern.cores, place.pattern.whole}:
                self._cores.setdefault(core, []).append(place)
            for order in place.pattern.orders:
                self._orders.setdefault(order[:_BEFORE_TAIL], []).append(place)
            self._families += [(family, place) for family in place.pattern.family]
        place.rows.append((row, in_range))

    def _found(self, called: Names) -> Iterator[tuple[Fit, _Place]]:
        for order in called.orders:
            for place in self._orders.get(order[:_BEFORE_TAIL], ()):
                yield (Fit.EXACT if order in place.pattern.orders else Fit.FAMILY), place
        for name in called.stated:
            yield from ((Fit.EXACT, place) for place in self._cores.get(name.replace(" ", ""), ()))
            if not any(other.startswith(f"{name} ") for other in (*called.stated, *called.families)):
                yield from ((Fit.POSSIBLE, place) for place in self._narrower(name))
        for name in called.families:
            yield from ((Fit.FAMILY, place) for place in self._cores.get(name.replace(" ", ""), ()))
        for name in (*called.stated, *called.families):
            joined = name.replace(" ", "")
            for family, place in self._families:
                if family.fullmatch(name) or family.fullmatch(joined):
                    yield Fit.FAMILY, place

    def _narrower(self, name: str) -> Iterator[_Place]:
        """What begins with the whole of a name that is more than a word: "s7 1200 cpu 1211c …" for "s7 1200", "ruggedcom ros rsg2100" for "ruggedcom ros".

        The "mk ii" of a model is its successor, which calls itself so.
        """
        if len(name) < _SHORTEST or not (" " in name or any(map(str.isdigit, name))):
            return
        first = bisect_left(self._words, (f"{name} ", -1))
        for words, at in self._words[first : first + _MEMBERS]:
            if not words.startswith(f"{name} "):
                return
            if not words.startswith(f"{name} mk "):
                yield self._places[at]


def _other_hardware(said: Pattern, orders: tuple[str, ...]) -> bool:
    heads = {order[:_BEFORE_TAIL] for order in orders}
    return bool(said.orders) and bool(heads) and heads.isdisjoint(order[:_BEFORE_TAIL] for order in said.orders)


_shelves: "WeakKeyDictionary[Intelligence, dict[str, Shelf]]" = WeakKeyDictionary()


def shelf(intelligence: Intelligence, vendor: str) -> Shelf:
    """The advisories under that vendor's name, set out once for each intelligence."""
    known = _shelves.setdefault(intelligence, {})
    if vendor not in known:
        known[vendor] = Shelf(vendor, intelligence.advisories.get(vendor, ()))
    return known[vendor]


def shelves(device: Device, intelligence: Intelligence) -> tuple[Shelf, ...]:
    """Those that are to be looked through for the device: its maker's and those of makers under whose name it is sold as well; () where that is not known."""
    vendor = vendor_of(device)
    found = (shelf(intelligence, name) for name in looked_up(vendor)) if vendor else iter(())
    return tuple(each for each in found if each.ids)
