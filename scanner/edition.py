"""A report as it is told: what was found, what changed since the scan before it, and how it went over the scans before that.

The formats are functions of an edition (`scanner/report/`), the audiences choose from one (`--for`), and what is not to be told is taken out of one before
anything is rendered (`--share-safe`, `--no-timestamps`).
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from inventory.diff import Diff
from inventory.report import Assessment, Report, Scan, SiteScan

NO_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)
"""What stands for every moment where moments are left out: formats that must have one then have the same."""
NO_SCAN = "scan"
"""What stands for the id of a scan where moments are left out, because it is made of one."""


@dataclass(frozen=True, slots=True)
class Past:
    """A scan of the past in a trend: when it ended, its devices and its open findings, each by band or severity ("critical" to "info")."""

    scan: str
    when: datetime
    devices: tuple[tuple[str, int], ...]
    findings: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """`report` is ranked by what the city knew on `today` (None: nobody says); `change` is what changed since the scan before, None where there is none to
    compare with; `trend` are the scans of the same networks, oldest first, this one last; `city` is the city's name. `parts` are the ranked reports of single
    scans that `report` is put together from; it is of one scan where there are none.
    """

    report: Report
    change: Diff | None = None
    trend: tuple[Past, ...] = ()
    city: str = ""
    today: date | None = None
    parts: tuple[Report, ...] = field(default=(), repr=False)


def timeless(edition: Edition) -> Edition:
    """The same without the moments at which it was made, so that two scans of the same state read the same; what devices said of time stays theirs."""
    report = edition.report
    return replace(
        edition,
        report=replace(
            report,
            scan=_timeless_scan(report.scan),
            assessments=tuple(map(_timeless, report.assessments)),
        ),
        change=None,
        trend=(),
        today=None,
        parts=(),
    )


def _timeless_scan(scan: Scan) -> Scan:
    sites = tuple(SiteScan(one.site, NO_SCAN if one.scan else "") for one in scan.sites)
    return replace(scan, id=NO_SCAN, started=NO_MOMENT, ended=NO_MOMENT if scan.ended else None, sites=sites)


def _timeless(assessment: Assessment) -> Assessment:
    device, entry = assessment.device, assessment.quarantine
    return replace(
        assessment,
        when=NO_MOMENT,
        device=replace(device, observations=tuple(replace(seen, when=NO_MOMENT) for seen in device.observations)),
        quarantine=replace(entry, since=NO_MOMENT, scan=NO_SCAN) if entry else None,
    )
