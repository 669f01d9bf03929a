"""What the city has decided to live with for a time: each waiver with its owner, its reason and its end, and which findings it holds for."""

import ipaddress
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeAlias

from inventory.findings import Acceptance, Finding, FleetFinding
from inventory.model import Confidence, Device, Severity

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
LONGEST = timedelta(days=365)
"""Nothing is accepted for longer at a time: a risk that nobody has looked at for a year has no owner."""
SOON = 14
"""Days: a waiver that ends within them is told of, while there is time to mend what it is for."""
CRITERIA = ("check", "device", "address", "network", "vendor", "model", "kind", "site", "department", "facet", "port")


@dataclass(frozen=True, slots=True)
class Belonging:
    """The sites and departments that a device belongs to."""

    sites: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()


Belongs: TypeAlias = Callable[[Device], Belonging]


@dataclass(frozen=True, slots=True)
class Waiver:
    """One entry of the file, and where it stands there. It holds for what meets all that it names; "" and None name nothing.

    `until` is its last day. `accepted` is the day on which it was given, None where the file does not say. `severity` is the worst that it holds for, None for
    any: who accepted an old list of port mappings has not accepted the mappings that are made later.
    """

    owner: str
    reason: str
    until: date
    accepted: date | None = None
    finding: str = ""
    check: str = ""
    device: str = ""
    address: str = ""
    network: Network | None = None
    vendor: str = ""
    model: str = ""
    kind: str = ""
    site: str = ""
    department: str = ""
    facet: str = ""
    port: int | None = None
    severity: Severity | None = None
    file: str = ""
    line: int = 0

    @property
    def place(self) -> str:
        """Where it stands: "waivers.toml line 12"."""
        return f"{self.file} line {self.line}"

    @property
    def criteria(self) -> dict[str, str]:
        """What it names, in the order of the file's documentation."""
        named = {name: getattr(self, name) for name in ("finding", *CRITERIA)}
        return {name: str(value) for name, value in named.items() if value not in ("", None)}

    @property
    def subject(self) -> str:
        """What it is for: of two waivers of one subject the later takes the place of the earlier, or accepts it as something worse."""
        return f"finding {self.finding}" if self.finding else ", ".join(f"{n} {v}" for n, v in self.criteria.items())

    def __str__(self) -> str:
        return ", ".join(f"{name} {value}" for name, value in self.criteria.items()) + self._worst

    @property
    def _worst(self) -> str:
        return f", severity {self.severity.label}" if self.severity is not None else ""

    def bears(self, severity: Severity) -> bool:
        """Whether it holds for what is so bad."""
        return self.severity is None or severity <= self.severity

    def is_over(self, day: date) -> bool:
        """Whether its last day has passed."""
        return self.until < day

    def acceptance(self) -> Acceptance:
        """Its word on one finding."""
        return Acceptance(self.owner, self.reason, self.until, self.place)

    def is_about(self, finding: Finding) -> bool:
        """Whether the finding is one that it names, whichever device has it."""
        return (
            self.finding in ("", finding.id)
            and self.check in ("", finding.check)
            and self.port in (None, finding.endpoint.port)
            and self.facet in ("", finding.facet or f"{finding.endpoint.transport}/{finding.endpoint.port}")
            and self._lies_within(finding.endpoint.address)
        )

    def holds_together(self, finding: FleetFinding, known: Mapping[str, Device], belongs: Belongs) -> bool:
        """Whether it is about a fleet finding: by anything but its id and its check only if each of its devices is known, by its identity, and meets it."""
        if self.finding not in ("", finding.id) or self.check not in ("", finding.check):
            return False
        if self.facet or self.port is not None:
            return False
        if not (set(self.criteria) - {"finding", "check"}):
            return True
        ours = [known.get(identity) for identity in finding.devices]
        return bool(ours) and all(device is not None and self.fits(device, belongs) for device in ours)

    def fits(self, device: Device, belongs: Belongs) -> bool:
        """Whether the device is one of those that it names, whatever is found there."""
        return self.names(device, belongs) and any(map(self._lies_within, device.addresses))

    def names(self, device: Device, belongs: Belongs) -> bool:
        """Whether the device is one that it names, but for the network, which is that of the finding."""
        return (
            self.device in ("", device.identity)
            and (not self.address or self.address in device.addresses)
            and all(_said(device, name, getattr(self, name)) for name in ("vendor", "model", "kind"))
            and self._belongs(device, belongs)
        )

    def _belongs(self, device: Device, belongs: Belongs) -> bool:
        if not self.site and not self.department:
            return True
        there = belongs(device)
        return (not self.site or self.site in there.sites) and (
            not self.department or self.department in there.departments
        )

    def _lies_within(self, address: str) -> bool:
        if self.network is None:
            return True
        try:
            return ipaddress.ip_address(address.partition("%")[0]) in self.network
        except ValueError:  # known by its MAC address only
            return False


