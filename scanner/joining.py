"""One device, many faces: its addresses are asked one at a time while the scan runs, and their assessments become one at its end.

Discovery finds addresses, and tells of those on this machine's segments which MAC address answers for each. Two that one MAC address answers for are most
likely one device, which is not to be met at two addresses at once, nor asked twice for its passwords. What is truly one device is decided at the end, when all
have been examined (`inventory/joining.py`).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from checks.contract import Check
from checks.firmware import firmware_age
from checks.intelligence import Intelligence
from inventory.findings import Finding, Outcome
from inventory.identity import named
from inventory.joining import bearable, join
from inventory.marks import Kind, objection, seen_macs
from inventory.model import Device, Level, Status
from inventory.oui import is_local
from inventory.report import Assessment, Traffic, under
from scanner.discover import Host
from scanner.score import score

_WORST_FIRST = (Status.FOUND, Status.FAILED, Status.UNREACHED, Status.PASSED, Status.SKIPPED)
"""How outcomes of one check at several addresses add up: what was skipped at one was judged at another."""


@dataclass(slots=True)
class _Mac:
    """A MAC address: which addresses it answers for, whether one is being examined, and who waits for that."""

    addresses: set[str] = field(default_factory=set)
    examined: str = ""
    busy: bool = False
    waiting: list[Host] = field(default_factory=list)


class Faces:
    """Sees to it that a device is examined at one of its addresses at a time. Remembers a MAC address and its addresses of each host, no more."""

    def __init__(self) -> None:
        self._macs: dict[str, _Mac] = {}
        self.noted: dict[str, set[str]] = {}

    def admit(self, host: Host) -> Host | None:
        """The host, if it may be examined now; else None, and `done` will give it back."""
        if host.mac is None:
            return host
        mac = self._macs.setdefault(host.mac, _Mac())
        mac.addresses.add(host.address)
        if mac.busy and bearable(mac.addresses):
            mac.waiting.append(host)
            return None
        mac.busy = True
        return host

    def done(self, host: Host) -> Host | None:
        """Note that the host was examined; the next address of its device, if one waits."""
        mac = self._macs.get(host.mac or "")
        if mac is None:
            return None
        mac.examined = mac.examined or host.address
        mac.busy = bool(mac.waiting)
        return mac.waiting.pop(0) if mac.waiting else None

    def note(self, address: str, mac: str) -> None:
        """Note an address that nobody may ask, and the MAC address that it was heard from."""
        self.noted.setdefault(mac, set()).add(address)

    def remember(self, device: Device) -> None:
        """Note a device that was examined by the run that is resumed."""
        if device.mac:
            mac = self._macs.setdefault(device.mac, _Mac())
            mac.addresses.update(device.addresses)
            mac.examined = mac.examined or device.address

    def first(self, host: Host) -> str:
        """The address at which the device of this host was examined before, as far as its MAC address says; "" where it was not."""
        mac = self._macs.get(host.mac or "")
        if mac is None or is_local(host.mac or "") or not bearable(mac.addresses):
            return ""
        return mac.examined if mac.examined != host.address else ""


def already_tried(device: Device, before: Device | None) -> str:
    """Why no account is to be tried at this address, in a sentence: the device was asked at another one. "" where it was not.

    A service that is offered at this address only is reason enough to try all.
    """
    if before is None or objection(Kind.MAC, device, before):
        return ""
    tried = {(endpoint.port, endpoint.transport) for endpoint in before.open_ports}
    if any((endpoint.port, endpoint.transport) not in tried for endpoint in device.open_ports):
        return ""
    return f"no account was tried here: the device at this MAC address was asked at {before.address}"


def without_logins(checks: Sequence[Check], why: str) -> tuple[tuple[Check, ...], tuple[Outcome, ...]]:
    """The checks that need no login, and the outcomes of the others, which are not made for that reason."""
    asked = tuple(check for check in checks if check.level < Level.LOGIN)
    return asked, tuple(Outcome(check.id, Status.SKIPPED, why) for check in checks if check not in asked)


def together(
    assessments: Iterable[Assessment],
    noted: Mapping[str, Collection[str]] = MappingProxyType({}),
    intelligence: Intelligence | None = None,
) -> tuple[Assessment, ...]:
    """The assessments of one scan, those of one device made one, each under the identity that is its own among all.

    `noted` are addresses that were heard from a MAC address and not asked; they are told of the device that alone has it.
    """
    by_address = {address: one for one in assessments for address in one.device.addresses}
    devices = named(join({id(one): one.device for one in by_address.values()}.values()))
    devices = tuple(_as_set_aside(device, _parts(device, by_address)) for device in devices)
    owners = Counter(mac for device in devices for mac in seen_macs(device))
    return tuple(
        _assessment(_with_noted(device, noted, owners), _parts(device, by_address), intelligence) for device in devices
    )


def _as_set_aside(device: Device, parts: Sequence[Assessment]) -> Device:
    """What is in quarantine keeps the name under which it was put there, though this scan may not have seen what it was known by."""
    quarantine = next((part.quarantine for part in parts if part.quarantine), None)
    return replace(device, identity=quarantine.identity) if quarantine else device


def _with_noted(device: Device, noted: Mapping[str, Collection[str]], owners: Mapping[str, int]) -> Device:
    macs = (mac for mac in seen_macs(device) if owners[mac] == 1)
    heard = {address for mac in macs for address in noted.get(mac, ())} - set(device.addresses)
    return replace(device, noted=tuple(sorted({*device.noted, *heard}))) if heard else device


def _parts(device: Device, by_address: Mapping[str, Assessment]) -> list[Assessment]:
    return list({id(part): part for part in (by_address[address] for address in device.addresses)}.values())


def _assessment(device: Device, parts: Sequence[Assessment], intelligence: Intelligence | None) -> Assessment:
    """What was found on a device at all its addresses."""
    outcomes = [outcome for part in parts for outcome in under(part, device.identity).outcomes]
    combined = tuple(
        _outcome([outcome for outcome in outcomes if outcome.check == check])
        for check in dict.fromkeys(outcome.check for outcome in outcomes)
    )
    if len(parts) == 1:
        return replace(parts[0], device=device, outcomes=under(parts[0], device.identity).outcomes)
    findings = tuple(finding for outcome in combined for finding in outcome.findings)
    sent = Traffic(
        packets_sent=sum(part.traffic.packets_sent for part in parts),
        connections=sum(part.traffic.connections for part in parts),
        login_attempts=sum(part.traffic.login_attempts for part in parts),
    )
    judged = replace(
        parts[0],
        device=device,
        outcomes=combined,
        traffic=sent,
        uptime=next((part.uptime for part in parts if part.uptime), ()),
        quarantine=next((part.quarantine for part in parts if part.quarantine), None),
        when=max(part.when for part in parts),
    )
    return replace(judged, score=score(findings), firmware=firmware_age(device, intelligence))


def _outcome(outcomes: Sequence[Outcome]) -> Outcome:
    """The worst of them, with every finding once and what else was in doubt."""
    status = min((outcome.status for outcome in outcomes), key=_WORST_FIRST.index)
    unsure = (Status.FAILED, Status.UNREACHED) if status in (Status.FOUND, Status.FAILED) else ()
    reasons = dict.fromkeys(o.reason for o in outcomes if o.reason and (o.status is status or o.status in unsure))
    return Outcome(outcomes[0].check, status, "; ".join(reasons), tuple(_findings(outcomes)))


def _findings(outcomes: Iterable[Outcome]) -> Iterator[Finding]:
    """The findings of one check at several addresses: what was found at one and again at another is told once, as badly as it was found."""
    worst: dict[str, tuple[Finding, ...]] = {}
    for outcome in outcomes:
        at_this_address: dict[str, tuple[Finding, ...]] = {}
        for finding in outcome.findings:
            at_this_address[finding.id] = (*at_this_address.get(finding.id, ()), finding)
        for name, found in at_this_address.items():
            if name not in worst or _badness(found) > _badness(worst[name]):
                worst[name] = found
    for found in worst.values():
        yield from found


def _badness(findings: Iterable[Finding]) -> tuple[int, int]:
    return max((finding.severity, finding.confidence) for finding in findings)
