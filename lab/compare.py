"""How far a report (schema tocsin-report/1) agrees with what is true of a city."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lab.truth import STATED

_AT_LOGIN = frozenset(
    ("default-credentials", "accepts-any-password", "snmp-default-community", "fleet-default-account")
)
"""Checks that only a scan at level login can answer."""

IDENTITY = (*STATED, "mac")
"""What a device is known by; its MAC address can be known only where frames are to be seen."""
Facet = tuple[str, str, int, str]
"""An address (or a fleet finding's addresses), a check, a port and a transport."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a report differs from the truth, and how many of the expected findings it has.

    `differences` are worst first: devices, findings, identity. `identity` has, for each field of IDENTITY that can be known there, how many devices state it
    and how many of those the report has as they state it.
    """

    differences: tuple[str, ...]
    expected: int
    reported: int
    agreed: int
    identity: Mapping[str, tuple[int, int]]

    @property
    def recall(self) -> float:
        """The part of what is wrong that was reported."""
        return self.agreed / self.expected if self.expected else 1.0

    @property
    def precision(self) -> float:
        """The part of what was reported that is wrong."""
        return self.agreed / self.reported if self.reported else 1.0


def compare(report: Mapping[str, Any], real: Mapping[str, Any]) -> Comparison:
    """Compare findings by check, port and transport, fleet findings by check and devices, and what each device states of itself."""
    by_address = {address: device for device in report["devices"] for address in device["addresses"]}
    at_login = report.get("scan", {}).get("level", "login") == "login"
    true, reported = _expected(real), _reported(report)
    if not at_login:
        reported -= _unknown_without_logins(real) - true
    expected = true if at_login else true - (_for_logins(real) - reported)
    differences = [f"{_name(device)}: not found" for device in real["devices"] if device["address"] not in by_address]
    known = {address for device in real["devices"] for address in _addresses(device)} | {real.get("scanner")}
    differences += [f"{address}: no such device" for address in by_address if address not in known]
    differences += [f"missing: {_words(facet)}" for facet in sorted(expected - reported)]
    differences += [f"not so: {_words(facet)}" for facet in sorted(reported - expected)]
    for device in real["devices"]:
        differences += _misread(device, by_address.get(device["address"]), at_login=at_login)
    fields = [name for name in IDENTITY if name != "mac" or any(device.get("mac") for device in real["devices"])]
    identity = {name: _known(name, real, by_address, at_login=at_login) for name in fields}
    return Comparison(tuple(differences), len(expected), len(reported), len(expected & reported), identity)


def _expected(real: Mapping[str, Any]) -> set[Facet]:
    facets = {
        (device["address"], finding["check"], int(finding["port"]), str(finding["transport"]))
        for device in real["devices"]
        for finding in device["findings"]
    }
    return facets | {(_together(fleet["devices"]), fleet["check"], 0, "fleet") for fleet in real["fleet"]}


def _for_logins(real: Mapping[str, Any]) -> set[Facet]:
    """What a scan without logins need not find: what only a login shows, and what is read from SNMP where only a well-known community is answered."""
    together = {facet for facet in _expected({"devices": [], "fleet": real["fleet"]}) if facet[1] in _AT_LOGIN}
    return together | {
        facet
        for device in real["devices"]
        for facet in _expected({"devices": [device], "fleet": []})
        if facet[1] in _AT_LOGIN or (facet[2:] == (161, "udp") and _answers_a_community(device))
    }


def _unknown_without_logins(real: Mapping[str, Any]) -> set[Facet]:
    """That nothing says how old the firmware is, of devices that say it to a well-known community or in an OPC UA session alone."""
    found = {"findings": [{"check": "firmware-unknown", "port": 0, "transport": "tcp"}]}
    return _expected(
        {"devices": [{**one, **found} for one in real["devices"] if _says_more_at_login(one)], "fleet": []}
    )


def _says_more_at_login(real: Mapping[str, Any]) -> bool:
    return _answers_a_community(real) or any(service["protocol"] == "opcua" for service in real["services"])


def _reported(report: Mapping[str, Any]) -> set[Facet]:
    facets = {
        (device["addresses"][0], finding["check"], int(finding["port"]), str(finding["transport"]))
        for device in report["devices"]
        for finding in device["findings"]
    }
    addresses = {device["id"]: device["addresses"][0] for device in report["devices"]}
    for fleet in report.get("fleet", ()):
        members = [addresses.get(identity, identity) for identity in fleet["devices"]]
        facets.add((_together(members), fleet["check"], 0, "fleet"))
    return facets


def _addresses(real: Mapping[str, Any]) -> Sequence[str]:
    return tuple(real.get("addresses", (real["address"],)))


def _misread(real: Mapping[str, Any], device: Mapping[str, Any] | None, *, at_login: bool) -> Sequence[str]:
    """What a device states of itself and the report does not, or states otherwise, and what the report states and the device does not."""
    if device is None:
        return []
    where = _name(real)
    if missing := [address for address in _addresses(real) if address not in device["addresses"]]:
        return [f"{where}: not known to be at {', '.join(missing)} too"]
    names = IDENTITY if real.get("mac") else STATED
    wrong = [name for name in names if not _agrees(name, real, device, at_login=at_login)]
    return [f"{where}: {_difference(name, real[name], _said(device, name))}" for name in wrong] + [
        f"{where}: {wrongly}" for wrongly in _misdated(real, device)
    ]


def _misdated(real: Mapping[str, Any], device: Mapping[str, Any]) -> Iterator[str]:
    """Where the days between which the report has the firmware built do not hold the true one."""
    day = (real.get("build") or {}).get("day")
    age = device.get("firmware") or {}
    first, last = age.get("not_before"), age.get("not_after")
    if day and ((first and day < first) or (last and last < day)):
        yield f"firmware was built on {day}, not from {first} to {last}"


def _difference(name: str, true: str | None, said: str | None) -> str:
    return f"{name} is not stated, and {said!r} was reported" if true is None else f"{name} is {true!r}, not {said!r}"


def _agrees(name: str, real: Mapping[str, Any], device: Mapping[str, Any], *, at_login: bool) -> bool:
    said = _said(device, name)
    return said == real[name] or (said is None and not at_login and _answers_a_community(real))


def _answers_a_community(real: Mapping[str, Any]) -> bool:
    """Whether there is something that the device may state to a well-known community alone, and so to no scan without logins."""
    return any(finding["check"] == "snmp-default-community" for finding in real["findings"])


def _said(device: Mapping[str, Any], name: str) -> str | None:
    value: str | None = (device.get("firmware") or {}).get("version") if name == "firmware" else device.get(name)
    return value


def _known(
    name: str, real: Mapping[str, Any], by_address: Mapping[str, Mapping[str, Any]], *, at_login: bool
) -> tuple[int, int]:
    """How many devices state a field to the scan, and how many of those the report has as they state it."""
    pairs = [(one, by_address.get(one["address"], {})) for one in real["devices"] if one[name] is not None]
    right = sum(_said(device, name) == one[name] for one, device in pairs)
    excused = sum(
        _said(device, name) is None and _agrees(name, one, device, at_login=at_login) for one, device in pairs
    )
    return len(pairs) - excused, right


def _name(real: Mapping[str, Any]) -> str:
    return f"{real['address']} ({real['name']})"


def _together(addresses: Sequence[str]) -> str:
    return " ".join(sorted(addresses))


def _words(facet: Facet) -> str:
    where, check, port, transport = facet
    return f"{where} {check}" if transport == "fleet" else f"{where} {check} {port}/{transport}"
