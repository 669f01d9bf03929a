"""What the city knows of its devices on a day, and no device says: what was accepted, from where each was reached, how critical it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from inventory.findings import Acceptance, Finding, FleetFinding
from inventory.model import Device
from inventory.report import Context, Report
from inventory.waivers import Standing


def _nothing_accepted(_: Finding, __: Device) -> Acceptance | None:
    return None


def _nothing_accepted_together(_: FleetFinding, __: Mapping[str, Device]) -> Acceptance | None:
    return None


def _no_waivers(_: Report) -> tuple[Standing, ...]:
    return ()


def _nothing_known(_: Device) -> Context:
    return Context()


@dataclass(frozen=True, slots=True)
class City:
    """`accepted` says which finding is to be lived with, by whose word; `context` what is known of a device; both as of `today`.

    `together` says the same as `accepted` of a fleet finding, whose devices are known by their identities, and `waivers` how each stands against a report.
    """

    today: date
    accepted: Callable[[Finding, Device], Acceptance | None] = field(default=_nothing_accepted, repr=False)
    together: Callable[[FleetFinding, Mapping[str, Device]], Acceptance | None] = field(
        default=_nothing_accepted_together, repr=False
    )
    waivers: Callable[[Report], tuple[Standing, ...]] = field(default=_no_waivers, repr=False)
    context: Callable[[Device], Context] = field(default=_nothing_known, repr=False)
