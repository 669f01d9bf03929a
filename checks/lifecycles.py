"""What has been declared of the life of a device, or of the branch that its firmware is of: by its maker, or by an authority after him."""

import re
from datetime import date

from checks.intelligence import Intelligence
from checks.knowledge import Lifecycle
from checks.matches import LONGEST_VERSION, Match, matches, version_of, versions
from inventory.model import Claim, Device

_PART = re.compile(r"\d++|[a-z]++")


def declared(device: Device, intelligence: Intelligence) -> tuple[Match[Lifecycle], ...]:
    """At most two rows: the one that speaks most closely of the device itself, and the one that does of the branch of its firmware."""
    found = [match for match in matches(device, intelligence.lifecycles_by_name) if is_concerned(device, match)]
    device_rows = [match for match in found if not match.row.branch]
    branch_rows = [match for match in found if match.row.branch]
    return tuple(max(rows, key=_closeness) for rows in (device_rows, branch_rows) if rows)


def is_concerned(device: Device, match: Match[Lifecycle]) -> bool:
    """Whether the row is about all firmware, or about the branch that the device runs."""
    return not match.row.branch or branch_claim(device, match) is not None


def branch_claim(device: Device, match: Match[Lifecycle]) -> Claim | None:
    """The claim by which the device's firmware is of the row's branch: the surest that states a version, and no other."""
    stated = versions(device, match.name)[:1]
    return next((claim for claim in stated if is_of_branch(version_of(claim), match.row.branch)), None)


def is_of_branch(version: str, branch: str) -> bool:
    """Whether the version is of the branch, component by component: 6.4.9 is of "6.4", and 6.40 is not."""
    wanted = _parts(branch)
    return bool(wanted) and _parts(version)[: len(wanted)] == wanted


def _parts(version: str) -> list[str]:
    text = version[:LONGEST_VERSION].strip().lower()
    return [part.lstrip("0") or "0" for part in _PART.findall(re.sub(r"^v(?:er(?:sion)?)?[\s.]*(?=\d)", "", text))]


def _closeness(match: Match[Lifecycle]) -> tuple[bool, int, int, date]:
    """The exact name before a pattern, the longer pattern and branch before the shorter; of equals the one whose support ends last."""
    row = match.row
    return (match.exact, len(match.pattern), len(_parts(row.branch)), row.end_of_support or date.min)


def in_words(row: Lifecycle) -> str:
    """What was declared, in one sentence without its full stop, the source named."""
    ends = (("end of sale", row.end_of_sale), ("end of support", row.end_of_support))
    said = [f"{what} {day}" for what, day in ends if day is not None]
    if row.last_firmware:
        said.append(f"last firmware {row.last_firmware}")
    stated = f"Declared: {', '.join(said)}" if said else "Declared"
    return f"{stated}{f' ({row.note})' if row.note else ''}, by {row.source}, checked on {row.checked}"
