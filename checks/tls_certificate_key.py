"""The certificate that the device shows can be forged: its key is short or no key at all, or it is signed with a broken hash.

What: the key and the signature of each certificate that the device shows (by TLS, or by OPC UA). RSA and DSA keys below 2048 bits and elliptic curves below
224; DSA at any length, which TLS 1.3 and FIPS 186-5 have given up; an RSA exponent of 1 or an even one, which protects nothing; a signature with MD2, MD4,
MD5 or SHA-1.

Why it matters in a city: whoever can forge the certificate can stand between the control room and a thousand devices and take every password that is
typed. An RSA key of 512 bits is factored in hours for less than a hundred dollars, one of 768 bits was factored in 2009; what is signed with MD5 has been
forged in the wild.

How to fix: make a new key (RSA of 2048 bits or more, or EC P-256) and issue a certificate for it with a SHA-256 signature, from the city's own authority
where there is one. Where the device takes no certificate, let it regenerate its own with a current firmware.
"""

from collections.abc import Iterator

from checks.certificates import SHOWING, Certificate, Unread, each
from checks.contract import Act, Flaw, Judgement, check
from checks.standards import clauses
from inventory.model import Device, Family, Severity

_PRIMES = ("rsa", "dsa")
_SIZES = ((768, "cert.rsa_512"), (1535, "cert.rsa_1024"), (2047, "cert.rsa_lt2048"))
_SMALLEST_CURVE = 224
_FORGED_HASHES = {"md2": "cert.sig_md5", "md4": "cert.sig_md5", "md5": "cert.sig_md5", "sha1": "cert.sig_sha1"}


@check(
    id="tls-certificate-weak-key",
    title="Certificate with a short key",
    severity=Severity.HIGH,
    family=Family.TLS,
    needs=SHOWING,
    remedy="Make a new key (RSA of 2048 bits or more, or EC P-256) and install a certificate for it.",
    standards=clauses("CWE-326", "weak-crypto"),
    act=Act.CERTIFICATE,
    sources=("RFC 9325: 4.5",),
)
def tls_certificate_weak_key(device: Device) -> Judgement:
    """RSA and DSA keys below 2048 bits, elliptic curves below 224, DSA at all, and RSA exponents that protect nothing."""
    return (yield from each(device, _weak_key, "has a key of sufficient length"))


@check(
    id="tls-certificate-weak-signature",
    title="Certificate signed with a broken hash",
    severity=Severity.MEDIUM,
    family=Family.TLS,
    needs=SHOWING,
    remedy="Issue the certificate anew with a SHA-256 signature.",
    standards=clauses("CWE-328", "weak-crypto"),
    act=Act.CERTIFICATE,
    sources=("RFC 9325: 4.5",),
)
def tls_certificate_weak_signature(device: Device) -> Judgement:
    """Leaf certificates signed with MD5 or SHA-1."""
    return (yield from each(device, _weak_signature, "is signed with a sound hash"))


def _weak_key(certificate: Certificate) -> Iterator[Flaw]:
    kind = certificate.text("key_type")
    exponent = certificate.text("exponent")
    if kind == "rsa" and exponent.isdecimal() and _protects_nothing(int(exponent)):
        yield certificate.flaw(
            "cert.rsa_e1",
            f"The RSA key of {certificate.holder} has the exponent {exponent}: what is encrypted with it anyone can read, "
            "what it signed anyone can forge.",
            alone=False,
        )
    yield from _short(certificate, kind)


def _protects_nothing(exponent: int) -> bool:
    """RFC 8017 section 3.1: an exponent is odd and at least 3. With 1 the message is its own ciphertext; an even one has no inverse."""
    return exponent == 1 or exponent % 2 == 0


def _short(certificate: Certificate, kind: str) -> Iterator[Flaw]:
    bits = certificate.number("key_bits")
    if not kind or (bits is None and kind in (*_PRIMES, "ec")):
        raise Unread(certificate.why_unread)
    rule = _rule(kind, bits or 0)
    if rule is not None:
        detail = f"The certificate of {certificate.holder} has a key of {kind.upper()} {bits} bits."
        yield certificate.flaw(rule, detail)


def _rule(kind: str, bits: int) -> str | None:
    if kind == "ec":
        return "cert.ec_small" if bits < _SMALLEST_CURVE else None
    if kind not in _PRIMES:
        return None
    small = next((rule for limit, rule in _SIZES if bits <= limit), None)
    return "cert.dsa" if small is None and kind == "dsa" else small


def _weak_signature(certificate: Certificate) -> Iterator[Flaw]:
    """A signature of Ed25519 has no hash of its own; where there is none and nothing else was read either, nothing is known."""
    name = certificate.text("signature_hash").lower().replace("-", "")
    if not name and not certificate.text("key_type"):
        raise Unread(certificate.why_unread)
    if name in _FORGED_HASHES:
        detail = f"The certificate of {certificate.holder} is signed with {name.upper()}."
        yield certificate.flaw(_FORGED_HASHES[name], detail)
