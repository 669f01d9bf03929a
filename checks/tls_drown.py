"""A key is used where SSL 2.0 is spoken, and elsewhere too: what is sent there can be decrypted (DROWN, CVE-2016-0800).

What: an endpoint accepts SSL 2.0, and its RSA key is also that of another port of the device or of another device. The second one may be set up as well as
can be: the attack needs only that the key is the same. Nothing is attacked to find this out: the two public keys are compared.

Why it matters in a city: the old mail or printer port that nobody uses any more opens the web interface of the control server that has the same certificate.
Whoever has recorded its TLS connections decrypts one in a thousand of those that use RSA key exchange, with the passwords in them.

How to fix: switch SSL 2.0 off at the endpoint that is named, or the service altogether, and give each endpoint a key of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from checks.certificates import OF_TLS
from checks.contract import FleetFlaw, FleetJudgement, Member, fleet_check
from checks.standards import clauses
from inventory.model import Endpoint, Family, Severity


@dataclass(frozen=True, slots=True)
class _Use:
    """Where a key is used, and whether by SSL 2.0 too."""

    identity: str
    endpoint: Endpoint
    old: bool

    @property
    def service(self) -> tuple[str, int]:
        """One port of one device, at whichever of its addresses."""
        return self.identity, self.endpoint.port


@fleet_check(
    id="tls-drown",
    title="SSL 2.0 gives away what another endpoint encrypts",
    severity=Severity.HIGH,
    family=Family.TLS,
    remedy="Switch SSL 2.0 off at the endpoint that speaks it, and give each endpoint a key of its own.",
    standards=clauses("CWE-327", "CVE-2016-0800", "tls-version"),
    sources=(
        "RFC 6176: 3",
        "CVE-2016-0800",
    ),
)
def tls_drown(fleet: Iterable[Member]) -> FleetJudgement:
    """Each key that one service uses with SSL 2.0 and another uses too, in the order of the keys."""
    uses: dict[str, list[_Use]] = {}
    for member in fleet:
        for seen in member.device.speaking(*OF_TLS):
            key, versions = seen.facts.get("tls.spki_sha256"), seen.facts.get("tls.versions")
            if isinstance(key, str) and key and seen.facts.get("tls.key_type", "rsa") == "rsa":
                old = isinstance(versions, tuple) and "SSLv2" in versions
                uses.setdefault(key, []).append(_Use(member.device.identity, seen.endpoint, old))
    for key, places in sorted(uses.items()):
        leaks = sorted((use for use in places if use.old), key=lambda use: use.endpoint)
        if not leaks:
            continue
        others = [use for use in places if use.service != leaks[0].service]
        if others:
            yield _flaw(key, leaks[0], sorted(others, key=lambda use: use.endpoint))


def _flaw(key: str, leak: _Use, others: list[_Use]) -> FleetFlaw:
    more = f" and {len(others) - 1} more" if len(others) > 1 else ""
    detail = (
        f"{leak.endpoint} accepts SSL 2.0 with the key (SHA-256 {key[:16]}…) that {others[0].endpoint}{more} uses too:"
        " what is sent there can be decrypted (CVE-2016-0800)."
    )
    members = tuple(sorted({leak.identity, *(use.identity for use in others)}))
    return FleetFlaw(members, detail, key)
