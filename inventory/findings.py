"""What checks come to: findings, outcomes, and the rank that follows from them."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date

from inventory.model import Confidence, Endpoint, Family, Severity, Status


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """A published hole behind a finding, with SSVC's decision points: None and "" where nobody has published one.

    `exploited` is whether CISA lists it as known to be exploited, `exploitation` one of none, poc and active; `automatable`, and whether the technical impact
    is `total`. `vector` is its CVSS vector, `weaknesses` its CWE ids.
    """

    cve: str
    exploited: bool = False
    exploitation: str = ""
    automatable: bool | None = None
    total: bool | None = None
    vector: str = ""
    weaknesses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shift:
    """A context that moves a finding's severity by so many bands, up or down, and the sentence that says why."""

    by: int
    why: str


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Somebody's word that a finding is to be lived with for a time; `rule` says where that word stands ("waivers.toml line 12")."""

    owner: str
    reason: str
    until: date
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, with its proof and its remedy. `id` is stable across runs: see `finding_id`.

    `facet` is what the id was made of besides check and identity; "" stands for "tcp/23", the transport and port of `endpoint`. `account` names the account
    that opened it, where one did: the catalogue entry's id and the user ("hikvision: admin"). `act` is what kind of work the remedy is, a word of
    `checks.contract.Act`, `sources` where the facts behind it stand, and `vulnerabilities` what is published of its holes, worst first.

    `shifts` and `accepted` are no part of what was found: the ranking adds them, by what the city knows on that day.
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
    act: str = ""
    sources: tuple[str, ...] = ()
    vulnerabilities: tuple[Vulnerability, ...] = ()
    shifts: tuple[Shift, ...] = ()
    accepted: Acceptance | None = None


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
    """The rank of a device: a value in [0, 100], its band, when it is due, and every point attributed.

    `due_why` names what sets the date, and `decision` is the outcome of SSVC's tree for deployers: defer, scheduled, out-of-cycle or immediate.
    """

    value: float
    band: Severity
    due: str
    why: tuple[str, ...] = ()
    due_why: str = ""
    decision: str = ""


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
    act: str = ""
    sources: tuple[str, ...] = ()
    accepted: Acceptance | None = None
