"""How far a scan came: counted from what is kept of it, in one place for all who tell it."""

from collections.abc import Sequence

from inventory.model import Status
from inventory.report import Assessment, Coverage


def covered(assessments: Sequence[Assessment], addresses: int) -> Coverage:
    """The coverage of a scan that asked at `addresses` and ended with those assessments, one a device."""
    return Coverage(
        addresses=addresses,
        alive=len(assessments),
        alive_addresses=sum(len(assessment.device.addresses) for assessment in assessments),
        identified=sum(bool(a.device.claim("vendor") or a.device.claim("kind")) for a in assessments),
        unreached=sum(map(_incomplete, assessments)),
    )


def _incomplete(assessment: Assessment) -> bool:
    unsure = (Status.UNREACHED, Status.FAILED)
    return bool(assessment.device.gaps) or any(outcome.status in unsure for outcome in assessment.outcomes)
