"""How many devices stand at each site, by band."""

from markupsafe import Markup

from scanner.drawings.stacked import stacked
from scanner.edition import Edition


def draw(edition: Edition, name: str = "sites") -> Markup:
    """A bar for each site of the register; what is in no register stands at the site that was scanned."""
    scanned = edition.report.scan.site
    return stacked(edition.report, lambda assessment: assessment.context.site or scanned, "site", name)
