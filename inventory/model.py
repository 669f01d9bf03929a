"""The nouns. Frozen, slotted records; a change is `dataclasses.replace`."""

import hashlib
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import IntEnum, StrEnum
from functools import lru_cache

from inventory.quarantine import Quarantine, Uptime

_MAC = re.compile("(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")
_AFTER_IP = 7
FactValue = str | int | float | bool | tuple[str, ...]
Facts = Mapping[str, FactValue]
"""A flat mapping from declared names ("http.server") to what was said; every text in it has passed `inventory.text.visible`."""


class Severity(IntEnum):
    """How bad a finding is, worst highest."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        """The name in lower case, as reports print it."""
        return self.name.lower()


class Confidence(IntEnum):
    """How sure we are: INFERRED from circumstance, LIKELY by a sign, CONFIRMED by proof."""

    INFERRED = 0
    LIKELY = 1
    CONFIRMED = 2

    @property
    def label(self) -> str:
        """The name in lower case, as reports print it."""
        return self.name.lower()


class Family(StrEnum):
    """The four families of checks."""

    CREDENTIALS = "credentials"
    TLS = "tls"
    FIRMWARE = "firmware"
    PORTS = "ports"


class Status(StrEnum):
    """How a check ended on a device. Nothing is healthy by silence."""

    PASSED = "passed"
    FOUND = "found"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNREACHED = "unreached"


class Level(IntEnum):
    """Up to where a scan may go: IDENTIFY asks only what a device tells anyone, LOGIN tries documented default accounts."""

    IDENTIFY = 0
    LOGIN = 1

    @property
    def label(self) -> str:
        """The name in lower case, as configuration and reports write it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address, a port (0 where the whole host is meant) and "tcp" or "udp".

    The address is an IP address, but for a device that was only heard below IP (LLDP, CDP): then it is its MAC address, 'aa:bb:cc:dd:ee:ff'.
    """

    address: str
    port: int
    transport: str = "tcp"

    @property
    def sort_key(self) -> tuple[int, int, int, str]:
        """Version, number, port, transport: everything prints in this order, MAC addresses last."""
        return (*_place(self.address), self.port, self.transport)

    def __lt__(self, other: "Endpoint") -> bool:
        return self.sort_key < other.sort_key

    def __str__(self) -> str:
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port}/{self.transport}"


@lru_cache(maxsize=4096)  # everything is sorted, and by the same few addresses
def _place(address: str) -> tuple[int, int]:
    if _MAC.fullmatch(address):
        return _AFTER_IP, int(address.replace(":", ""), 16)
    ip = ipaddress.ip_address(address)
    return ip.version, int(ip)


@dataclass(frozen=True, slots=True)
class Observation:
    """What one protocol said at one endpoint; `evidence` is the excerpt that proves it, at most 512 bytes as heard.

    `behind` is empty where the device speaks for itself; else it names the sub-device that the device speaks for, in the protocol's own terms ("unit 1").
    """

    endpoint: Endpoint
    protocol: str
    facts: Facts
    evidence: bytes
    when: datetime
    behind: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that is believed of a device ("vendor", "Hikvision"), how sure, and the observation and fingerprint behind it.

    `name` is one of CLAIMS. `fact` names the fact that was matched, `endpoint` where it was heard, and `behind` the sub-device of which it is believed
    ("" for the device itself).
    """

    name: str
    value: str
    confidence: Confidence
    fingerprint: str
    fact: str = ""
    endpoint: Endpoint | None = None
    behind: str = ""


CLAIMS: Mapping[str, str] = {
    "vendor": "who made the device",
    "model": "the product's or model's name as its maker writes it",
    "kind": "what it is for, a word of KINDS",
    "firmware": "the version of the device's own firmware, as stated",
    "firmware_date": "the build or release date that the device states, ISO 8601",
    "serial": "the serial number",
    "hardware": "the revision or number of the hardware, as stated",
    "mac": "a MAC address that the device states as its own, 'aa:bb:cc:dd:ee:ff'",
    "name": "the name that its people gave it",
    "component": "a third-party component and its version, 'dropbear 2012.55'",
    "cpe": "the product's name in the CPE 2.3 dictionary, where it is certain, 'cpe:2.3:h:…' or 'cpe:2.3:o:…'",
}

