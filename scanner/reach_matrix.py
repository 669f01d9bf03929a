"""The matrix *from where can what be reached*: kinds or devices down, vantages across, control equipment first and the widest place first. Pure.

A cell tells what was measured and no more: of how many devices that were asked how many answered at a port. Where nobody asked it says so.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from checks.policy import Policy
from checks.reach import CONTROL_KINDS, forbids
from inventory.appearances import Appearance
from inventory.model import Claim, Confidence, Device
from scanner.reaching import Reached, Sight, State, Vantage

UNIDENTIFIED = "unidentified"
_PORTS = 6


@dataclass(frozen=True, slots=True)
class Entry:
    """A device, how it stands to each vantage, and why the policy forbids that it was reached from there, by the vantage's name."""

    device: Appearance
    sights: Mapping[str, Sight]
    forbidden: Mapping[str, str]

    @property
    def kind(self) -> str:
        """Its kind, or the word for none."""
        return self.device.kind or UNIDENTIFIED


@dataclass(frozen=True, slots=True)
class Cell:
    """What a vantage reaches of the devices of a row: how many there are, how many of them were asked, answered, and should not have."""

    known: int
    asked: int
    reached: int
    forbidden: int

    def __str__(self) -> str:
        if not self.asked:
            return "not asked"
        number = str(self.reached) if self.reached else "none"
        unasked = f", {self.known - self.asked} not asked" if self.asked < self.known else ""
        count = "" if self.forbidden == self.reached else f"{self.forbidden} "
        return f"{number} of {self.asked}{f', {count}forbidden' if self.forbidden else ''}{unasked}"


def entries(reached: Reached) -> tuple[Entry, ...]:
    """Every device that is known, control equipment first, then by kind and address."""
    known = reached.known()
    made = (_entry(device, reached) for device in known)
    return tuple(sorted(made, key=lambda entry: kind_order(entry.kind)))


def _entry(device: Appearance, reached: Reached) -> Entry:
    sights = {v.name: reached.sight(v, device.identity, device.addresses) for v in reached.vantages}
    return Entry(device, sights, _forbidden(stand_in(device), sights, reached.policy))


def _forbidden(device: Device, sights: Mapping[str, Sight], policy: Policy) -> dict[str, str]:
    named = (name for name, sight in sights.items() if sight.state is State.REACHED)
    whys = {name: forbids(policy, device, name) for name in named}
    return {name: why for name, why in whys.items() if why}


def entry_of(device: Device, reached: Reached) -> Entry:
    """The same of one device whose record is at hand, which says more of what it is."""
    kind = device.claim("kind")
    appearance = Appearance("", device.address, device.identity, device.addresses, "", kind.value if kind else "")
    sights = {v.name: reached.sight(v, device.identity, device.addresses) for v in reached.vantages}
    return Entry(appearance, sights, _forbidden(device, sights, reached.policy))


def stand_in(device: Appearance) -> Device:
    """As much of a device as a rule of the policy asks for: where it is, and what kind."""
    kind = (Claim("kind", device.kind, Confidence.CONFIRMED, ""),) if device.kind else ()
    return Device(device.identity, device.addresses, claims=kind)


def kind_order(kind: str) -> tuple[int, str]:
    """Control equipment in its own order, the other kinds by name, what is not identified last."""
    if kind in CONTROL_KINDS:
        return CONTROL_KINDS.index(kind), ""
    return len(CONTROL_KINDS) + (kind == UNIDENTIFIED), kind


def by_kind(of: Iterable[Entry], vantages: Sequence[Vantage]) -> Iterator[tuple[str, int, tuple[Cell, ...]]]:
    """Each kind, how many devices are of it, and a cell for each vantage."""
    groups: dict[str, list[Entry]] = {}
    for entry in of:
        groups.setdefault(entry.kind, []).append(entry)
    for kind, members in groups.items():
        yield kind, len(members), tuple(_cell(members, vantage.name) for vantage in vantages)


def _cell(members: Sequence[Entry], vantage: str) -> Cell:
    states = [member.sights[vantage].state for member in members]
    asked = len(states) - states.count(State.NOT_ASKED)
    forbidden = sum(vantage in member.forbidden for member in members)
    return Cell(len(members), asked, states.count(State.REACHED), forbidden)


def in_words(entry: Entry, vantage: str) -> str:
    """One device's cell: where it answered, or that it did not, or that nobody asked."""
    sight = entry.sights[vantage]
    if sight.state is not State.REACHED:
        return sight.state.value
    more = len(sight.ports) - _PORTS
    ports = " ".join(islice(sight.ports, _PORTS)) + (f" and {more} more" if more > 0 else "")
    return f"{ports}{', forbidden' if vantage in entry.forbidden else ''}"


def place_in_words(vantage: Vantage, policy: Policy) -> str:
    """Who may stand at a vantage; that the policy does not know it, where it knows others."""
    if vantage.exposure:
        return vantage.exposure
    return "not in the policy" if policy.vantages else "-"
