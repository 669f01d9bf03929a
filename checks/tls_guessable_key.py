"""The private key of the device can be computed from the public one.

What: the RSA modulus of each key that the device shows (TLS, OPC UA, SSH host keys) is tested in two ways that take milliseconds and ask the device nothing.
It has the form that Infineon's RSALib gave its keys (ROCA, CVE-2017-15361), or Fermat's method finds its two primes within a hundred rounds because they lie
side by side (CVE-2022-26320). Factors are neither shown nor kept.

Why it matters in a city: such a key needs no theft. Whoever has seen the certificate computes the private key on a laptop (close primes) or on rented
machines (ROCA), and poses as the device from then on. Printers, smart cards and gateways of many cities were delivered with such keys.

How to fix: update the firmware first, because the old one makes the next key in the same way. Then make a new key (better on a machine of the city's than on
the device) and install a certificate for it.
"""

from collections.abc import Iterator

from checks.certificates import OF_TLS
from checks.contract import Act, Flaw, Inconclusive, Judgement, NotApplicable, check
from checks.rsa_flaws import has_close_primes, is_roca
from checks.rules import breach
from checks.shown_keys import SHOWN_BY, ShownKey, shown_keys, unread
from checks.standards import clauses
from inventory.model import Device, Family, Severity


@check(
    id="tls-guessable-key",
    title="RSA key that can be computed from its public half",
    severity=Severity.CRITICAL,
    family=Family.TLS,
    needs=SHOWN_BY,
    remedy="Update the firmware, then make a new key and install a certificate for it.",
    standards=clauses("CWE-338", "CWE-1240", "keys"),
    act=Act.UPDATE,
    sources=(
        "CVE-2017-15361",
        "CVE-2022-26320",
    ),
)
def tls_guessable_key(device: Device) -> Judgement:
    """RSA moduli with the fingerprint of ROCA, or of two primes that are close."""
    shown = list(shown_keys(device))
    for key in shown:
        yield from _flaws(key)
    missing = (*unread(device), *_without_modulus(device))
    if missing:
        raise Inconclusive("; ".join(missing))
    if not shown:
        raise NotApplicable("shows no key")
    return "no RSA key that it shows has the marks of one that can be computed"


def _flaws(key: ShownKey) -> Iterator[Flaw]:
    if key.modulus is None:
        return
    what = key.what[0].upper() + key.what[1:]
    if is_roca(key.modulus):
        words = f"{what} has an RSA key of {key.modulus.bit_length()} bits with the fingerprint of Infineon's RSALib."
        yield breach("key.roca", key.seen, words)
    if has_close_primes(key.modulus):
        words = f"{what} has an RSA key of {key.modulus.bit_length()} bits whose two primes lie close together."
        yield breach("key.fermat_shared_prime", key.seen, words)


def _without_modulus(device: Device) -> tuple[str, ...]:
    return tuple(
        f"{seen.endpoint}: the modulus of its RSA key was not read"
        for seen in device.speaking(*OF_TLS)
        if seen.facts.get("tls.key_type") == "rsa" and "tls.modulus" not in seen.facts
    )
