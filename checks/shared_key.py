"""Several devices use one and the same private key.

What: the public key of a TLS, DTLS or OPC UA certificate or an SSH host key was seen on more than one device. The private key behind it is then on all of them,
mostly because it came with the firmware. The ports and addresses of one device may share a key. A certificate that lists all its devices by name, or names
them by a wildcard, was likely given to them on purpose, and is less severe.

Why it matters in a city: whoever takes the key out of one device (stolen from a mast, or bought second-hand) can pose as every other one and read
what the staff sends to it. Neither the browser nor the SSH client will notice.

How to fix: let each device make its own key (delete the host keys, or use "regenerate" in the security settings), then install a certificate for it.
Where the firmware brings the key back, report it to the maker and let only the maintenance network reach the device.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from checks.certificates import presented
from checks.contract import Act, FleetFlaw, FleetJudgement, Member, fleet_check
from checks.standards import clauses
from inventory.model import Device, Family, Severity

_SORTS = {"tls": "TLS key", "dtls": "DTLS key", "opcua": "OPC UA key"}


@dataclass(frozen=True, slots=True)
class _Use:
    """One device that shows a key, and in which certificate, if in one: its SHA-256, its subject and its alternative names."""

    device: Device
    sort: str
    certificate: str = ""
    subject: str = ""
    listed: tuple[str, ...] = ()


@fleet_check(
    id="shared-key",
    title="One private key on several devices",
    severity=Severity.HIGH,
    family=Family.TLS,
    remedy="Let each device make its own key, then install a certificate for it.",
    standards=clauses("CWE-321", "keys"),
    act=Act.CERTIFICATE,
    sources=(
        "RFC 9325: 7.1",
        "RFC 4251: 4.1",
    ),
)
def shared_key(fleet: Iterable[Member]) -> FleetJudgement:
    """Each key that more than one device shows, SSH host keys first, then in the order of the keys."""
    uses: dict[tuple[str, str], list[_Use]] = {}
    for member in fleet:
        for kind, key, use in _shown(member.device):
            uses.setdefault((kind, key), []).append(use)
    for (_, key), shown in sorted(uses.items(), key=lambda item: item[0]):
        members = tuple(sorted({use.device.identity for use in shown}))
        if len(members) > 1:
            yield _flaw(key, members, shown)


def _shown(device: Device) -> Iterator[tuple[str, str, _Use]]:
    """Each key by its kind and hash; a certificate's is of one kind whatever protocol shows it."""
    for seen in device.speaking("ssh"):
        if (key := seen.facts.get("ssh.hostkey_sha256")) and isinstance(key, str):
            yield "host key", key, _Use(device, "SSH host key")
    for one in presented(device):
        if key := one.text("spki_sha256"):
            certificate = one.text("sha256"), one.text("subject"), one.texts("sans") or ()
            yield "key of a certificate", key, _Use(device, _SORTS[one.seen.protocol], *certificate)


def _flaw(key: str, members: tuple[str, ...], shown: list[_Use]) -> FleetFlaw:
    certificates = {use.certificate for use in shown}
    if len(certificates) == 1 and "" not in certificates:
        subject = shown[0].subject or "an empty subject"
        detail = f"{len(members)} devices show the same certificate of {subject}, and so have one private key (SHA-256 {key[:16]}…)."
        if all(_lists(use) for use in shown):
            likely = " It names all of them, so this is likely intended; yet the key of one is the key of all."
            return FleetFlaw(members, detail + likely, key, Severity.MEDIUM)
        return FleetFlaw(members, detail, key)
    sorts = " and ".join(sorted({use.sort for use in shown}, reverse=True))
    several = f" in {len(certificates)} certificates" if len(certificates) > 1 and "" not in certificates else ""
    return FleetFlaw(members, f"{len(members)} devices show the same {sorts} (SHA-256 {key[:16]}…){several}.", key)


def _lists(use: _Use) -> bool:
    """Whether the certificate's subject alternative names have one of the device's addresses or names (RFC 9525 section 6.3)."""
    names = {address.partition("%")[0] for address in use.device.addresses}
    names |= {claim.value.lower().rstrip(".") for claim in use.device.claimed("name")}
    return any(_names(pattern.lower(), name) for pattern in use.listed for name in names)


def _names(pattern: str, name: str) -> bool:
    """Whether a name of the certificate is the device's; a device's name without a domain is compared with the first label."""
    first, _, domain = name.partition(".")
    if pattern.startswith("*."):
        return bool(first) and domain == pattern[2:]
    return name in (pattern, "" if domain else pattern.partition(".")[0])
