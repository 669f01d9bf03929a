"""How many devices of each kind there are, by band."""

from markupsafe import Markup

from inventory.report import Assessment
from scanner.drawings.stacked import stacked
from scanner.edition import Edition


def draw(edition: Edition, name: str = "kinds") -> Markup:
    """A bar for each kind of device."""
    return stacked(edition.report, _kind, "kind", name)


def _kind(assessment: Assessment) -> str:
    kind = assessment.device.claim("kind")
    return kind.value if kind else ""
