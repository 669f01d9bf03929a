"""A report with one department's devices only: no other's address, name or finding is in it, and what is shared with others says how many they are."""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from ipaddress import ip_address, ip_network

from inventory.errors import ConfigError
from inventory.findings import Finding, FleetFinding
from inventory.model import Device
from inventory.report import Assessment, Coverage, Registered, Report, Scan, Traffic
from inventory.text import counted
from inventory.waivers import Standing
from scanner.city import City
from scanner.config import Settings
from scanner.pseudonyms.known import ordinary

_TOKEN = re.compile(r"[\w.:-]+")
OTHER = "(another department's)"


def departments(report: Report, city: City, settings: Settings) -> tuple[str, ...]:
    """Every department that the city knows: those of its devices, of its sites and of its register."""
    known = {one.context.department for one in report.assessments} | {site.department for site in settings.sites}
    known |= {row.department for row in city.register.entries} if city.register else set()
    return tuple(sorted(known - {""}))


def department_named(name: str | None, known: Iterable[str]) -> str:
    """The department of that name, however it is written; `ConfigError` with the list, or with the nearest."""
    known = tuple(known)
    if not known:
        raise ConfigError(
            "no department is known: write `department` into the sites of tocsin.toml, or into the register"
        )
    if name is None:
        if len(known) == 1:
            return known[0]
        raise ConfigError(f"for which department? give --department NAME; there are: {', '.join(known)}")
    found = [each for each in known if each.casefold() == name.casefold()]
    if found:
        return name if name in found else found[0]
    close = difflib.get_close_matches(name.casefold(), [each.casefold() for each in known], 1)
    meant = next((each for each in known if close and each.casefold() == close[0]), "")
    hint = f"did you mean {meant!r}?" if meant else f"there are: {', '.join(known)}"
    raise ConfigError(f"no department is called {name!r}; {hint}")


def of_department(name: str, city: City) -> Callable[[Report], Report]:
    """What makes of a ranked report that of the department."""

    def own(report: Report) -> Report:
        mine = tuple(one for one in report.assessments if one.context.department == name)
        return _Own(name, city, report, mine).report()

    return own


class _Own:
    """One report for one department, its devices `mine`."""

    def __init__(self, name: str, city: City, whole: Report, mine: tuple[Assessment, ...]) -> None:
        self._name, self._city, self._whole, self._mine = name, city, whole, mine
        self._ids = {one.device.identity for one in mine}
        strangers = [one for one in whole.assessments if one.device.identity not in self._ids]
        own = {mark for one in mine for mark in _marks(one)}
        self._others = {mark: OTHER for one in strangers for mark in _marks(one) if mark not in own}
        self._spaced = tuple(mark for mark in self._others if " " in mark)
        self._told: dict[str, str] = {}

    def report(self) -> Report:
        """The whole of it."""
        whole = self._whole
        return replace(
            whole,
            scan=self._scan(whole.scan),
            assessments=tuple(map(self._assessment, self._mine)),
            fleet=tuple(self._fleet()),
            coverage=self._coverage(),
            register=self._register(),
            waivers=tuple(self._waivers()),
        )

    def _scan(self, scan: Scan) -> Scan:
        """Only those networks and sites that hold a device of its own."""
        sites = {one.context.site for one in self._mine}
        places = [address for one in self._mine for address in one.device.addresses]
        traffic = [one.traffic for one in self._mine]
        return replace(
            scan,
            networks=tuple(network for network in scan.networks if any(_within(place, network) for place in places)),
            left_out=(),
            sites=tuple(one for one in scan.sites if one.site in sites),
            traffic=Traffic(
                *(
                    sum(getattr(each, name) for each in traffic)
                    for name in ("packets_sent", "connections", "login_attempts")
                )
            ),
            notes=tuple(map(self._text, scan.notes)),
        )

    def _assessment(self, one: Assessment) -> Assessment:
        device = one.device
        return replace(
            one,
            device=replace(
                device,
                why=tuple(map(self._text, device.why)),
                conflicts=tuple(map(self._text, device.conflicts)),
                gaps=tuple(replace(gap, reason=self._text(gap.reason)) for gap in device.gaps),
                untrusted=self._text(device.untrusted),
            ),
            outcomes=tuple(
                replace(
                    outcome, reason=self._text(outcome.reason), findings=tuple(map(self._finding, outcome.findings))
                )
                for outcome in one.outcomes
            ),
        )

    def _finding(self, finding: Finding) -> Finding:
        return replace(finding, detail=self._text(finding.detail), remedy=self._text(finding.remedy))

    def _fleet(self) -> Iterator[FleetFinding]:
        for finding in self._whole.fleet:
            ours = tuple(identity for identity in finding.devices if identity in self._ids)
            others = len(finding.devices) - len(ours)
            more = (
                f" {counted(others, 'device')} of other departments {'is' if others == 1 else 'are'} concerned too."
                if others
                else ""
            )
            if ours:
                yield replace(finding, devices=ours, detail=f"{self._text(finding.detail)}{more}")

    def _coverage(self) -> Coverage:
        """Its own devices and their addresses: how many others were asked is not its matter."""
        devices = [one.device for one in self._mine]
        identified = sum(any(device.claim(name) for name in ("vendor", "kind")) for device in devices)
        addresses = sum(len(device.addresses) for device in devices)
        return Coverage(addresses, len(devices), identified, sum(bool(device.gaps) for device in devices), addresses)

    def _register(self) -> Registered | None:
        register, rows = self._whole.register, self._city.register
        if register is None or rows is None:
            return None
        ours = [row for row in rows.entries if (row.department or self._city.department(row.address)) == self._name]
        missing = {str(row) for row in ours} & set(register.missing)
        return Registered(
            len(ours),
            tuple(row for row in register.missing if row in missing),
            tuple(identity for identity in register.unknown if identity in self._ids),
        )

    def _waivers(self) -> Iterator[Standing]:
        """Those that hold for something of its own, or name the department."""
        for standing in self._whole.waivers:
            uses = tuple(use for use in standing.uses if use.device is not None and use.device.identity in self._ids)
            if uses or (not standing.uses and standing.waiver.department == self._name):
                yield replace(standing, uses=uses)

    def _text(self, text: str) -> str:
        """The text without what tells the devices of others."""
        if text not in self._told:
            told = text
            for mark in self._spaced:
                told = told.replace(mark, OTHER)
            self._told[text] = _TOKEN.sub(self._instead, told)
        return self._told[text]

    def _instead(self, found: re.Match[str]) -> str:
        word = found[0].rstrip(".:")
        tail = found[0][len(word) :]
        if word in self._others:
            return f"{OTHER}{tail}"
        address, colon, port = word.rpartition(":")
        return f"{OTHER}{tail}" if colon and port.isdecimal() and address.strip("[]") in self._others else found[0]


def _marks(one: Assessment) -> Iterator[str]:
    device: Device = one.device
    yield from (device.identity, *device.addresses, *device.noted)
    names = (one.context.name, *(claim.value for claim in device.claims if claim.name in ("serial", "name")))
    yield from (name for name in names if name and not ordinary(name))
    yield from (mac for mac in (device.mac, *(claim.value for claim in device.claimed("mac"))) if mac)


def _within(address: str, network: str) -> bool:
    try:
        return ip_address(address.partition("%")[0]) in ip_network(network.partition("%")[0], strict=False)
    except ValueError:
        return address == network or "-" in network
