"""The keys and certificates that a device shows, by whatever protocol: where, how to speak of each, by which hashes the lists know it, and its RSA modulus."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from checks.certificates import SHOWING, Certificate, presented
from checks.known_keys import modulus, modulus_hashes
from checks.tls_endpoint import texts
from inventory.model import Device, Observation

SHOWN_BY = (*SHOWING, "ssh")
"""The protocols that show a key."""
_MD5_DIGITS_LEFT_OUT = 12


@dataclass(frozen=True, slots=True)
class ShownKey:
    """One certificate or key: `what` it is in words, the `hashes` by which it may be listed, and the modulus of an RSA key.

    `facet` is empty for the key that the endpoint itself uses; it tells the other certificates there apart, of which only a hash is known.
    """

    seen: Observation
    what: str
    hashes: tuple[str, ...]
    modulus: int | None = None
    facet: str = ""


def shown_keys(device: Device) -> Iterator[ShownKey]:
    """Those of certificates in the order of their endpoints, the leaf before its chain; then those of SSH."""
    for certificate in presented(device):
        yield from _by_certificate(certificate)
        yield from _beside(certificate.seen)
    for seen in device.speaking("ssh"):
        yield from _by_ssh(seen)


def unread(device: Device) -> tuple[str, ...]:
    """The endpoints that should have shown a key and did not, each with the reason."""
    silent = [(c.seen, c.why_unread) for c in presented(device) if c.is_owed and not c.text("spki_sha256")]
    silent += [(s, "no host key was shown") for s in device.speaking("ssh") if not _text(s, "ssh.hostkey_sha256")]
    return tuple(f"{seen.endpoint}: {why}" for seen, why in silent)


def _by_certificate(certificate: Certificate) -> Iterator[ShownKey]:
    kind = "OPC UA certificate" if certificate.is_application else "certificate"
    what = f"the {kind} of {certificate.holder}" if certificate.is_owed else "the bare key"
    hashes = (certificate.text(name) for name in ("sha256", "sha1", "spki_sha256"))
    yield from _key(certificate.seen, what, hashes, certificate.fact("modulus"))


def _beside(seen: Observation) -> Iterator[ShownKey]:
    """The other certificates of a TLS endpoint."""
    nameless = _text(seen, "tls.nameless_sha256")
    if nameless:
        yield ShownKey(
            seen, "the certificate that it shows where no server name is sent", (nameless,), facet=nameless[:16]
        )
    subjects = texts(seen, "tls.chain_subjects")
    for place, sha256 in enumerate(texts(seen, "tls.chain")):
        if place and sha256 != _text(seen, "tls.sha256"):
            name = subjects[place] if place < len(subjects) and subjects[place] else "no name"
            yield ShownKey(
                seen, f"the certificate of the authority {name}, which it sends along,", (sha256,), facet=sha256[:16]
            )


def _by_ssh(seen: Observation) -> Iterator[ShownKey]:
    # openssh-blacklist holds the last 80 bits of the blob's MD5, ssh-vulnkey(1).
    hashes = (
        _text(seen, "ssh.hostkey_sha256"),
        _text(seen, "ssh.hostkey_spki_sha256"),
        _text(seen, "ssh.hostkey_md5")[_MD5_DIGITS_LEFT_OUT:],
    )
    yield from _key(seen, "the SSH host key", hashes, seen.facts.get("ssh.hostkey_modulus"))


def _key(seen: Observation, what: str, hashes: Iterable[str], written: object) -> Iterator[ShownKey]:
    """The key with those of its hashes that are known and those of its modulus, unless there is neither."""
    known, number = tuple(found for found in hashes if found), modulus(written)
    if known or number:
        yield ShownKey(seen, what, (*known, *(modulus_hashes(number) if number else ())), number)


def modulus_name(number: int) -> str:
    """A name for a modulus that is the same in every scan: its SHA-256."""
    return hashlib.sha256(f"{number:x}".encode()).hexdigest()


def _text(seen: Observation, fact: str) -> str:
    value = seen.facts.get(fact)
    return value if isinstance(value, str) else ""
