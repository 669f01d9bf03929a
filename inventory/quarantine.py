"""Quarantine: a device that was alive and, while it was asked, was not any more is left alone until a person releases it; the counters that prove no harm."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from inventory.errors import StoreError
from inventory.oui import normal

_TICKS_WRAP = 2**32 // 100
"""Seconds after which sysUpTime begins anew by itself: TimeTicks are hundredths of a second in 32 bits (RFC 2578, section 7.1.8)."""
_NEAR_WRAP = 86_400
_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60
_NAMED = 6


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Why a device is left alone: its identity, address and MAC, the reason, what was being asked last, when, and by which scan.

    `look` is the TCP port by which its presence is seen where there is no ARP (0: none is known); it took none of the device's scarce slots.
    """

    identity: str
    address: str
    mac: str | None
    reason: str
    asked: str
    since: datetime
    scan: str
    look: int = 0

    def concerns(self, address: str, mac: str | None) -> bool:
        """Whether this is the device at `address`: by its MAC, which moves with it, where both are known, else by its address."""
        if mac and self.mac:
            return normal(mac) == normal(self.mac)
        return address == self.address

    def __str__(self) -> str:
        asked = f" (asked last: {self.asked})" if self.asked else ""
        return f"in quarantine since {self.since:%Y-%m-%d %H:%M}: {self.reason}{asked}"


@dataclass(frozen=True, slots=True)
class Uptime:
    """What a device's own counter said before and after it was asked; None where it said nothing.

    `source` names the counter. `wraps` says that its seconds are those of a 32-bit TimeTicks, which begins anew after 497 days without any restart.
    """

    source: str
    boots_before: int | None = None
    boots_after: int | None = None
    seconds_before: int | None = None
    seconds_after: int | None = None
    wraps: bool = False

    @property
    def restart(self) -> str:
        """How the counter shows that the device restarted meanwhile; "" where it does not."""
        if None not in (boots := (self.boots_before, self.boots_after)) and boots[1] > boots[0]:  # type: ignore[operator]  # neither is None
            return f"it restarted while it was scanned: boots {boots[0]} → {boots[1]} ({self.source})"
        before, after = self.seconds_before, self.seconds_after
        if before is None or after is None or after >= before - 1:  # a second for what rounding takes
            return ""
        if self.wraps and before > _TICKS_WRAP - _NEAR_WRAP:
            return ""
        return f"it restarted while it was scanned: up {_span(before)} before, {_span(after)} after ({self.source})"

    def __str__(self) -> str:
        boots = f"boots {_shown(self.boots_before)} → {_shown(self.boots_after)}"
        told = [] if self.boots_before is None else [boots]
        if self.restart:
            return f"RESTARTED: {self.restart}"
        if self.seconds_after is not None:
            return ", ".join((f"still up: {_span(self.seconds_after)}", *told)) + f" ({self.source})"
        before = [] if self.seconds_before is None else [f"up {_span(self.seconds_before)} before"]
        return ", ".join((*before, *told, "it did not say so again afterwards")) + f" ({self.source})"


def named(entries: Iterable[Quarantine], text: str) -> Quarantine:
    """The one quarantined device that `text` names: an identity, an address, a MAC in any notation, or the beginning of an identity; else `StoreError`."""
    entries = tuple(entries)
    wanted = text.strip().casefold()
    for fits in (_identity, _address, _mac, _beginning):
        found = tuple(entry for entry in entries if wanted and fits(entry, wanted))
        if len(found) == 1:
            return found[0]
        if found:
            names = "; ".join(f"{entry.identity} ({entry.address})" for entry in found[:_NAMED])
            raise StoreError(f"{text!r} fits {len(found)} quarantined devices: {names}; name one by its id")
    raise StoreError(f"no device {text!r} among the {len(entries)} in quarantine; `tocsin quarantine list` lists them")


def _identity(entry: Quarantine, wanted: str) -> bool:
    return entry.identity.casefold() == wanted


def _address(entry: Quarantine, wanted: str) -> bool:
    try:
        return str(ipaddress.ip_address(wanted.strip("[]"))) == entry.address
    except ValueError:
        return False


def _mac(entry: Quarantine, wanted: str) -> bool:
    digits = re.sub("[:.-]", "", wanted)
    return len(digits) == 12 and digits == re.sub("[:.-]", "", (entry.mac or "").casefold())


def _beginning(entry: Quarantine, wanted: str) -> bool:
    return entry.identity.casefold().startswith(wanted)


def _shown(count: int | None) -> str:
    return "unknown" if count is None else str(count)


def _span(seconds: int) -> str:
    """A span as its greatest unit: "41 days"."""
    for unit, name in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if seconds >= unit:
            count = seconds // unit
            return f"{count} {name}{'' if count == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
