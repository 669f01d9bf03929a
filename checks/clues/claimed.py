"""The build or release date that a device states in a field of its own, as its fingerprint read it."""

from datetime import date

from checks.clue import Said, method
from inventory.model import Confidence


@method("stated-date", Confidence.CONFIRMED, facts=("firmware_date",), source="the fingerprint that read it")
def stated_date(text: str) -> Said:
    """ISO 8601."""
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None
