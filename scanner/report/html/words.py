"""Words that several parts of the page use: counts, names, and where a link to a device goes."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from inventory.model import Device
from inventory.text import counted, one_line


@dataclass(frozen=True, slots=True)
class Place:
    """A device as a link to it: its address, what it is, and the fragment of its place in the page."""

    address: str
    name: str
    fragment: str


def place(device: Device) -> Place:
    """The same of a device."""
    return Place(device.address, named(device), f"#{quote(anchor(device.identity))}")


def anchor(identity: str) -> str:
    """The id of a device's element."""
    return f"device-{one_line(identity)}"


def named(device: Device) -> str:
    """Vendor, model and kind, as far as they are known."""
    claims = (device.claim(name) for name in ("vendor", "model", "kind"))
    words = [claim.value for claim in claims if claim is not None]
    card = f"unidentified ({device.mac_vendor} network card)" if device.mac_vendor else "unidentified"
    return " ".join(words) or card


def some(names: list[str], most: int = 6) -> str:
    """The first of them, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def days(day: date, today: date | None) -> str:
    """How far off a day is: "in 12 days", "3 days ago"; "" where nobody says what day it is."""
    if today is None:
        return ""
    off = (day - today).days
    if not off:
        return "today"
    return f"in {counted(off, 'day')}" if off > 0 else f"{counted(-off, 'day')} ago"
