"""What a city truly is, as JSON, and how far a report (schema tocsin-report/1) agrees with it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from lab.fake import Fake, Stream
from lab.plan import Placed, Plan

SCHEMA = "tocsin-lab-truth/1"
STATED = ("vendor", "model", "kind", "firmware", "serial")
_AT_LOGIN = frozenset(("default-credentials", "accepts-any-password", "snmp-default-community"))
"""Checks that only a scan at level login can answer."""

Facet = tuple[str, str, int, str]
"""An address (or a fleet finding's addresses), a check, a port and a transport."""


def truth(plan: Plan, *, macs: bool) -> dict[str, Any]:
    """The declared truth; `macs` is False where no frames are to be seen and so no MAC address is."""
    return {
        "schema": SCHEMA,
        "network": str(plan.network),
        "scanner": plan.scanner,
        "devices": [_device(one, macs=macs) for one in plan.placed],
        "fleet": [],
    }


def _device(one: Placed, *, macs: bool) -> dict[str, Any]:
    fake = one.fake
    return {
        "name": one.name,
        "title": fake.title,
        "address": one.address,
        "addresses": list(one.addresses),
        "mac": fake.mac if macs else None,
        **{name: getattr(fake, name) for name in STATED},
        "services": _services(fake),
        "findings": [
            {"check": expected.check, "transport": expected.transport, "port": expected.port}
            for expected in sorted(fake.causes)
        ],
        "manners": asdict(fake.manners),
    }


def _services(fake: Fake) -> list[dict[str, Any]]:
    stated = (
        {
            "transport": service.transport,
            "port": service.port,
            "protocol": type(service).__name__.lower(),
            "tls": isinstance(service, Stream) and service.tls is not None,
        }
        for service in fake.services
    )
    return sorted(stated, key=lambda service: (str(service["transport"]), int(str(service["port"]))))


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a report differs from the truth, and how many of the expected findings it has."""

    differences: tuple[str, ...]
    expected: int
    reported: int
    agreed: int

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
    expected = {facet for facet in _expected(real) if at_login or facet[1] not in _AT_LOGIN}
    reported = _reported(report)
    differences = [f"missing: {_words(facet)}" for facet in sorted(expected - reported)]
    differences += [f"not so: {_words(facet)}" for facet in sorted(reported - expected)]
    for device in real["devices"]:
        differences += _misread(device, by_address.get(device["address"]))
    known = {address for device in real["devices"] for address in _addresses(device)} | {real.get("scanner")}
    differences += [f"{address}: no such device" for address in by_address if address not in known]
    return Comparison(tuple(differences), len(expected), len(reported), len(expected & reported))


def _expected(real: Mapping[str, Any]) -> set[Facet]:
    facets = {
        (device["address"], finding["check"], int(finding["port"]), str(finding["transport"]))
        for device in real["devices"]
        for finding in device["findings"]
    }
    return facets | {(_together(fleet["devices"]), fleet["check"], 0, "fleet") for fleet in real["fleet"]}


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


def _misread(real: Mapping[str, Any], device: Mapping[str, Any] | None) -> Sequence[str]:
    """What a device states of itself and the report does not, or states otherwise."""
    where = f"{real['address']} ({real['name']})"
    if device is None:
        return [f"{where}: not found"]
    if missing := [address for address in _addresses(real) if address not in device["addresses"]]:
        return [f"{where}: not known to be at {', '.join(missing)} too"]
    said = {**device, "firmware": (device.get("firmware") or {}).get("version")}
    return [
        f"{where}: {name} is {real[name]!r}, not {said.get(name)!r}"
        for name in (*STATED, "mac")
        if real.get(name) is not None and said.get(name) != real[name]
    ]


def _together(addresses: Sequence[str]) -> str:
    return " ".join(sorted(addresses))


def _words(facet: Facet) -> str:
    where, check, port, transport = facet
    return f"{where} {check}" if transport == "fleet" else f"{where} {check} {port}/{transport}"
