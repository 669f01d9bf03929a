"""The keys and certificates that a device shows, by whatever protocol: where, how to speak of each, by which hashes the lists know it, and its RSA modulus."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from checks.known_keys import modulus, modulus_hashes
from inventory.model import Device, Observation

SHOWN_BY = ("tls", "opcua", "ssh")
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
    """Each, in the order of its endpoints, the leaf before its chain."""
    for seen in device.speaking(*SHOWN_BY):
        if seen.protocol == "tls":
            yield from _by_tls(seen)
        elif seen.protocol == "opcua":
            yield from _by_opcua(seen)
        else:
            yield from _by_ssh(seen)


def unread(device: Device) -> tuple[str, ...]:
    """The endpoints that should have shown a key and did not, each with the reason. OPC UA is spoken without a certificate too, so it owes none."""
    reasons = (
        (seen, "tls.spki_sha256", str(seen.facts.get("tls.certificate_error", "no certificate was shown")))
        for seen in device.speaking("tls")
    )
    hosts = ((seen, "ssh.hostkey_sha256", "no host key was shown") for seen in device.speaking("ssh"))
    return tuple(f"{seen.endpoint}: {why}" for seen, fact, why in (*reasons, *hosts) if not _text(seen, fact))


def _by_tls(seen: Observation) -> Iterator[ShownKey]:
    leaf = f"the certificate of {_text(seen, 'tls.subject') or 'an empty subject'}"
    yield from _key(seen, leaf, "tls.sha256", "tls.sha1", "tls.spki_sha256", modulus_in="tls.modulus")
    nameless = _text(seen, "tls.nameless_sha256")
    if nameless:
        yield ShownKey(
            seen, "the certificate that it shows where no server name is sent", (nameless,), facet=nameless[:16]
        )
    subjects = _texts(seen, "tls.chain_subjects")
    for place, sha256 in enumerate(_texts(seen, "tls.chain")):
        if place and sha256 != _text(seen, "tls.sha256"):
            name = subjects[place] if place < len(subjects) and subjects[place] else "no name"
            yield ShownKey(
                seen, f"the certificate of the authority {name}, which it sends along,", (sha256,), facet=sha256[:16]
            )


def _by_opcua(seen: Observation) -> Iterator[ShownKey]:
    what = f"the OPC UA certificate of {_text(seen, 'opcua.certificate_subject') or 'an empty subject'}"
    facts = ("opcua.certificate_sha256", "opcua.certificate_sha1", "opcua.certificate_spki_sha256")
    yield from _key(seen, what, *facts, modulus_in="opcua.certificate_modulus")


def _by_ssh(seen: Observation) -> Iterator[ShownKey]:
    facts = ("ssh.hostkey_sha256", "ssh.hostkey_spki_sha256")
    for key in _key(seen, "the SSH host key", *facts, modulus_in="ssh.hostkey_modulus"):
        # openssh-blacklist holds the last 80 bits of the blob's MD5, ssh-vulnkey(1).
        short = _text(seen, "ssh.hostkey_md5")[_MD5_DIGITS_LEFT_OUT:]
        yield ShownKey(seen, key.what, (*key.hashes, short) if short else key.hashes, key.modulus)


def _key(seen: Observation, what: str, *facts: str, modulus_in: str) -> Iterator[ShownKey]:
    hashes = tuple(found for found in (_text(seen, fact) for fact in facts) if found)
    number = modulus(seen.facts.get(modulus_in))
    if hashes or number:
        yield ShownKey(seen, what, (*hashes, *(modulus_hashes(number) if number else ())), number)


def modulus_name(number: int) -> str:
    """A name for a modulus that is the same in every scan: its SHA-256."""
    return hashlib.sha256(f"{number:x}".encode()).hexdigest()


def _text(seen: Observation, fact: str) -> str:
    value = seen.facts.get(fact)
    return value if isinstance(value, str) else ""


def _texts(seen: Observation, fact: str) -> tuple[str, ...]:
    value = seen.facts.get(fact)
    return value if isinstance(value, tuple) else ()