KINDS = (
    "access-point",
    "air-sensor",
    "building-controller",
    "camera",
    "charger",
    "door-controller",
    "firewall",
    "gateway",
    "hmi",
    "intercom",
    "kiosk",
    "lighting-gateway",
    "luminaire",
    "message-sign",
    "meter",
    "nas",
    "parking-meter",
    "pdu",
    "phone",
    "plc",
    "printer",
    "radio",
    "recorder",
    "router",
    "rtu",
    "sensor",
    "serial-server",
    "server",
    "signage-player",
    "speaker",
    "switch",
    "traffic-controller",
    "ups",
    "weather-station",
)


@dataclass(frozen=True, slots=True)
class Gap:
    """A protocol that could not be examined at an open endpoint, and why; what hangs on it is UNREACHED, not PASSED."""

    endpoint: Endpoint
    protocol: str
    reason: str


@dataclass(frozen=True, slots=True)
class Device:
    """One device: its stable identity, where it is, which ports are open, what it said, and what that makes it.

    `why` says in sentences what its identity rests on and why its addresses are one device, `conflicts` which other records share a mark with it and why they
    were kept apart. `noted` are addresses that it was heard to have and that nobody may ask: outside the scope, and never touched.
    """

    identity: str
    addresses: tuple[str, ...]
    mac: str | None = None
    mac_vendor: str | None = None
    open_ports: tuple[Endpoint, ...] = ()
    observations: tuple[Observation, ...] = ()
    claims: tuple[Claim, ...] = ()
    gaps: tuple[Gap, ...] = ()
    why: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """The first of its addresses, IPv4 before IPv6."""
        return self.addresses[0]

    def claim(self, name: str) -> Claim | None:
        """The best-founded claim of that name about the device itself: the surest, then the first in order."""
        return max(self.claimed(name), key=lambda c: c.confidence, default=None)

    def claimed(self, name: str) -> tuple[Claim, ...]:
        """Every claim of that name about the device itself, in order."""
        return tuple(claim for claim in self.claims if claim.name == name and not claim.behind)

    def fact(self, name: str) -> FactValue | None:
        """The value of a claim ("firmware") or, failing that, of the first observation that has the fact ("http.server")."""
        claim = self.claim(name)
        if claim is not None:
            return claim.value
        return next((s.facts[name] for s in self.observations if name in s.facts and not s.behind), None)

    @property
    def parts(self) -> tuple[str, ...]:
        """The sub-devices that it speaks for, in the protocol's own terms, in order."""
        return tuple(dict.fromkeys(seen.behind for seen in self.observations if seen.behind))

    def of_part(self, part: str) -> Mapping[str, str]:
        """What is believed of one sub-device: the best-founded claim of each name, in the order of CLAIMS."""
        ours = [claim for claim in self.claims if claim.behind == part]
        named = ((name, [claim for claim in ours if claim.name == name]) for name in CLAIMS)
        return {name: max(found, key=lambda c: c.confidence).value for name, found in named if found}

    def speaking(self, *protocols: str) -> tuple[Observation, ...]:
        """The device's own observations of those protocols, in the order of their endpoints."""
        return tuple(seen for seen in self.observations if seen.protocol in protocols and not seen.behind)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, with its proof and its remedy. `id` is stable across runs: see `finding_id`.

    `facet` is what the id was made of besides check and identity; "" stands for "tcp/23", the transport and port of `endpoint`. `account` names the account
    that opened it, where one did: the catalogue entry's id and the user ("hikvision: admin").
    """

    id: str
    check: str
    family: Family
    severity: Severity
    confidence: Confidence
    endpoint: Endpoint
    title: str
    detail: str
    evidence: str
    remedy: str
    standards: tuple[str, ...] = ()
    facet: str = ""
    account: str = ""


def renamed(finding: Finding, identity: str) -> Finding:
    """The same finding on a device of another identity."""
    facet = finding.facet or f"{finding.endpoint.transport}/{finding.endpoint.port}"
    return replace(finding, id=finding_id(finding.check, identity, facet))


def finding_id(check: str, identity: str, facet: str) -> str:
    """The id of what `check` found on the device `identity` at `facet` ("tcp/23"): 16 hexadecimal digits of a SHA-256."""
    return hashlib.sha256("\0".join((check, identity, facet)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one check ended on one device, and why."""

    check: str
    status: Status
    reason: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """The rank of a device: a value in [0, 100], its band, when it is due, and every point attributed."""

    value: float
    band: Severity
    due: str
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clue:
    """What one thing says of when the firmware was built, as an interval; None is an open end.

    `method` is how that was read ("hikvision-build"), `detail` what was read, in a sentence's part, and `endpoint` where it was heard. `set_aside` says why it
    is not believed, "" where it is.
    """

    method: str
    detail: str
    not_before: date | None = None
    not_after: date | None = None
    confidence: Confidence = Confidence.INFERRED
    endpoint: Endpoint | None = None
    set_aside: str = ""


