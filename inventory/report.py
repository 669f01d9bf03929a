"""One scan and all that it found."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from inventory.ages import FirmwareAge
from inventory.findings import Finding, FleetFinding, Outcome, Score, renamed
from inventory.model import Device, Endpoint, Level
from inventory.quarantine import Quarantine, Uptime
from inventory.waivers import Standing


@dataclass(frozen=True, slots=True)
class Traffic:
    """What the scan sent: packets (as far as we can count our own), connections, login attempts."""

    packets_sent: int = 0
    connections: int = 0
    login_attempts: int = 0


@dataclass(frozen=True, slots=True)
class Context:
    """What the city knows of a device that no device says of itself; "" is what nobody has measured or written down.

    `vantages` are the places in the network from which it was reached, the widest first, `exposure` the widest of them in SSVC's words, small, controlled or
    open, and `ports` those that answered there ("tcp/80"). `impact`
    is what its failure does to people, in SSVC's words: low, medium, high or very high. `criticality` (low, normal, high, critical), `owner`, `department`,
    `site` and `name` are the register's.
    """

    exposure: str = ""
    vantages: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    impact: str = ""
    criticality: str = ""
    owner: str = ""
    department: str = ""
    site: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything about one device in one scan; stored as soon as it is done.

    `traffic` is what the device was sent beyond the port sweep, `uptime` what its own counters said before and after it was asked, and `quarantine` why it
    is left alone, if it is. `context` is no part of what was found: the ranking adds it, by what the city knows on that day.
    """

    device: Device
    outcomes: tuple[Outcome, ...]
    score: Score
    firmware: FirmwareAge
    when: datetime
    traffic: Traffic = field(default_factory=Traffic)
    uptime: tuple[Uptime, ...] = ()
    quarantine: Quarantine | None = None
    context: Context = field(default_factory=Context)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, worst first, then by check and endpoint."""
        found = [finding for outcome in self.outcomes for finding in outcome.findings]
        return tuple(sorted(found, key=lambda f: (-f.severity, f.check, f.endpoint.sort_key, f.id)))

    @property
    def counted(self) -> tuple[Finding, ...]:
        """Those that count: all but what the city has accepted."""
        return tuple(finding for finding in self.findings if finding.accepted is None)

    @property
    def accepted(self) -> tuple[Finding, ...]:
        """Those that the city lives with for a time."""
        return tuple(finding for finding in self.findings if finding.accepted is not None)


def under(assessment: Assessment, identity: str) -> Assessment:
    """The same of a device that goes by another identity, with the findings under the ids that they have there."""
    if assessment.device.identity == identity:
        return assessment
    outcomes = (
        replace(one, findings=tuple(renamed(finding, identity) for finding in one.findings))
        for one in assessment.outcomes
    )
    return replace(assessment, device=replace(assessment.device, identity=identity), outcomes=tuple(outcomes))


@dataclass(frozen=True, slots=True)
class Coverage:
    """Addresses asked, devices alive, devices identified (vendor or kind known), and devices of which something could not be examined.

    A device counts once, however many addresses it has; `alive_addresses` counts those (0 in records of before they were counted: one each).
    """

    addresses: int = 0
    alive: int = 0
    identified: int = 0
    unreached: int = 0
    alive_addresses: int = 0


@dataclass(frozen=True, slots=True)
class SiteScan:
    """A site's share in a report of several sites: the id of its scan, when that began, and when it ended; "" and None where there is no scan of it."""

    site: str
    scan: str = ""
    started: datetime | None = None
    ended: datetime | None = None

    def __str__(self) -> str:
        if not self.scan:
            return f"{self.site}: no scan of it yet, so nothing of it is in these numbers"
        if self.started is None:
            return self.site
        ended = f" to {self.ended:%H:%M} UTC" if self.ended else " UTC, not ended"
        return f"{self.site}: scan {self.scan}, {self.started:%Y-%m-%d %H:%M}{ended}"


@dataclass(frozen=True, slots=True)
class Scan:
    """One run: what was asked of it, by whose word, and what it could not do (`notes`).

    `intel` names the intelligence that it was judged by: the day it was made and its SHA-256; `intel_as_of` is the day up to which the oldest part of it knows.
    `ports` are those that alone were asked, as the operator wrote them ("22,80"), "" where all of a city's were.
    `vantage` names the place in the network from which it looked ("guest-wifi"), "" where nobody said and where it only listened. `policy` is the name of the
    policy that it was judged by, and the beginning of its hash. `left_out` are the addresses of `networks` that the configuration denies: nobody asked there,
    so its silence about them says nothing. `evidence_deleted` is the day on which what devices said in it was deleted, None while it is kept.
    `sites` are those of a report that is put together from the scans of several; a scan that was made has none.
    """

    id: str
    started: datetime
    networks: tuple[str, ...]
    level: Level
    authorised_by: str
    version: str
    site: str = ""
    pace: str = "normal"
    engine: str = "builtin"
    intel: str = ""
    intel_as_of: date | None = None
    vantage: str = ""
    ports: str = ""
    policy: str = ""
    left_out: tuple[str, ...] = ()
    evidence_deleted: date | None = None
    ended: datetime | None = None
    traffic: Traffic = field(default_factory=Traffic)
    notes: tuple[str, ...] = ()
    sites: tuple[SiteScan, ...] = ()

    @property
    def place(self) -> str:
        """The site, or how many there are; "" where none is named."""
        return self.site or (f"{len(self.sites)} sites" if self.sites else "")

    @property
    def is_passive(self) -> bool:
        """Whether nothing was asked: a device that it does not hold may be there all the same, and one that it holds was not examined."""
        return self.engine in PASSIVE_ENGINES


PASSIVE_ENGINES = ("listen", "import")


@dataclass(frozen=True, slots=True)
class Registered:
    """The city's register beside a scan: how many rows it has, those that were sought and not found, and the identities of the devices that are in none."""

    rows: int
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A scan and all it found, worst device first.

    `register` (None where the city keeps none) and `waivers`, as each stands on that day, are no part of what was found: the ranking adds them.
    """

    scan: Scan
    assessments: tuple[Assessment, ...]
    fleet: tuple[FleetFinding, ...]
    coverage: Coverage
    register: Registered | None = None
    waivers: tuple[Standing, ...] = ()

    @property
    def quarantined(self) -> tuple[Assessment, ...]:
        """The assessments of the devices that are left alone, by address."""
        held = (assessment for assessment in self.assessments if assessment.quarantine is not None)
        return tuple(sorted(held, key=lambda a: Endpoint(a.device.address, 0).sort_key))

    @property
    def dated(self) -> tuple[int, int, int]:
        """Of how many devices it is known until when at the latest the firmware was built, of how many only from when on, and of how many neither."""
        ages = [assessment.firmware for assessment in self.assessments]
        known = sum(age.not_after is not None for age in ages)
        bounded = sum(age.not_after is None and age.not_before is not None for age in ages)
        return known, bounded, len(ages) - known - bounded

    @property
    def ranked(self) -> tuple[Assessment, ...]:
        """The assessments by score, worst first, then by address."""
        return tuple(sorted(self.assessments, key=lambda a: (-a.score.value, Endpoint(a.device.address, 0).sort_key)))
