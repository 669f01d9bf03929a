"""A device over all scans, and how to find it by what an operator types."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from inventory.errors import StoreError
from inventory.report import Assessment
from inventory.vantages import View

_NAMED = 6
LEAST_OF_ID = 4
"""So many digits of a finding's id name it: with fewer, a slip of the hand names another."""


@dataclass(frozen=True, slots=True)
class Known:
    """A device by the record that speaks for it, when it was first and last seen, and in how many scans; `scan` is that of the record.

    Where several places looked at it, `views` are the newest of each, and `names` the identities that it goes by from elsewhere. A scan that only listened does
    not stand in the place of one that asked.
    """

    assessment: Assessment
    first_seen: datetime
    last_seen: datetime
    scans: int
    scan: str = ""
    views: tuple[View, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def identities(self) -> tuple[str, ...]:
        """The one that it is known by, and those from elsewhere."""
        return (self.assessment.device.identity, *self.names)

    def __str__(self) -> str:
        device = self.assessment.device
        return f"{device.identity} ({device.address}, last seen {self.last_seen:%Y-%m-%d %H:%M})"


def find(devices: Iterable[Known], text: str) -> Known:
    """The one device that `text` names: an id, an address, a MAC in any notation, a serial number, or the beginning of an id.

    The first of these that fits decides. An address names whoever had it last. `StoreError` names the candidates where there are several.
    """
    devices = tuple(devices)
    wanted = text.strip().casefold()
    for fits in (_id, _address, _mac, _serial, _beginning):
        found = tuple(known for known in devices if wanted and fits(known, wanted))
        if fits is _address:
            found = found and (max(found, key=lambda known: known.last_seen),)
        if len(found) == 1:
            return found[0]
        if found:
            names = "; ".join(str(known) for known in found[:_NAMED])
            more = f"; and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
            raise StoreError(f"{text!r} fits {len(found)} devices: {names}{more}; name one by its id or address")
    raise StoreError(f"no device {text!r} among the {len(devices)} in the inventory; `tocsin devices` lists them")


def _id(known: Known, wanted: str) -> bool:
    return any(name.casefold() == wanted for name in known.identities)


def _address(known: Known, wanted: str) -> bool:
    try:
        address = str(ipaddress.ip_address(wanted.strip("[]")))
    except ValueError:
        return False
    device = known.assessment.device
    seen = (place for view in known.views for place in view.addresses.split())
    return address in (*device.addresses, *device.noted, *seen)


def _mac(known: Known, wanted: str) -> bool:
    digits = re.sub("[:.-]", "", wanted)
    device = known.assessment.device
    named = (name.removeprefix("mac:") for name in known.identities if name.startswith("mac:"))
    macs = (device.mac or "", *(claim.value for claim in device.claimed("mac")), *named)
    return len(digits) == 12 and any(digits == re.sub("[:.-]", "", mac.casefold()) for mac in macs)


def _serial(known: Known, wanted: str) -> bool:
    said = any(claim.value.casefold() == wanted for claim in known.assessment.device.claimed("serial"))
    named = (name.casefold().split(":", 2)[2:] for name in known.identities if name.startswith("serial:"))
    return said or [wanted] in named


def _beginning(known: Known, wanted: str) -> bool:
    return any(name.casefold().startswith(wanted) for name in known.identities)