@dataclass(frozen=True, slots=True)
class FirmwareAge:
    """When the firmware was built, as an interval; None is an open end. `clues` are what it was drawn from, those that were not believed among them.

    `code` is the day on which the newest dated component in it was released: the honest age of its code, and never the firmware's own date.
    """

    not_before: date | None = None
    not_after: date | None = None
    confidence: Confidence = Confidence.INFERRED
    clues: tuple[Clue, ...] = ()
    code: date | None = None


@dataclass(frozen=True, slots=True)
class Traffic:
    """What the scan sent: packets (as far as we can count our own), connections, login attempts."""

    packets_sent: int = 0
    connections: int = 0
    login_attempts: int = 0


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything about one device in one scan; stored as soon as it is done.

    `traffic` is what the device was sent beyond the port sweep, `uptime` what its own counters said before and after it was asked, and `quarantine` why it
    is left alone, if it is.
    """

    device: Device
    outcomes: tuple[Outcome, ...]
    score: Score
    firmware: FirmwareAge
    when: datetime
    traffic: Traffic = field(default_factory=Traffic)
    uptime: tuple[Uptime, ...] = ()
    quarantine: Quarantine | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, worst first, then by check and endpoint."""
        found = [finding for outcome in self.outcomes for finding in outcome.findings]
        return tuple(sorted(found, key=lambda f: (-f.severity, f.check, f.endpoint.sort_key, f.id)))


@dataclass(frozen=True, slots=True)
class FleetFinding:
    """One thing that is wrong with several devices together; `devices` are identities."""

    id: str
    check: str
    family: Family
    severity: Severity
    title: str
    detail: str
    remedy: str
    devices: tuple[str, ...]
    standards: tuple[str, ...] = ()


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
class Scan:
    """One run: what was asked of it, by whose word, and what it could not do (`notes`).

    `intel` names the intelligence that it was judged by: the day it was made and its SHA-256; `intel_as_of` is the day up to which the oldest part of it knows.
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
    ended: datetime | None = None
    traffic: Traffic = field(default_factory=Traffic)
    notes: tuple[str, ...] = ()

    @property
    def is_passive(self) -> bool:
        """Whether nothing was asked: a device that it does not hold may be there all the same, and one that it holds was not examined."""
        return self.engine in PASSIVE_ENGINES


PASSIVE_ENGINES = ("listen", "import")


@dataclass(frozen=True, slots=True)
class Report:
    """A scan and all it found, worst device first."""

    scan: Scan
    assessments: tuple[Assessment, ...]
    fleet: tuple[FleetFinding, ...]
    coverage: Coverage

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
