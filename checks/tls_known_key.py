"""The private key of the device is known to everybody, or its certificate is one that malware used.

What: each certificate, public key and RSA modulus that the device shows (TLS with its chain, OPC UA, SSH host keys) is looked up in the published lists of
keys that ship in firmware (House of Keys, Little Black Box), of certificates that malware used (APT1, CARBANAK), and in the city's own lists
(`known_keys` under [tls] in tocsin.toml). Only hashes are compared. The weak keys of Debian's OpenSSL (CVE-2008-0166) are found with a list of the packages
openssl-blacklist or openssh-blacklist given as one's own: Tocsin brings none along.

Why it matters in a city: one download of the maker's firmware gives a stranger the key of every camera of that model. He can then pose as the device, and
where no forward secrecy is used, read all that was ever recorded. A certificate of malware means that somebody else may already be at home there.

How to fix: let the device make a key of its own (regenerate the certificate, delete the SSH host keys) and give it a certificate of the city's authority.
Where the firmware brings the old key back, update it, or let only the maintenance network reach the device. Where malware's certificate is shown, treat the
device as taken: cut it off, keep it for evidence, and set it up anew.
"""

from dataclasses import replace

from checks.contract import Act, Flaw, Inconclusive, Judgement, NotApplicable, check
from checks.known_keys import NONE, PUBLISHED, KnownKeys, Listed, published
from checks.rules import breach
from checks.shown_keys import SHOWN_BY, ShownKey, shown_keys, unread
from checks.standards import clauses
from inventory.model import Device, Family, Severity

_NAMED = 5


@check(
    id="tls-known-key",
    title="Private key that everybody can have",
    severity=Severity.CRITICAL,
    family=Family.TLS,
    needs=SHOWN_BY,
    informed=("keys",),
    remedy="Let the device make a key of its own, then install a certificate for it.",
    standards=clauses("CWE-321", "CWE-798", "keys"),
    act=Act.CERTIFICATE,
    sources=("lists of keys that were taken from firmware, each with its own source",),
)
def tls_known_key(device: Device, keys: KnownKeys = NONE) -> Judgement:
    """Every shown key that a list knows; `keys` are the operator's own lists."""
    shown = list(shown_keys(device))
    vendor = device.claim("vendor")
    for key in shown:
        listed = published().find(key.hashes) or keys.find(key.hashes)
        if listed is not None:
            yield _flaw(key, listed, vendor.value if vendor else "")
    missing = unread(device)
    if missing:
        raise Inconclusive("; ".join(missing))
    if not shown:
        raise NotApplicable("shows no key")
    own = f" and {len(keys):,} of the city's own lists" if len(keys) else ""
    return f"no key that it shows is among the {len(published()):,} hashes that are known{own}"


def _flaw(key: ShownKey, listed: Listed, vendor: str) -> Flaw:
    what = key.what[0].upper() + key.what[1:]
    if listed.malware:
        used = " and ".join(listed.products)
        return breach(
            "key.malware", key.seen, f"{what} is one that the malware {used} used for its servers.", facet=key.facet
        )
    if listed.debian:
        words = f"{what} is on the list {listed.source}{_noted(listed)}: one of the few keys that Debian's OpenSSL could make."
        return _of_list(breach("key.debian", key.seen, words, facet=key.facet), listed)
    return _of_list(breach("key.known_private", key.seen, f"{what} {_where(listed, vendor)}.", facet=key.facet), listed)


def _of_list(flaw: Flaw, listed: Listed) -> Flaw:
    """The same with the operator's own list as its source, where the key is on that."""
    return flaw if listed.source == PUBLISHED else replace(flaw, sources=(f"the list {listed.source}",))


def _where(listed: Listed, vendor: str) -> str:
    """Where its private key was found; the products of the device's own vendor first."""
    if listed.source != PUBLISHED:
        return f"is on the list {listed.source} of keys that are known{_noted(listed)}"
    if not listed.products:
        return "has a private key that was taken from firmware and published (Little Black Box, which does not say of which product)"
    mine = vendor.lower()
    products = sorted(listed.products, key=lambda name: not (mine and name.lower().startswith(mine)))
    more = len(products) - _NAMED
    named = ", ".join(products[:_NAMED]) + (f" and {more} more products" if more > 0 else "")
    return f"has a private key that ships in the firmware of {named}"


def _noted(listed: Listed) -> str:
    return f" ({listed.products[0]})" if listed.products else ""
