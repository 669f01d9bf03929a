"""One page for a browser, with everything in it: what changed, what to fix first, drawings, and every device; it asks nothing of any network."""

from collections.abc import Iterator

from scanner.edition import Edition

SUFFIX = ".html"
HISTORY = True


def render(edition: Edition) -> Iterator[str]:
    """The page, a piece at a time: its summary, then the devices as data for its script, a device at a time."""
    from scanner.report.html.page import page

    return page(edition)
