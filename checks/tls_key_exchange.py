"""The key of a TLS connection is agreed on in a way that can be broken, today or after the fact.

What: three checks. The Diffie-Hellman prime is short: below 1024 bits (critical: broken in an afternoon), below 1536 (high: within reach of a state, and
a well-known prime only once for all who use it), below 2048 (medium). An elliptic curve is short: up to 163 bits (high), or below 224, for binary curves
below 233 (medium). Or no suite has forward secrecy (medium): whoever gets the device's key later, from a sold device or a firmware image, reads all that was
recorded before.

Why it matters in a city: devices stay on their pole for fifteen years, and what was recorded on the way stays. A short prime that a thousand devices share
is broken once for all of them; then every password that was ever typed into one of their pages can be read.

How to fix: let the device offer ECDHE with X25519 or P-256 alone, in its TLS or security settings, or make it a Diffie-Hellman prime of its own of 2048 bits
or more ("DH parameters"). Where it has no such setting, update the firmware; where there is no update, put a TLS proxy in front of the device.
"""

import re
from collections.abc import Iterator

from checks.cipher_suites import Suite
from checks.contract import Flaw, Judgement, check
from checks.rules import breach
from checks.standards import clauses
from checks.tls_endpoint import Doubt, Spoken, each, in_words, texts
from inventory.model import Device, Family, Severity

_BROKEN, _SHORT, _ENOUGH = 1024, 1536, 2048
_CURVE = re.compile(r"(sect|secp)(\d{3})[kr]\d")
_WORST_CURVE = 163
_WITH_PRIME = ("DH", "DHEPSK")
_HASH = re.compile("[0-9a-f]{64}")


@check(
    id="tls-weak-dh",
    title="Short Diffie-Hellman prime",
    severity=Severity.HIGH,
    family=Family.TLS,
    needs=("tls",),
    remedy="Make Diffie-Hellman parameters of 2048 bits, or offer ECDHE alone; where the device cannot, update its firmware.",
    standards=clauses("CWE-326", "tls-cipher"),
    sources=("RFC 9325: 4.5",),
)
def tls_weak_dh(device: Device) -> Judgement:
    """Finite-field Diffie-Hellman with a prime below 2048 bits."""
    return (yield from each(device, _weak_dh, "agrees on keys with no Diffie-Hellman prime below 2048 bits"))


@check(
    id="tls-weak-curve",
    title="Short elliptic curve in the key exchange",
    severity=Severity.MEDIUM,
    family=Family.TLS,
    needs=("tls",),
    remedy="Offer X25519, P-256 or P-384 alone; where the device cannot, update its firmware.",
    standards=clauses("CWE-326", "tls-cipher"),
    sources=("RFC 9325: 4.5",),
)
def tls_weak_curve(device: Device) -> Judgement:
    """Elliptic curves below 224 bits, binary ones below 233."""
    return (yield from each(device, _weak_curve, "agrees on keys on no elliptic curve below 224 bits"))


@check(
    id="tls-no-forward-secrecy",
    title="No forward secrecy",
    severity=Severity.MEDIUM,
    family=Family.TLS,
    needs=("tls",),
    remedy="Turn on the suites with ECDHE, best with TLS 1.3; where the device has none, update its firmware.",
    standards=clauses("CWE-326", "tls-cipher"),
    sources=("RFC 9325: 4.1",),
)
def tls_no_forward_secrecy(device: Device) -> Judgement:
    """Endpoints where every suite rests on the certificate's key alone."""
    return (yield from each(device, _no_forward_secrecy, "agrees on a new key for each connection (forward secrecy)"))


def _weak_dh(one: Spoken) -> Iterator[Flaw | Doubt]:
    bits = one.number("tls.dh_bits")
    if bits is not None and bits < _ENOUGH:
        rule = "kx.dh_512" if bits < _BROKEN else "kx.dh_1024"
        detail = f"Agrees on keys with a Diffie-Hellman prime of {bits} bits.{_shared(one)}"
        yield breach(rule, one.seen, detail, severity=Severity.MEDIUM if bits >= _SHORT else None)
    elif bits is None and any(_shows_prime(accepted.suite) for accepted in one.accepted):
        yield Doubt("dh", "shows no prime that can be read")
    elif not _goes_without(one, "DH"):
        yield from one.doubts("dh")


def _shows_prime(suite: Suite) -> bool:
    """Whether a prime comes with it by which it is judged; anonymous and EXPORT suites are told as what they are."""
    return suite.exchange in _WITH_PRIME and not suite.anonymous


def _shared(one: Spoken) -> str:
    """Whether the prime is one that many devices have in common."""
    prime = str(one.seen.facts.get("tls.dh_prime") or "")
    if not prime or _HASH.fullmatch(prime):
        return ""
    return f" It is a well-known one ({prime}): the work of breaking it is done once for all devices that use it."


def _goes_without(one: Spoken, exchange: str) -> bool:
    """Whether every suite is known, and none agrees on keys in this way."""
    kinds = (exchange, f"{exchange}EPSK", "any")  # "any": TLS 1.3 agrees on the group, whatever the suite
    return one.settled("suites") and not any(
        accepted.suite.exchange.partition("(")[0] in kinds for accepted in one.accepted
    )


def _weak_curve(one: Spoken) -> Iterator[Flaw | Doubt]:
    weak = {name: bits for name in texts(one.seen, "tls.groups") if (bits := _short(name))}
    if weak:
        severity = Severity.HIGH if min(weak.values()) <= _WORST_CURVE else None
        detail = f"Agrees on keys on the elliptic {'curve' if len(weak) == 1 else 'curves'} {in_words(list(weak))}."
        yield breach("kx.weak_curve", one.seen, detail, severity=severity)
    elif not _goes_without(one, "ECDH"):
        yield from one.doubts("weak-curves")


def _short(name: str) -> int:
    """The bits of a curve that is too short, 0 for any other group."""
    found = _CURVE.fullmatch(name)
    if found is None:
        return 0
    bits = int(found[2])
    return bits if bits < (233 if found[1] == "sect" else 224) else 0


def _no_forward_secrecy(one: Spoken) -> Iterator[Flaw | Doubt]:
    if one.speaks("TLSv1.3") or any(accepted.suite.forward_secret for accepted in one.accepted):
        return
    if not one.settled("forward-secrecy"):
        yield one.doubt("forward-secrecy")
        return
    detail = "Accepts no suite with forward secrecy: whoever gets its key later reads what was recorded before."
    yield breach("cipher.no_pfs", one.seen, detail)
