"""How many devices each department has, by band."""

from markupsafe import Markup

from scanner.drawings.stacked import stacked
from scanner.edition import Edition


def draw(edition: Edition, name: str = "departments") -> Markup:
    """A bar for each department that the register or the configuration names."""
    return stacked(edition.report, lambda assessment: assessment.context.department, "department", name)
