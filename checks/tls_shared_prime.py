"""The RSA keys of several devices have a prime in common, so that each gives the others away.

What: all different RSA moduli of the scan (TLS, OPC UA, SSH host keys) are tested together: two that share a prime are found by their greatest common
divisor (batch GCD). Devices with one and the same key are not meant, those are in shared-key. Factors are neither shown nor kept.

Why it matters in a city: devices that make their key in the first second after power-on, before they have gathered any chance, choose among few primes.
Anybody who collects the certificates of two such devices divides one number by the other and has both private keys (Heninger et al., "Mining your Ps and
Qs", 2012, found 64,000 such devices on the internet).

How to fix: update the firmware, let the device run for a while, and make a new key then; better, make the key on a machine of the city's and install it with
its certificate.
"""

from collections.abc import Iterable

from checks.contract import Act, FleetFlaw, FleetJudgement, Member, fleet_check
from checks.rsa_flaws import sharing_primes
from checks.shown_keys import modulus_name, shown_keys
from checks.standards import clauses
from inventory.model import Family, Severity


@fleet_check(
    id="tls-shared-prime",
    title="RSA keys that share a prime",
    severity=Severity.CRITICAL,
    family=Family.TLS,
    remedy="Update the firmware, then make new keys on a machine of the city's and install certificates for them.",
    standards=clauses("CWE-331", "CWE-338", "keys"),
    act=Act.UPDATE,
    sources=("Heninger et al., Mining Your Ps and Qs, USENIX Security 2012",),
)
def tls_shared_prime(fleet: Iterable[Member]) -> FleetJudgement:
    """Each group of keys with a common prime, and the devices that have them."""
    owners: dict[int, set[str]] = {}
    for member in fleet:
        for key in shown_keys(member.device):
            if key.modulus is not None:
                owners.setdefault(key.modulus, set()).add(member.device.identity)
    flaws = []
    for group in sharing_primes(owners):
        members = tuple(sorted(set().union(*(owners[each] for each in group))))
        count = f"{len(members)} devices have" if len(members) > 1 else "One device has"
        detail = f"{count} {len(group)} different RSA keys with a common prime: any two of them give both private keys."
        flaws.append(FleetFlaw(members, detail, min(map(modulus_name, group))))
    yield from sorted(flaws, key=lambda flaw: flaw.facet)
