"""What a scan tells its observer while it runs; the core itself never prints."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from inventory.report import Assessment, Report


@dataclass(frozen=True, slots=True)
class Started:
    """The scan begins: how many addresses it will ask for, how many ports on each, and how (a sentence)."""

    addresses: int
    ports: int
    how: str


@dataclass(frozen=True, slots=True)
class Swept:
    """Discovery has asked for `done` of `addresses`."""

    done: int
    addresses: int


@dataclass(frozen=True, slots=True)
class HostFound:
    """A host is alive."""

    address: str
    mac: str | None


@dataclass(frozen=True, slots=True)
class Asking:
    """A device is being asked: which protocol or check."""

    address: str
    what: str


@dataclass(frozen=True, slots=True)
class Assessed:
    """A device is done and stored."""

    assessment: Assessment


@dataclass(frozen=True, slots=True)
class Noted:
    """Something the scan could not do on this machine or network, in one line."""

    text: str


@dataclass(frozen=True, slots=True)
class Listening:
    """Listening or reading begins: to or from what (a sentence)."""

    what: str


@dataclass(frozen=True, slots=True)
class Heard:
    """So many devices were heard of so far; `done` of `total` bytes of a file were read (total 0: nobody knows, or an interface)."""

    devices: int
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Ended:
    """The scan is over; the report is complete or says in its notes what is missing."""

    report: Report


Event: TypeAlias = Started | Swept | HostFound | Asking | Assessed | Noted | Listening | Heard | Ended
Observer: TypeAlias = Callable[[Event], None]
