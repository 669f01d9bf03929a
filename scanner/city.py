"""What the city knows of its devices on a day, and no device says: what was accepted, from where each was reached, how critical it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from inventory.findings import Acceptance, Finding, FleetFinding
from inventory.model import Device
from inventory.register import Entry, Register
from inventory.report import Context, Report
from inventory.waivers import Standing
from scanner.reaching import Reach
from scanner.shifts import impact_of

_NO_ENTRY = Entry(0)


def _nothing_accepted(_: Finding, __: Device) -> Acceptance | None:
    return None


def _never_reached(_: Device) -> Reach:
    return Reach()


def _nothing_accepted_together(_: FleetFinding, __: Mapping[str, Device]) -> Acceptance | None:
    return None


def _no_waivers(_: Report) -> tuple[Standing, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class City:
    """`accepted` says which finding is to be lived with, by whose word; `reached` from where a device was reached; `department` whose an address is, and
    `site` where it is, where the `register` says nothing; all as of `today`.

    `together` says the same as `accepted` of a fleet finding, whose devices are known by their identities, and `waivers` how each stands against a report.
    """

    today: date
    accepted: Callable[[Finding, Device], Acceptance | None] = field(default=_nothing_accepted, repr=False)
    reached: Callable[[Device], Reach] = field(default=_never_reached, repr=False)
    department: Callable[[str], str] = field(default=lambda _: "", repr=False)
    site: Callable[[str], str] = field(default=lambda _: "", repr=False)
    register: Register | None = field(default=None, repr=False)
    together: Callable[[FleetFinding, Mapping[str, Device]], Acceptance | None] = field(
        default=_nothing_accepted_together, repr=False
    )
    waivers: Callable[[Report], tuple[Standing, ...]] = field(default=_no_waivers, repr=False)

    def context(self, device: Device) -> Context:
        """What is known of a device today."""
        reach = self.reached(device)
        row = (self.register.entry(device) if self.register else None) or _NO_ENTRY
        criticality = self.register.criticality(device) if self.register else ""
        return Context(
            exposure=reach.exposure,
            vantages=reach.vantages,
            ports=tuple(sorted(reach.ports)),
            impact=impact_of(device, criticality),
            criticality=criticality,
            owner=row.owner,
            department=row.department or self.department(device.address),
            site=row.site or self.site(device.address),
            name=row.name,
        )
