"""The build or release date that a device states in a field of its own, as its fingerprint read it."""

from checks.clue import Said, method
from checks.days import digits
from inventory.model import Confidence


@method("stated-date", Confidence.CONFIRMED, facts=("firmware_date",), source="the fingerprint that read it")
def stated_date(text: str) -> Said:
    """ISO 8601; a fingerprint that reads the zero of a clock states nothing."""
    return digits(text.strip()[:10].replace("-", ""))
