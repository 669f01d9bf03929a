"""The device still speaks a version of SSL or TLS that is broken or withdrawn.

What: a handshake with SSL 2.0, SSL 3.0, TLS 1.0, TLS 1.1 or DTLS 1.0 was accepted. SSL 2.0 (RFC 6176) and SSL 3.0 (POODLE, RFC 7568) are broken; TLS 1.0
and 1.1, and DTLS 1.0, which is TLS 1.1 over UDP, were withdrawn by RFC 8996. Only the opening of the handshake is exchanged, never a login. Critical for both
versions of SSL; high where the device speaks nothing newer than TLS 1.1 or DTLS 1.0; medium where one of these stands beside a newer version.

Why it matters in a city: an attacker between the device and its server can force both down to the oldest version they share and read or alter what a
controller is told. A device that knows nothing newer than TLS 1.1 mostly has not been updated for ten years.

How to fix: set the minimum version to TLS 1.2 in the device's web or security settings. Where it offers none, update the firmware; where there is no
update, put a TLS proxy in front of the device and plan its replacement.
"""

from collections.abc import Iterator
from dataclasses import replace

from checks.certificates import OF_TLS
from checks.cipher_suites import Weakness
from checks.contract import Flaw, Judgement, check
from checks.rules import breach
from checks.standards import clauses
from checks.tls_endpoint import DTLS_VERSIONS, VERSIONS, Doubt, Spoken, each, in_words
from inventory.model import Device, Family, Severity

_DTLS = DTLS_VERSIONS[0]
_OLD = (*VERSIONS[:4], _DTLS)


@check(
    id="tls-old-version",
    title="Withdrawn version of SSL or TLS",
    severity=Severity.MEDIUM,
    family=Family.TLS,
    needs=OF_TLS,
    remedy="Set the minimum version to TLS 1.2; where the device cannot, update its firmware.",
    standards=clauses("CWE-327", "tls-version"),
    sources=(
        "RFC 9325: 3.1.1",
        "RFC 8996",
    ),
)
def tls_old_version(device: Device) -> Judgement:
    """Every TLS endpoint that accepts SSL 2.0, SSL 3.0, TLS 1.0, TLS 1.1 or DTLS 1.0: one finding each, by its weakest version."""
    return (yield from each(device, _old, "accepts only version 1.2 and later", *OF_TLS))


def _old(one: Spoken) -> Iterator[Flaw | Doubt]:
    if one.versions[0] in _OLD:
        yield replace(
            breach(_rule(one), one.seen, _detail(one)), facet=""
        )  # one finding, whichever version is the weakest
    yield from one.doubts(*(("versions",) if one.seen.protocol == "dtls" else ("versions", "sslv2")))


def _rule(one: Spoken) -> str:
    weakest = {"SSLv2": "proto.sslv2", "SSLv3": "proto.sslv3"}.get(one.versions[0])
    if weakest:
        return weakest
    if one.versions[-1] in _OLD:
        return "proto.no_dtls12" if one.speaks(_DTLS) else "proto.no12"
    return {"TLSv1.0": "proto.tls10", "TLSv1.1": "proto.tls11", _DTLS: "proto.dtls10"}[one.versions[0]]


def _detail(one: Spoken) -> str:
    old = [version for version in one.versions if version in _OLD]
    best = "nothing newer" if one.versions[-1] in _OLD else f"and {one.versions[-1]} at best"
    return " ".join((f"Accepts {', '.join(old)}, {best}.", *_attacks(one)))


def _attacks(one: Spoken) -> Iterator[str]:
    """What is known to break the old versions that it accepts."""
    if one.speaks("SSLv2"):
        yield "SSL 2.0 protects neither its handshake nor its keys."
    if one.speaks("SSLv3"):
        yield "SSL 3.0 lets somebody in between read a cookie or password by POODLE (CVE-2014-3566)."
    chained = {found.version for found in one.of(Weakness.CBC, Weakness.CBC_SHA1)} & {"SSLv3", "TLSv1.0"}
    if chained:
        known = in_words([version for version in VERSIONS if version in chained])
        yield f"Its CBC suites in {known} are open to BEAST (CVE-2011-3389) where the client is old as well."
