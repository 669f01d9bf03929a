"""What the city knows of its devices on a day, and no device says: what was accepted, from where each was reached, how critical it is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from inventory.findings import Acceptance, Finding
from inventory.model import Device
from inventory.report import Context


def _nothing_accepted(_: Finding, __: Device) -> Acceptance | None:
    return None


def _nothing_known(_: Device) -> Context:
    return Context()


@dataclass(frozen=True, slots=True)
class City:
    """`accepted` says which finding is to be lived with, by whose word; `context` what is known of a device; both as of `today`."""

    today: date
    accepted: Callable[[Finding, Device], Acceptance | None] = field(default=_nothing_accepted, repr=False)
    context: Callable[[Device], Context] = field(default=_nothing_known, repr=False)
