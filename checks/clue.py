"""What a clue to the age of firmware is read by.

A method is a small pure function over one text that a device said. It returns the day that the text states (the build lies on it), an interval, or None where
the text says nothing. It does no I/O, and raises nothing whatever it is given: an impossible day is no day.

    @method("hikvision-build", Confidence.CONFIRMED, facts=("firmware",), vendors=("hikvision",), source="…")
    def hikvision_build(text: str) -> Said:
        …

The folder `clues/` is the registry: `load_methods` reads every module of it.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from checks.products import vendor_of
from inventory.model import Clue, Confidence, Device, Endpoint


@dataclass(frozen=True, slots=True)
class Span:
    """The days between which a build lies, both included; None is an open end."""

    not_before: date | None = None
    not_after: date | None = None


Said = date | Span | None


@dataclass(frozen=True, slots=True)
class Method:
    """How one kind of text is read: `facts` are the claims ("firmware") and the facts ("snmp.sys_descr") in which it stands, `vendors` (as `plain_vendor` gives
    them) the makers whose devices write it, () being any.
    """

    name: str
    confidence: Confidence
    facts: tuple[str, ...]
    read: Callable[[str], Said]
    source: str
    vendors: tuple[str, ...] = ()


def method(
    name: str, confidence: Confidence, *, facts: tuple[str, ...], source: str, vendors: tuple[str, ...] = ()
) -> Callable[[Callable[[str], Said]], Method]:
    """Declare the function below it a method."""
    return lambda read: Method(name, confidence, facts, read, source, vendors)


@cache
def load_methods() -> tuple[Method, ...]:
    """Every method of the folder, by name."""
    import checks.clues

    found: list[Method] = []
    for module in pkgutil.iter_modules(checks.clues.__path__, "checks.clues."):
        found += [value for value in vars(importlib.import_module(module.name)).values() if isinstance(value, Method)]
    return tuple(sorted(found, key=lambda each: each.name))


def clues_of(device: Device) -> Iterator[Clue]:
    """Everything that any method reads of the device's build, in a fixed order; what is not to be believed is not set aside here."""
    vendor = vendor_of(device)
    for each in load_methods():
        if each.vendors and vendor not in each.vendors:
            continue
        for text, endpoint, sure in _said(device, each.facts):
            said = each.read(text)
            span = Span(said, said) if isinstance(said, date) else said
            if span is not None:
                yield Clue(each.name, text, span.not_before, span.not_after, min(sure, each.confidence), endpoint)


def _said(device: Device, facts: tuple[str, ...]) -> Iterator[tuple[str, Endpoint | None, Confidence]]:
    """What the device said under each of those names: its claims, and the facts of its observations."""
    for name in facts:
        for claim in device.claimed(name):
            yield claim.value, claim.endpoint, claim.confidence
        for seen in device.observations:
            value = seen.facts.get(name)
            if not seen.behind and value is not None:
                for text in value if isinstance(value, tuple) else (str(value),):
                    yield text, seen.endpoint, Confidence.CONFIRMED
