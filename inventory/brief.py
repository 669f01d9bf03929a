"""A device in one scan as far as a rank over a whole fleet needs it: a small part of its record, kept beside it, because reading all records takes too long.

A brief is an assessment without what only a page about one device shows. Observations, ports, evidence and texts are left out, all findings stand in one
outcome, and only those claims are there by which a device is known, filtered or ranked. That it answered in a control protocol stays, without what it said.
"""

from dataclasses import replace
from typing import Any

import msgspec

from inventory.ages import FirmwareAge
from inventory.findings import Finding, Outcome, Score
from inventory.model import Claim, Device, Observation, Status
from inventory.report import Assessment

KEPT_CLAIMS = ("vendor", "model", "kind", "serial", "mac", "name")
"""The claims that a brief has, of the device itself alone."""
CONTROL = ("bacnet", "dnp3", "enip", "enip_tcp", "fins", "fox", "iec104", "knx", "modbus", "opcua", "s7")
"""The protocols by which a rank knows control equipment, whatever it calls itself."""
FOUND = "found"
"""The one outcome of a brief, which is no check's: the findings know theirs."""


def brief(assessment: Assessment) -> Assessment:
    """The assessment with what a rank needs, and nothing else; scored anew it has the same score."""
    score = assessment.score
    found = tuple(_finding(finding) for outcome in assessment.outcomes for finding in outcome.findings)
    return Assessment(
        _device(assessment.device),
        (Outcome(FOUND, Status.FOUND, "", found),) if found else (),
        Score(score.value, score.band, score.due),
        FirmwareAge(),
        assessment.when,
    )


def encode_brief(assessment: Assessment) -> str:
    """The brief of an assessment as JSON, from which `inventory.records.decode` makes an assessment."""
    return msgspec.json.encode(_without_empty(msgspec.to_builtins(brief(assessment)))).decode()


def _device(device: Device) -> Device:
    control = [seen for seen in device.observations if seen.protocol in CONTROL and not seen.behind][:1]
    claims = (claim for claim in device.claims if claim.name in KEPT_CLAIMS and not claim.behind)
    return Device(
        device.identity,
        device.addresses,
        device.mac,
        device.mac_vendor,
        observations=tuple(Observation(seen.endpoint, seen.protocol, {}, b"", seen.when) for seen in control),
        claims=tuple(Claim(claim.name, claim.value, claim.confidence, "") for claim in claims),
        noted=device.noted,
        untrusted=device.untrusted,
    )


def _finding(finding: Finding) -> Finding:
    found = replace(finding, shifts=(), accepted=None)
    return replace(found, title="", detail="", evidence="", remedy="", standards=(), sources=())


_ALWAYS = frozenset(("title", "detail", "evidence", "remedy", "reason", "fingerprint", "due", "outcomes", "facts"))
"""What a record must have, be it empty."""


def _without_empty(value: Any) -> Any:
    """Without what its reader takes for granted where it is missing."""
    if isinstance(value, dict):
        return {name: _without_empty(each) for name, each in value.items() if name in _ALWAYS or _says(each)}
    return [_without_empty(each) for each in value] if isinstance(value, (list, tuple)) else value


def _says(value: Any) -> bool:
    return value is not None and value not in ("", [], (), {})
