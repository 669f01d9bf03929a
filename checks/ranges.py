"""Whether a version lies in a range as advisories write them ("< V1.2", "All versions prior to 3.4", "vers:all/<V2.0"); None where that cannot be said."""

import re

from checks.versions import compare

_BELOW = re.compile(r"(?:vers:\w+/)?(?:all versions )?(<=?)\s*([vV]?\d[\w.]*)", re.IGNORECASE)


def affects(affected: str, version: str, vendor: str = "") -> bool | None:
    """Whether `version` is among those that `affected` describes; None where either cannot be read. `vendor` is as `plain_vendor` gives it."""
    if affected.strip().lower() in {"vers:all/*", "all versions", "*"}:
        return True
    below = _BELOW.fullmatch(affected.strip())
    order = compare(version, below[2], vendor) if below and version else None
    return None if order is None or below is None else order < 0 or (order == 0 and below[1] == "<=")
