"""What the city has decided to live with for a time: each waiver with its owner, its reason and its end, and which findings it holds for."""

import ipaddress
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TypeAlias

from inventory.findings import Acceptance, Finding, FleetFinding
from inventory.model import Confidence, Device, Severity

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
LONGEST = timedelta(days=365)
"""Nothing is accepted for longer at a time: a risk that nobody has looked at for a year has no owner."""
SOON = 14
"""Days: a waiver that ends within them is told of, while there is time to mend what it is for."""
_Mark: TypeAlias = tuple[str, str]
"""What a waiver names of a device: the word for it, and its value."""
_SAID = ("model", "vendor", "kind")
_ANYTHING = ("", "")
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
            and (self.network is None or self._lies_within(finding.endpoint.address))
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
            and (not self.model or _said(device, "model") == self.model.casefold())
            and (not self.vendor or _said(device, "vendor") == self.vendor.casefold())
            and (not self.kind or _said(device, "kind") == self.kind.casefold())
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
        there = _ip(address)
        return there is not None and there in self.network


@lru_cache(maxsize=65_536)
def _ip(address: str) -> Address | None:
    """None where a device is known by its MAC address only."""
    try:
        return ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None


def _said(device: Device, name: str) -> str:
    """What is believed of it; what is only inferred takes no finding away."""
    claim = device.claim(name)
    return claim.value.casefold() if claim and claim.confidence >= Confidence.LIKELY else ""


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

    A city has tens of thousands of findings, so a waiver is found by its finding, or by its check and the narrowest thing that it names of the device; where a
    device belongs is asked once for all of its findings.
    """

    def __init__(self, rules: Iterable[Waiver], today: date, belongs: Belongs = lambda _: Belonging()) -> None:
        self.rules = tuple(rules)
        self.today = today
        self._belongs = belongs
        self._in_force = {rule.subject: rule for rule in self.rules if not rule.is_over(today)}
        self._of_check: dict[str, list[Waiver]] = {}
        self._of_finding: dict[str, list[Waiver]] = {}
        self._index: dict[str, dict[_Mark, list[Waiver]]] = {}
        for rule in self.rules:
            if rule.finding:
                self._of_finding.setdefault(rule.finding, []).append(rule)
            else:
                self._of_check.setdefault(rule.check, []).append(rule)
                self._index.setdefault(rule.check, {}).setdefault(_mark(rule), []).append(rule)
        self._device: Device | None = None
        self._marks: tuple[_Mark, ...] = ()
        self._belonging: Belonging | None = None

    def accepted(self, finding: Finding, device: Device) -> Acceptance | None:
        """By whose word a finding is lived with today; None: by nobody's."""
        about = self.about(finding, device)
        return self._word(about, finding.severity) if about else None  # as for most of them

    def accepted_together(self, finding: FleetFinding, known: Mapping[str, Device]) -> Acceptance | None:
        """The same for a fleet finding, whose devices are `known` by their identities."""
        return self._word(self.about_together(finding, known), finding.severity)

    def about(self, finding: Finding, device: Device) -> tuple[Waiver, ...]:
        """Every waiver that is for the finding, be it over or not, and however bad the finding has become."""
        candidates = [*self._of_finding.get(finding.id, ())]
        of_check = self._index.get(finding.check)
        if of_check is not None:
            candidates += [rule for mark in self._marks_of(device) for rule in of_check.get(mark, ())]
        return tuple([r for r in candidates if r.is_about(finding) and r.names(device, self.belongs)])

    def about_together(self, finding: FleetFinding, known: Mapping[str, Device]) -> tuple[Waiver, ...]:
        """The same for a fleet finding."""
        candidates = (*self._of_finding.get(finding.id, ()), *self._of_check.get(finding.check, ()))
        return tuple(rule for rule in candidates if rule.holds_together(finding, known, self.belongs))

    def in_place_of(self, rule: Waiver) -> Waiver | None:
        """The waiver that is for the very same and not over; there is one at most."""
        return self._in_force.get(rule.subject)

    def belongs(self, device: Device) -> Belonging:
        """Where the device belongs."""
        self._turn_to(device)
        if self._belonging is None:
            self._belonging = self._belongs(device)
        return self._belonging

    def _marks_of(self, device: Device) -> tuple[_Mark, ...]:
        """All by which a waiver for the device may be found."""
        self._turn_to(device)
        if not self._marks:
            said = ((name, _said(device, name)) for name in _SAID)
            named = (("device", device.identity), *(("address", address) for address in device.addresses))
            self._marks = (*named, *said, _ANYTHING)
        return self._marks

    def _turn_to(self, device: Device) -> None:
        if self._device is not device:
            self._device, self._marks, self._belonging = device, (), None

    def _word(self, rules: Iterable[Waiver], severity: Severity) -> Acceptance | None:
        standing = [rule for rule in rules if not rule.is_over(self.today) and rule.bears(severity)]
        last = max(standing, key=lambda rule: (rule.until, bool(rule.finding), -rule.line), default=None)
        return last.acceptance() if last else None


def _mark(rule: Waiver) -> _Mark:
    """The narrowest thing that it names of a device, by which it is found again."""
    if rule.device or rule.address:
        return ("device", rule.device) if rule.device else ("address", rule.address)
    return next(((name, value.casefold()) for name in _SAID if (value := getattr(rule, name))), _ANYTHING)
