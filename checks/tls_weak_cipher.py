"""The device accepts TLS that encrypts badly, that encrypts nothing, or that does not say who is at the other end.

What: each cipher suite that was seen accepted is sorted by what it is made of (RFC 9325, section 4.1). Four checks:

- NULL: what is sent is only checked, not encrypted. Critical.
- Anonymous: no certificate is shown, so nobody knows who answers. Critical.
- EXPORT: keys made short on purpose in the 1990s, broken in hours (FREAK, Logjam). Critical.
- RC4, and DES, RC2 or MD5: broken or too short. High. 3DES and IDEA: worn out after some gigabytes under one key (Sweet32). Medium.

A suite is told once, by the gravest of these: the RC4 of an EXPORT suite goes with it, and so do the suites of SSL 2.0 with that version.

Why it matters in a city: one weak suite is enough, because whoever sits between the device and its server picks it for both. Then the operator's password,
a camera's picture or a barrier's command is read or altered on its way, while the browser still shows a lock.

How to fix: in the device's TLS, HTTPS or security settings choose "high", "modern" or "TLS 1.2 and 1.3 only", or leave the suites with ECDHE and AES-GCM or
ChaCha20 alone on the list. Where it has no such setting, update the firmware; where there is no update, put a TLS proxy in front of the device and plan its
replacement.
"""

from collections.abc import Iterator

from checks.cipher_suites import Suite, Weakness
from checks.contract import Flaw, Judgement, check
from checks.rules import breach
from checks.standards import clauses
from checks.tls_endpoint import Accepted, Doubt, Spoken, each, listing
from inventory.model import Device, Family, Severity

_GRAVER = frozenset((Weakness.NULL, Weakness.ANONYMOUS, Weakness.EXPORT))
_WEAK = {
    "cipher.rc4": ("RC4", frozenset((Weakness.RC4,))),
    "cipher.des_low": ("DES, RC2 or MD5", frozenset((Weakness.DES, Weakness.MD5))),
    "cipher.3des": ("3DES or IDEA", frozenset((Weakness.TRIPLE_DES,))),
}


@check(
    id="tls-no-encryption",
    title="TLS without encryption is accepted",
    severity=Severity.CRITICAL,
    family=Family.TLS,
    needs=("tls",),
    remedy="Take the NULL suites out of the device's TLS settings; where it has none, update its firmware.",
    standards=clauses("CWE-319", "tls-cipher"),
    sources=("RFC 9325: 4.1",),
)
def tls_no_encryption(device: Device) -> Judgement:
    """Suites that do not encrypt."""
    return (yield from each(device, _null, "accepts no suite without encryption"))


@check(
    id="tls-anonymous",
    title="TLS without a certificate is accepted",
    severity=Severity.CRITICAL,
    family=Family.TLS,
    needs=("tls",),
    remedy="Take the anonymous suites out of the device's TLS settings; where it has none, update its firmware.",
    standards=clauses("CWE-295", "tls-cipher"),
    sources=("RFC 5246: F.1.1.1",),
)
def tls_anonymous(device: Device) -> Judgement:
    """Suites in which the server proves nothing."""
    return (yield from each(device, _anonymous, "accepts no suite without a certificate"))


@check(
    id="tls-export",
    title="Export-grade encryption is accepted",
    severity=Severity.CRITICAL,
    family=Family.TLS,
    needs=("tls",),
    remedy="Take the EXPORT suites out of the device's TLS settings; where it has none, update its firmware.",
    standards=clauses("CWE-326", "tls-cipher"),
    sources=("RFC 9325: 4.1",),
)
def tls_export(device: Device) -> Judgement:
    """Suites whose keys were shortened for export."""
    return (yield from each(device, _export, "accepts no EXPORT suite"))


@check(
    id="tls-weak-cipher",
    title="Weak encryption is accepted",
    severity=Severity.HIGH,
    family=Family.TLS,
    needs=("tls",),
    remedy="Leave only suites with AES-GCM or ChaCha20 on the device's list; where it has none, update its firmware.",
    standards=clauses("CWE-327", "tls-cipher"),
    sources=("RFC 9325: 4.1",),
)
def tls_weak_cipher(device: Device) -> Judgement:
    """RC4; DES, RC2 and MD5; 3DES and IDEA: a finding for each of the three."""
    return (yield from each(device, _weak, "accepts no RC4, DES, RC2, MD5, 3DES or IDEA but what graver checks report"))


def _null(one: Spoken) -> Iterator[Flaw | Doubt]:
    return _told(one, Weakness.NULL, "cipher.null", "TLS that encrypts nothing")


def _anonymous(one: Spoken) -> Iterator[Flaw | Doubt]:
    words = "TLS without any proof of who it is, so somebody in between is not noticed"
    return _told(one, Weakness.ANONYMOUS, "cipher.anon", words)


def _export(one: Spoken) -> Iterator[Flaw | Doubt]:
    return _told(one, Weakness.EXPORT, "cipher.export", "keys that were made short on purpose")


def _told(one: Spoken, weakness: Weakness, rule: str, words: str) -> Iterator[Flaw | Doubt]:
    """The breach by all suites of a class, or why nothing can be said of it."""
    found = one.of(weakness)
    if not found:
        yield from one.doubts(weakness)
        return
    attacks = _broken_by(found) if weakness is Weakness.EXPORT else ""
    yield breach(rule, one.showing(found), f"Accepts {words}: {listing(found)}.{attacks}")


def _broken_by(found: list[Accepted]) -> str:
    """The attacks by which somebody in between turns a good client's connection into one of these."""
    exchanges = {one.suite.exchange.partition("(")[0] for one in found if "(" in one.suite.exchange}
    names = {"RSA": "FREAK (CVE-2015-0204)", "DH": "Logjam (CVE-2015-4000)"}
    known = [name for exchange, name in names.items() if exchange in exchanges]
    return f" Known as {' and '.join(known)}." if known else ""


def _weak(one: Spoken) -> Iterator[Flaw | Doubt]:
    for rule, (words, classes) in _WEAK.items():
        found = [accepted for accepted in one.accepted if _rule(accepted) == rule]
        if found:
            yield breach(rule, one.showing(found), f"Accepts {words}: {listing(found)}.")
        else:
            yield from one.doubts(*sorted(classes))


def _rule(accepted: Accepted) -> str:
    """The rule that this suite is told by; "" where it is none of these, or told as something graver."""
    if accepted.version == "SSLv2" or accepted.suite.weaknesses & _GRAVER:
        return ""
    return next((rule for rule, (_, classes) in _WEAK.items() if _is_of(accepted.suite, classes)), "")


def _is_of(suite: Suite, classes: frozenset[Weakness]) -> bool:
    return bool(suite.weaknesses & classes)
