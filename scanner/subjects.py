"""What a filter may ask of a device or of a finding, by the filter's keys."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from scanner.filters import SHOWN, UNIDENTIFIED, Subject
from scanner.rows import ListedDevice, ListedFinding, days_of, found_on
from scanner.score import effective
from scanner.terminal import name_of

_OfDevice: TypeAlias = Callable[[ListedDevice], Sequence[Any]]
_OfFinding: TypeAlias = Callable[[ListedFinding], Sequence[Any]]

SAID = ("vendor", "model", "serial", "mac", "name")
"""The claims of which a filter knows all that there are."""


def about_device(row: ListedDevice) -> Subject:
    """What a filter may ask of a device."""
    return lambda key: _DEVICE[key](row)


def about_finding(one: ListedFinding) -> Subject:
    """What a filter may ask of a finding: of the device that has it where it has no such thing itself."""
    return lambda key: _FINDING[key](one) if key in _FINDING else _DEVICE[key](one.of)


def _claimed(name: str) -> _OfDevice:
    return lambda row: tuple(claim.value for claim in row.device.claimed(name))


def _of_context(name: str) -> _OfDevice:
    return lambda row: _said(getattr(row.known.assessment.context, name))


def _kind(row: ListedDevice) -> Sequence[str]:
    claim = row.device.claim("kind")
    return (claim.value if claim else UNIDENTIFIED,)


def _serial(row: ListedDevice) -> Sequence[str]:
    named = (name.partition(":")[2] for name in row.known.identities if name.startswith("serial:"))
    return (*_claimed("serial")(row), *named)


def _band(row: ListedDevice) -> Sequence[str]:
    assessment = row.known.assessment
    return (assessment.score.band.label,) if assessment.counted else ()


def _shown_of_device(row: ListedDevice) -> Sequence[str]:
    """Every text that a list may show of a device, or that a filter may ask for, but the days on which it was seen."""
    score = row.known.assessment.score
    ports = (f"{port}/{transport}" for transport, port in row.particulars.ports)
    found = (text for finding in found_on(row.known) for text in (finding.id, finding.check, finding.family.value))
    texts = (*_who(row), *_band(row), f"{score.value:.1f}", score.due, *ports, *row.particulars.titles, *found)
    return tuple(text.casefold() for text in texts if text)


def _shown_of_finding(one: ListedFinding) -> Sequence[str]:
    """The same of a finding: its own, and who its device is, without what else was found on that."""
    finding = one.finding
    said = (finding.id, one.of.title(finding), finding.check, finding.family.value, effective(finding).label, one.due)
    return tuple(text.casefold() for text in (*said, *_who(one.of)) if text)


def _who(row: ListedDevice) -> Sequence[str]:
    """Who it is, where it stands, and what the city knows of it."""
    device, context = row.device, row.known.assessment.context
    said = (claim.value for claim in device.claims if claim.name in SAID and not claim.behind)
    places = (context.name, context.owner, context.department, context.site, context.criticality, context.exposure)
    names = (*row.known.identities, name_of(device), device.mac or "", *said, row.particulars.firmware)
    return (*device.addresses, *device.noted, *names, *places)


def _port(one: ListedFinding) -> Sequence[tuple[str, int]]:
    endpoint = one.finding.endpoint
    return ((endpoint.transport, endpoint.port),) if endpoint.port else ()


def _said(*texts: str | None) -> Sequence[str]:
    return tuple(text for text in texts if text)


_DEVICE: Mapping[str, _OfDevice] = {
    "kind": _kind,
    "vendor": _claimed("vendor"),
    "model": _claimed("model"),
    "firmware": lambda row: _said(row.particulars.firmware),
    "address": lambda row: (*row.device.addresses, *row.device.noted),
    "mac": lambda row: (*_said(row.device.mac), *_claimed("mac")(row)),
    "serial": _serial,
    "id": lambda row: row.known.identities,
    "department": _of_context("department"),
    "site": _of_context("site"),
    "owner": _of_context("owner"),
    "name": lambda row: (*_of_context("name")(row), *_claimed("name")(row)),
    "criticality": _of_context("criticality"),
    "exposure": _of_context("exposure"),
    "severity": _band,
    "band": _band,
    "score": lambda row: (row.known.assessment.score.value,),
    "check": lambda row: tuple(finding.check for finding in found_on(row.known)),
    "family": lambda row: tuple(finding.family.value for finding in found_on(row.known)),
    "port": lambda row: row.particulars.ports,
    "due": lambda row: days_of(row.known.assessment.score.due),
    "accepted": lambda row: (any(finding.accepted is not None for finding in found_on(row.known)),),
    "quarantined": lambda row: (row.quarantined,),
    "seen": lambda row: (row.known.last_seen.date(),),
    SHOWN: _shown_of_device,
}
_FINDING: Mapping[str, _OfFinding] = {
    "severity": lambda one: (effective(one.finding).label,),
    "check": lambda one: (one.finding.check,),
    "family": lambda one: (one.finding.family.value,),
    "port": _port,
    "accepted": lambda one: (one.finding.accepted is not None,),
    "due": lambda one: days_of(one.due),
    "id": lambda one: (one.finding.id, *one.of.known.identities),
    SHOWN: _shown_of_finding,
}