def _said(device: Device, name: str, wanted: str) -> bool:
    """Whether that is believed of it; what is only inferred takes no finding away."""
    claim = device.claim(name) if wanted else None
    return not wanted or (
        claim is not None and claim.confidence >= Confidence.LIKELY and claim.value.casefold() == wanted.casefold()
    )


class State(StrEnum):
    """How a waiver stands on a day: it accepts something, it has nothing to accept any more, nobody could tell, or it is over."""

    ACTIVE = "active"
    UNUSED = "unused"
    UNSEEN = "not seen"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Use:
    """A finding that a waiver holds for, and the device that has it: None for a fleet finding."""

    finding: Finding | FleetFinding
    device: Device | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How one waiver stands: what it holds for, how many days it has left (below 0: it is over), and why it is unused, or over and no loss."""

    waiver: Waiver
    state: State
    days: int
    uses: tuple[Use, ...] = ()
    why: str = ""

    @property
    def ends_soon(self) -> bool:
        """Whether somebody should think of it now: it accepts something, and ends within SOON days."""
        return self.state is State.ACTIVE and self.days <= SOON

    @property
    def is_news(self) -> bool:
        """Whether a report tells of it: it is unused, it ends soon, or it is over and no other took its place."""
        return self.state is State.UNUSED or self.ends_soon or (self.state is State.EXPIRED and not self.why)


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a finding was seen last, by the identities of its devices; a fleet finding has several."""

    check: str
    devices: tuple[str, ...]
    fleet: bool = False


class Waivers:
    """All waivers of a file as of one day. Of several that hold for a finding, the one that ends last has the word.

    A city has tens of thousands of findings: a waiver that names a finding, a device or an address is found by that, and which of the others a device meets is
    asked once for all of its findings.
    """

    def __init__(self, rules: Iterable[Waiver], today: date, belongs: Belongs = lambda _: Belonging()) -> None:
        self.rules = tuple(rules)
        self.today = today
        self.belongs = belongs
        self._in_force = {rule.subject: rule for rule in self.rules if not rule.is_over(today)}
        self._of_check: dict[str, list[Waiver]] = {}
        self._index: dict[tuple[str, str], list[Waiver]] = {}
        for rule in self.rules:
            self._index.setdefault(_key(rule), []).append(rule)
            self._of_check.setdefault("" if rule.finding else rule.check, []).append(rule)
        self._device: Device | None = None
        self._met: dict[str, tuple[Waiver, ...]] = {}

    def accepted(self, finding: Finding, device: Device) -> Acceptance | None:
        """By whose word a finding is lived with today; None: by nobody's."""
        return self._word(self.about(finding, device), finding.severity)

    def accepted_together(self, finding: FleetFinding, known: Mapping[str, Device]) -> Acceptance | None:
        """The same for a fleet finding, whose devices are `known` by their identities."""
        return self._word(self.about_together(finding, known), finding.severity)

    def about(self, finding: Finding, device: Device) -> tuple[Waiver, ...]:
        """Every waiver that is for the finding, be it over or not, and however bad the finding has become."""
        if not self.rules:
            return ()
        by_id = (rule for rule in self._index.get(("", finding.id), ()) if rule.names(device, self.belongs))
        return tuple(rule for rule in (*by_id, *self._met_by(device, finding.check)) if rule.is_about(finding))

    def about_together(self, finding: FleetFinding, known: Mapping[str, Device]) -> tuple[Waiver, ...]:
        """The same for a fleet finding."""
        candidates = (*self._index.get(("", finding.id), ()), *self._of_check.get(finding.check, ()))
        return tuple(rule for rule in candidates if rule.holds_together(finding, known, self.belongs))

    def in_place_of(self, rule: Waiver) -> Waiver | None:
        """The waiver that is for the very same and not over; there is one at most."""
        return self._in_force.get(rule.subject)

    def _met_by(self, device: Device, check: str) -> tuple[Waiver, ...]:
        """The waivers of a check, without those that name a finding, whose word on devices this one meets."""
        if self._device is not device:
            self._device, self._met = device, {}
        if check not in self._met:
            keys = [(check, ""), (check, device.identity), *((check, address) for address in device.addresses)]
            rules = (rule for key in dict.fromkeys(keys) for rule in self._index.get(key, ()))
            self._met[check] = tuple(rule for rule in rules if rule.names(device, self.belongs))
        return self._met[check]

    def _word(self, rules: Iterable[Waiver], severity: Severity) -> Acceptance | None:
        standing = [rule for rule in rules if not rule.is_over(self.today) and rule.bears(severity)]
        last = max(standing, key=lambda rule: (rule.until, bool(rule.finding), -rule.line), default=None)
        return last.acceptance() if last else None


def _key(rule: Waiver) -> tuple[str, str]:
    """The narrowest thing by which a waiver is found again: its finding, or its check with the device or the address that it names."""
    return ("", rule.finding) if rule.finding else (rule.check, rule.device or rule.address)
