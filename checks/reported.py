"""Of which ports of a device other checks say that what stands there should not: so that nobody is told the same twice."""

from collections.abc import Iterator

from checks.contract import Check, Flaw, Inconclusive, NotApplicable, informed, load_checks
from checks.policy import Policy
from inventory.model import Device, Family, Level

_ABOUT_SERVICES = frozenset((Family.PORTS, Family.CREDENTIALS))
_WHO_ASKS = "policy-deviation"


def reported_ports(device: Device, policy: Policy) -> frozenset[tuple[str, int]]:
    """The ports, each with its transport ("tcp", 23), of which a check that needs no login makes a finding; none for what is about the whole device."""
    checks = (
        check
        for check in load_checks()
        if check.family in _ABOUT_SERVICES and check.level is Level.IDENTIFY and check.id != _WHO_ASKS
    )
    flaws = (flaw for check in informed(checks, {"policy": policy}) for flaw in _flaws(check, device))
    return frozenset((flaw.endpoint.transport, flaw.endpoint.port) for flaw in flaws if flaw.endpoint.port)


def _flaws(check: Check, device: Device) -> Iterator[Flaw]:
    if check.needs and not device.speaking(*check.needs):
        return
    try:
        yield from (flaw for flaw in check.judge(device) if isinstance(flaw, Flaw))
    except (NotApplicable, Inconclusive):
        return
