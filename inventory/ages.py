"""The age of firmware: an interval, and the clues that it was drawn from."""

from dataclasses import dataclass
from datetime import date

from inventory.model import Confidence, Endpoint


@dataclass(frozen=True, slots=True)
class Clue:
    """What one thing says of when the firmware was built, as an interval; None is an open end.

    `method` is how that was read ("hikvision-build"), `detail` what was read, in a sentence's part, and `endpoint` where it was heard. `set_aside` says why it
    is not believed, "" where it is.
    """

    method: str
    detail: str
    not_before: date | None = None
    not_after: date | None = None
    confidence: Confidence = Confidence.INFERRED
    endpoint: Endpoint | None = None
    set_aside: str = ""


@dataclass(frozen=True, slots=True)
class FirmwareAge:
    """When the firmware was built, as an interval; None is an open end. `clues` are what it was drawn from, those that were not believed among them.

    `code` is the day on which the newest dated component in it was released: the honest age of its code, and never the firmware's own date.
    """

    not_before: date | None = None
    not_after: date | None = None
    confidence: Confidence = Confidence.INFERRED
    clues: tuple[Clue, ...] = ()
    code: date | None = None
