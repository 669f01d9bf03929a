"""What checks come to: findings, outcomes, and the rank that follows from them."""

import hashlib
from dataclasses import dataclass, replace

from inventory.model import Confidence, Endpoint, Family, Severity, Status


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
