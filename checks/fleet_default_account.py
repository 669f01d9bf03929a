"""One documented account opens many devices of one department.

What: the same entry of the catalogue opened two or more devices that belong to one department (`department` of the site in `tocsin.toml`; the whole scan where
none is named). Each device has its own finding as well; this one says that it is one cause, and names the members.

Why it matters in a city: forty cameras with one default password are not forty accidents but one way of putting devices into service: an installer's habit, a
contract that does not ask for more. Changed one by one they come back with the next delivery. And whoever reads one manual has them all at once.

How to fix: change them in one go (the maker's device manager does it for a fleet), each to a password of its own from the city's password store. Then mend the
cause: a step in the commissioning protocol, a clause in the contract, and a scan before a delivery is accepted.
"""

from collections.abc import Iterable

from checks.contract import FleetFlaw, FleetJudgement, Member, fleet_check
from checks.standards import clauses
from inventory.model import Family, Severity


@fleet_check(
    id="fleet-default-account",
    title="One default account opens many devices",
    severity=Severity.CRITICAL,
    family=Family.CREDENTIALS,
    remedy="Change them in one go, each to a password of its own, and make that a step of putting devices into service.",
    standards=clauses("CWE-1392", "default-credentials", "shared-credentials"),
    sources=("the catalogue of documented accounts, each with its own source",),
)
def fleet_default_account(fleet: Iterable[Member]) -> FleetJudgement:
    """Each account that opened more than one device of a department, by department and account."""
    opened: dict[tuple[str, str], dict[str, Severity]] = {}
    for member in fleet:
        for finding in member.findings:
            if finding.account:
                devices, name = opened.setdefault((member.department, finding.account), {}), member.device.identity
                devices[name] = max(finding.severity, devices.get(name, finding.severity))
    for (department, account), identities in sorted(opened.items()):
        if len(identities) > 1:
            where = f" of {department}" if department else ""
            entry, _, user = account.partition(": ")
            name = f"The documented account {user!r} (catalogue entry {entry})" if user else f"Catalogue entry {entry}"
            detail = f"{name} opened {len(identities)} devices{where}."
            severity = max(identities.values())
            yield FleetFlaw(tuple(sorted(identities)), detail, f"{department}\0{account}", severity)
