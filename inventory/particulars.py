"""What a brief leaves out and a list of many devices shows: read from their records without making the rest of them, which takes a tenth of the time."""

from dataclasses import dataclass

from inventory.model import Confidence


@dataclass(frozen=True, slots=True)
class Particulars:
    """The version of a device's firmware ("" unknown), its open ports, and the titles of its findings in the order of its brief's."""

    firmware: str = ""
    ports: tuple[tuple[str, int], ...] = ()
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Claim:
    name: str
    value: str
    confidence: Confidence
    behind: str = ""


@dataclass(frozen=True, slots=True)
class _Endpoint:
    port: int
    transport: str = "tcp"


@dataclass(frozen=True, slots=True)
class _Device:
    open_ports: tuple[_Endpoint, ...] = ()
    claims: tuple[_Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class _Finding:
    title: str = ""


@dataclass(frozen=True, slots=True)
class _Outcome:
    findings: tuple[_Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """As much of a record as that takes; its reader passes over the rest."""

    device: _Device
    outcomes: tuple[_Outcome, ...] = ()


def particulars(record: Record) -> Particulars:
    """What the record says of it."""
    stated = [claim for claim in record.device.claims if claim.name == "firmware" and not claim.behind]
    firmware = max(stated, key=lambda claim: claim.confidence).value if stated else ""
    ports = sorted({(one.port, one.transport) for one in record.device.open_ports if one.port})
    titles = tuple(finding.title for outcome in record.outcomes for finding in outcome.findings)
    return Particulars(firmware, tuple((transport, port) for port, transport in ports), titles)
