"""The ward: which devices of this run are left alone, and how they are recognised. No I/O but the store's, which it is handed.

A device in quarantine keeps its place there though its address changes: it is known by its MAC, or, once it has said enough, by its identity.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from inventory.errors import Quarantined
from inventory.findings import Outcome
from inventory.identity import candidates
from inventory.model import Claim, Device, Status
from inventory.quarantine import Quarantine
from inventory.report import Assessment
from scanner.hands import Hands

CROWD = 3
"""So many devices that fall silent together, while none answers, are no devices that were harmed: it is the network."""


@dataclass(frozen=True, slots=True)
class Look:
    """A device of which only the presence is looked at: by ARP where its MAC is known, else by one TCP port (0: none is known) at its address."""

    address: str
    mac: str | None
    port: int


class Ward:
    """The quarantine of one run: what the inventory holds, and what this scan adds, which is kept at once. `hands` knows whose each address is."""

    def __init__(self, hands: Hands | None = None) -> None:
        self.hands = hands or Hands()
        self._entries: dict[str, Quarantine] = {}
        self._at: dict[str, Quarantine] = {}
        self._keep: Callable[[Quarantine, str], None] = lambda entry, instead_of: None
        self._suspects: dict[str, float] = {}
        self._heard_at = float("-inf")

    def open(self, entries: Iterable[Quarantine], keep: Callable[[Quarantine, str], None]) -> None:
        """Begin with the inventory's entries; `keep` stores a new one in the place of an older identity's."""
        self._keep = keep
        for entry in entries:
            self._entries[entry.identity] = self._at[entry.address] = entry

    @property
    def looks(self) -> tuple[Look, ...]:
        """The devices that discovery may only look at."""
        return tuple(Look(entry.address, entry.mac, entry.look) for entry in self._entries.values())

    def guard(self, address: str) -> None:
        """Raise `Quarantined` where the device at `address` is left alone."""
        entry = self._at.get(address)
        if entry is not None:
            raise Quarantined(f"left alone, {entry}; `tocsin quarantine release` ends that")

    def meet(self, address: str, mac: str | None) -> Quarantine | None:
        """The entry of the device that discovery saw at `address`, if it is one; another device at an address that a quarantined one had is free."""
        self._at.pop(address, None)
        entry = next((one for one in self._entries.values() if one.concerns(address, mac)), None)
        if entry is not None:
            self._at[address] = entry
        return entry

    def recognise(self, device: Device) -> Quarantine | None:
        """The entry of a device that only what it said betrays; from then on it is left alone at this address too."""
        if not self._entries or device.address in self._at:
            return self._at.get(device.address)
        names = {name for name, _ in candidates(device.claims, device.mac, device.observations, device.address)}
        entry = next((self._entries[name] for name in sorted(names) if name in self._entries), None)
        if entry is None or (entry.mac and device.mac and not entry.concerns(device.address, device.mac)):
            return None
        self._at[device.address] = entry
        return entry

    def shut(self, entry: Quarantine) -> Quarantine:
        """Leave the device alone from now on, and keep that before anything else is done."""
        self._keep(entry, "")
        self._entries[entry.identity] = self._at[entry.address] = entry
        return entry

    def rename(self, entry: Quarantine, identity: str) -> Quarantine:
        """The same entry under the identity that the device has come out with."""
        if identity == entry.identity:
            return entry
        renamed = replace(entry, identity=identity)
        self._keep(renamed, entry.identity)
        del self._entries[entry.identity]
        self._entries[identity] = self._at[entry.address] = renamed
        return renamed

    def heard(self, now: float) -> None:
        """Note that some device has answered at that time."""
        self._heard_at = max(self._heard_at, now)

    def suspect(self, address: str, now: float) -> None:
        """Note that a device has been silent since `now`, until it is `cleared`."""
        self._suspects.setdefault(address, now)

    def cleared(self, address: str) -> None:
        """Note that there is no doubt about a device any more."""
        self._suspects.pop(address, None)

    def network_fails(self, address: str) -> bool:
        """Whether it looks as if the network, and not the device, had fallen silent: several have, and none has answered since this one last did."""
        return len(self._suspects) >= CROWD and self._heard_at < self._suspects.get(address, self._heard_at)


def left_alone(device: Device, known: tuple[Claim, ...]) -> Device:
    """The device as it is shown while nobody asks it: under what is known of it from before, but without where that was heard."""
    return replace(device, claims=tuple(replace(claim, endpoint=None) for claim in known))


def set_aside(assessment: Assessment, entry: Quarantine) -> Assessment:
    """The assessment of a device that was put or found in quarantine: what was found stands, and no check has passed or been skipped."""
    return replace(overtaken(assessment, str(entry)), quarantine=entry)


def overtaken(assessment: Assessment, reason: str) -> Assessment:
    """The assessment of a device that was not asked to the end: what was found stands, and no check has passed or been skipped."""
    outcomes = tuple(
        outcome if outcome.status is Status.FOUND else Outcome(outcome.check, Status.UNREACHED, reason)
        for outcome in assessment.outcomes
    )
    return replace(assessment, outcomes=outcomes)
