"""A row of a list: a device by the record that speaks for it, or a finding with the device that has it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from inventory.findings import Finding
from inventory.known import Known
from inventory.model import Device, Endpoint
from inventory.particulars import Particulars
from scanner.decisions import TERMS, due
from scanner.score import DUE, effective

NOTHING = Particulars()
"""What is there while nobody has read the record."""
_LATER = 10_000
"""Days: what is due with the next upgrade is due after all that has a day."""


@dataclass(frozen=True, slots=True)
class ListedDevice:
    """A device of a list; `particulars` are there where somebody asked for them."""

    known: Known
    quarantined: bool = False
    particulars: Particulars = NOTHING

    @property
    def device(self) -> Device:
        """Whose row it is."""
        return self.known.assessment.device

    @property
    def worst(self) -> Finding | None:
        """The gravest finding that counts, by what it counts as."""
        counted = (finding for finding in found_on(self.known) if finding.accepted is None)
        return min(counted, key=lambda one: (-effective(one), -one.severity, one.check, one.id), default=None)

    def title(self, finding: Finding) -> str:
        """Its title, which a brief has not; the id of its check where it cannot be told."""
        return finding.title or dict(zip(_ids(self.known), self.particulars.titles, strict=False)).get(
            finding.id, finding.check
        )


@dataclass(frozen=True, slots=True)
class ListedFinding:
    """A finding of a list, and the device that has it."""

    of: ListedDevice
    finding: Finding

    @property
    def due(self) -> str:
        """When it is due by itself; "" where it is accepted."""
        if self.finding.accepted is not None:
            return ""
        return due([(self.finding, DUE[effective(self.finding)])], self.of.known.assessment.context).term

    @property
    def rank(self) -> tuple[Any, ...]:
        """Its place in a list, worst first: what counts before what is accepted."""
        finding, assessment = self.finding, self.of.known.assessment
        place = Endpoint(assessment.device.address, 0).sort_key
        accepted = finding.accepted is not None
        return accepted, -effective(finding), -assessment.score.value, place, finding.check, finding.endpoint.sort_key


def found_on(known: Known) -> Iterator[Finding]:
    """The findings of a device as they stand in its record."""
    return (finding for outcome in known.assessment.outcomes for finding in outcome.findings)


@cache
def days_of(term: str) -> tuple[int, ...]:
    """Within how many days what has this term is due; () where nothing is."""
    if term not in TERMS or not term:
        return ()
    number = term.partition(" ")[0]
    return (int(number) if number.isdecimal() else _LATER,)


def _ids(known: Known) -> list[str]:
    return [finding.id for finding in found_on(known)]
