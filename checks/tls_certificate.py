"""The certificate that the device shows is expired, weak, or vouched for by nobody.

What: four checks read the leaf certificate of each TLS endpoint. It has expired; its key is short (RSA or DSA below 2048 bits, elliptic curve below
224); it is signed with MD5 or SHA-1; or the device signed it itself. On a private network a self-signed certificate is common and low; what separates
devices is a key or a signature that can be forged.

Why it matters in a city: whoever can forge the certificate can stand between the control room and a thousand devices and take every password that is
typed. An expired or self-signed one trains the staff to click the warning away, and then the forged one goes unnoticed.

How to fix: issue a certificate from the city's own authority (key: RSA 2048 or EC P-256, signature: SHA-256), install it in the device's security
settings, and put its renewal into a calendar or into ACME or SCEP. Where the device takes no certificate, let it regenerate its own with a current
firmware.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from checks.contract import Flaw, Inconclusive, Judgement, check
from inventory.model import Device, Family, Observation, Severity

_PRIMES = ("rsa", "dsa")
_SMALLEST_CURVE = 224
_FORGED_HASHES = {"md2": Severity.HIGH, "md4": Severity.HIGH, "md5": Severity.HIGH, "sha1": Severity.MEDIUM}
_TRANSPORT = ("ETSI EN 303 645 v3.1.3: 5.5-1", "EU CRA 2024/2847 Annex I: Part I (2)(e)")
_Look = Callable[[Observation], Flaw | None]


@check(
    id="tls-certificate-expired",
    title="Expired certificate",
    severity=Severity.HIGH,
    family=Family.TLS,
    needs=("tls",),
    remedy="Install a new certificate, and have its renewal done by ACME or SCEP or put into a calendar.",
    standards=("CWE-298", *_TRANSPORT, "PCI DSS v4.0.1: 4.2.1.1"),
)
def tls_certificate_expired(device: Device) -> Judgement:
    """Leaf certificates whose last day had passed when they were seen."""
    return (yield from _each(device, _expired, "is within its validity"))


@check(
    id="tls-certificate-weak-key",
    title="Certificate with a short key",
    severity=Severity.HIGH,
    family=Family.TLS,
    needs=("tls",),
    remedy="Make a new key (RSA of 2048 bits or more, or EC P-256) and install a certificate for it.",
    standards=("CWE-326", *_TRANSPORT, "PCI DSS v4.0.1: 4.2.1"),
)
def tls_certificate_weak_key(device: Device) -> Judgement:
    """RSA and DSA keys below 2048 bits, elliptic curves below 224."""
    return (yield from _each(device, _weak_key, "has a key of sufficient length"))


@check(
    id="tls-certificate-weak-signature",
    title="Certificate signed with a broken hash",
    severity=Severity.MEDIUM,
    family=Family.TLS,
    needs=("tls",),
    remedy="Issue the certificate anew with a SHA-256 signature.",
    standards=("CWE-328", *_TRANSPORT, "PCI DSS v4.0.1: 4.2.1"),
)
def tls_certificate_weak_signature(device: Device) -> Judgement:
    """Leaf certificates signed with MD5 or SHA-1."""
    return (yield from _each(device, _weak_signature, "is signed with a sound hash"))


@check(
    id="tls-certificate-self-signed",
    title="Self-signed certificate",
    severity=Severity.LOW,
    family=Family.TLS,
    needs=("tls",),
    remedy="Install a certificate of the city's own authority, so that a forged one is noticed.",
    standards=("CWE-295", *_TRANSPORT),
)
def tls_certificate_self_signed(device: Device) -> Judgement:
    """Leaf certificates that the device signed itself."""
    return (yield from _each(device, _self_signed, "is signed by another"))


def _each(device: Device, look: _Look, sound: str) -> Judgement:
    """Look at every certificate; one that could not be read leaves the check without a verdict."""
    unread = []
    for seen in device.speaking("tls"):
        if "tls.not_after" not in seen.facts:
            unread.append(f"{seen.endpoint}: {seen.facts.get('tls.certificate_error', 'no certificate was shown')}")
            continue
        try:
            flaw = look(seen)
        except ValueError as error:
            unread.append(f"{seen.endpoint}: {error}")
            continue
        if flaw is not None:
            yield flaw
    if unread:
        raise Inconclusive("; ".join(unread))
    return f"every certificate {sound}"


def _expired(seen: Observation) -> Flaw | None:
    end = _moment(str(seen.facts["tls.not_after"]))
    if seen.when <= end:
        return None
    own = seen.facts.get("tls.self_signed") is True
    return Flaw(
        seen.endpoint,
        f"The certificate of {_subject(seen)} expired on {end.date()}, {(seen.when - end).days} days before it was seen.",
        seen.evidence,
        severity=Severity.MEDIUM if own else Severity.HIGH,
    )


def _weak_key(seen: Observation) -> Flaw | None:
    kind, bits = str(seen.facts.get("tls.key_type", "")), seen.facts.get("tls.key_bits")
    severity = _key_severity(kind, bits) if isinstance(bits, int) else None
    if severity is None:
        return None
    return Flaw(
        seen.endpoint,
        f"The certificate of {_subject(seen)} has a key of {kind.upper()} {bits} bits.",
        seen.evidence,
        severity=severity,
    )


def _key_severity(kind: str, bits: int) -> Severity | None:
    if kind == "ec":
        return Severity.HIGH if bits < _SMALLEST_CURVE else None
    if kind not in _PRIMES:
        return None
    limits = ((768, Severity.CRITICAL), (1535, Severity.HIGH), (2047, Severity.MEDIUM))
    return next((severity for limit, severity in limits if bits <= limit), None)


def _weak_signature(seen: Observation) -> Flaw | None:
    name = str(seen.facts.get("tls.signature_hash", "")).lower().replace("-", "")
    if name not in _FORGED_HASHES:
        return None
    return Flaw(
        seen.endpoint,
        f"The certificate of {_subject(seen)} is signed with {name.upper()}.",
        seen.evidence,
        severity=_FORGED_HASHES[name],
    )


def _self_signed(seen: Observation) -> Flaw | None:
    if seen.facts.get("tls.self_signed") is not True:
        return None
    return Flaw(seen.endpoint, f"The certificate of {_subject(seen)} is signed by its own key.", seen.evidence)


def _subject(seen: Observation) -> str:
    return str(seen.facts.get("tls.subject") or "an empty subject")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
