"""A device over all scans, and how to find it by what an operator types."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from inventory.errors import StoreError
from inventory.findings import Finding, FleetFinding
from inventory.report import Assessment

_NAMED = 6
LEAST_OF_ID = 4
"""So many digits of a finding's id name it: with fewer, a slip of the hand names another."""


@dataclass(frozen=True, slots=True)
class Known:
    """A device as it was assessed last, when it was first and last seen, and in how many scans.

    A scan that only listened does not stand in the place of one that asked.
    """

    assessment: Assessment
    first_seen: datetime
    last_seen: datetime
    scans: int

    def __str__(self) -> str:
        device = self.assessment.device
        return f"{device.identity} ({device.address}, last seen {self.last_seen:%Y-%m-%d %H:%M})"


@dataclass(frozen=True, slots=True)
class Appearance:
    """A device in one scan without its record: at which ports ("tcp/80") it answered, and when it was assessed (ISO 8601, UTC).

    `left_alone` says that it was in quarantine and was not asked.
    """

    scan: str
    address: str
    identity: str
    addresses: tuple[str, ...]
    assessed: str
    kind: str = ""
    ports: tuple[str, ...] = ()
    left_alone: bool = False


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


def find_finding(
    devices: Iterable[Known], fleet: Iterable[FleetFinding], text: str
) -> tuple[Finding | FleetFinding, Known | None]:
    """The one finding that `text` names by its id or at least four digits of its beginning, and the device that has it: None for several together.

    `StoreError` names the candidates where there are several.
    """
    wanted = text.strip().casefold()
    if 0 < len(wanted) < LEAST_OF_ID:
        raise StoreError(f"{text!r} is too little of a finding's id: give at least {LEAST_OF_ID} digits of it")
    candidates: dict[str, tuple[Finding | FleetFinding, Known | None]] = {
        found.id: (found, known) for known in devices for found in known.assessment.findings
    }
    candidates |= {together.id: (together, None) for together in fleet}
    fitting = [named for id_, named in sorted(candidates.items()) if wanted and id_.startswith(wanted)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        names = "; ".join(
            f"{found.id} ({f'{known.assessment.device.address}, ' if known else ''}{found.title})"
            for found, known in fitting[:_NAMED]
        )
        more = f"; and {len(fitting) - _NAMED} more" if len(fitting) > _NAMED else ""
        raise StoreError(f"{text!r} begins the id of {len(fitting)} findings: {names}{more}")
    raise StoreError(
        f"no finding {text!r} among the {len(candidates)} in the newest records; `tocsin show DEVICE` prints their ids"
    )


def _id(known: Known, wanted: str) -> bool:
    return known.assessment.device.identity.casefold() == wanted


def _address(known: Known, wanted: str) -> bool:
    try:
        address = str(ipaddress.ip_address(wanted.strip("[]")))
    except ValueError:
        return False
    device = known.assessment.device
    return address in (*device.addresses, *device.noted)


def _mac(known: Known, wanted: str) -> bool:
    digits = re.sub("[:.-]", "", wanted)
    device = known.assessment.device
    macs = (device.mac or "", *(claim.value for claim in device.claimed("mac")))
    return len(digits) == 12 and any(digits == re.sub("[:.-]", "", mac.casefold()) for mac in macs)


def _serial(known: Known, wanted: str) -> bool:
    return any(claim.value.casefold() == wanted for claim in known.assessment.device.claimed("serial"))


def _beginning(known: Known, wanted: str) -> bool:
    return known.assessment.device.identity.casefold().startswith(wanted)
