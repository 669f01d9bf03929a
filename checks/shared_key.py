"""Several devices use one and the same private key.

What: the public key of a TLS certificate or an SSH host key was seen on more than one device. The private key behind it is then on all of them,
mostly because it came with the firmware.

Why it matters in a city: whoever takes the key out of one device (stolen from a mast, or bought second-hand) can pose as every other one and read
what the staff sends to it. Neither the browser nor the SSH client will notice.

How to fix: let each device make its own key (delete the host keys, or use "regenerate" in the security settings), then install a certificate for it.
Where the firmware brings the key back, report it to the maker and let only the maintenance network reach the device.
"""

from collections.abc import Iterable, Iterator

from checks.contract import FleetFlaw, FleetJudgement, Member, fleet_check
from inventory.model import Device, Family, Severity

_KEYS = {"tls.spki_sha256": "TLS key", "ssh.hostkey_sha256": "SSH host key"}


@fleet_check(
    id="shared-key",
    title="One private key on several devices",
    severity=Severity.HIGH,
    family=Family.TLS,
    remedy="Let each device make its own key, then install a certificate for it.",
    standards=(
        "CWE-321",
        "ETSI EN 303 645 v3.1.3: 5.4-4",
        "EN 18031-1:2024: CCK-3",
        "EU CRA 2024/2847 Annex I: Part I (2)(e)",
    ),
)
def shared_key(fleet: Iterable[Member]) -> FleetJudgement:
    """Each key that more than one device shows, in the order of the keys."""
    owners: dict[tuple[str, str], set[str]] = {}
    for member in fleet:
        for shown in _shown(member.device):
            owners.setdefault(shown, set()).add(member.device.identity)
    for (fact, key), identities in sorted(owners.items()):
        if len(identities) > 1:
            members = tuple(sorted(identities))
            yield FleetFlaw(members, f"{len(members)} devices show the same {_KEYS[fact]} (SHA-256 {key[:16]}…).", key)


def _shown(device: Device) -> Iterator[tuple[str, str]]:
    for seen in device.observations:
        for fact in _KEYS:
            key = seen.facts.get(fact)
            if isinstance(key, str) and key:
                yield fact, key
