"""Which suites are asked about, by version, and what each tells.

Those that need a pre-shared key, Kerberos, SRP or a GOST key are left out, because no device's web page uses them, and those with a certificate of a
Diffie-Hellman key, which nobody issues. So is what Netscape numbered for FIPS, in TLS 1.2, which is ten years younger.
"""

from collections.abc import Collection
from functools import cache, lru_cache

from checks.cipher_suites import Suite, Weakness, all_suites
from scanner.codecs.tls_codec import SSL30, TLS10, TLS12, TLS13, Version

BROKEN = ("null", "anonymous", "export", "rc4", "des", "md5", "3des")
"""Classes of weak suites, worst first."""
_GRAVER, _LESSER = frozenset(BROKEN[:3]), frozenset(BROKEN[3:])
STALE = ("static", "cbc-sha1")
DH, FORWARD_SECRECY, AEAD = "dh", "forward-secrecy", "aead"
KINDS = (*BROKEN, DH, FORWARD_SECRECY, AEAD, *STALE)
"""All that a suite may tell by being accepted, in the order of its asking."""
_SINCE = {"SSLv3": SSL30.code, "TLSv1": TLS10.code, "TLSv1.2": TLS12.code, "TLSv1.3": TLS13.code}
_EXCHANGES = ("RSA", "RSA(512)", "RSA(1024)", "DH", "DH(512)", "DH(1024)", "ECDH", "ECDH/RSA", "ECDH/ECDSA", "any")
_AUTHENTICATIONS = ("RSA", "DSS", "ECDSA", "ECDH", "None", "any")
_NETSCAPE_FIPS = frozenset(("fefe", "feff", "ffe0", "ffe1"))


@cache
def kinds(code: str) -> frozenset[str]:
    """What it tells that this suite is accepted. The RC4 of an anonymous suite tells nothing of RC4, for the checks tell a suite by its gravest weakness."""
    suite = all_suites().get(code)
    if suite is None:
        return frozenset()
    found = {weakness.value for weakness in suite.weaknesses if weakness in _WEAKNESSES}
    found -= _LESSER if found & _GRAVER else frozenset()
    found |= {FORWARD_SECRECY} if suite.forward_secret else set()
    found |= {AEAD} if suite.aead else set()
    found |= {DH} if suite.exchange == "DH" and not suite.anonymous else set()
    return frozenset(found)


@cache
def candidates(version: Version) -> tuple[str, ...]:
    """Every suite that a server may accept in this version, as far as it is asked about."""
    return tuple(suite.code for suite in all_suites().values() if _fits(suite, version))


def telling(version: Version, wanted: Collection[str]) -> tuple[str, ...]:
    """The suites of this version that tell something of what is wanted; those that tell most come first, then those that tell the worst."""
    return _telling(version, frozenset(wanted))


@lru_cache(maxsize=1024)  # asked before every hello of a posture, for the same few classes of every server
def _telling(version: Version, wanted: frozenset[str]) -> tuple[str, ...]:
    def rank(code: str) -> tuple[int, int]:
        told = kinds(code).intersection(wanted)
        return -len(told), min(KINDS.index(kind) for kind in told)

    return tuple(sorted((code for code in candidates(version) if kinds(code).intersection(wanted)), key=rank))


def _fits(suite: Suite, version: Version) -> bool:
    since = _SINCE.get(suite.since)
    known = (
        suite.exchange in _EXCHANGES
        and suite.authentication in _AUTHENTICATIONS
        and not suite.cipher.startswith("GOST(")
    )
    if since is None or not known:
        return False
    if version is TLS13 or since == TLS13.code:
        return version.code == since
    return since <= version.code and not (version is TLS12 and suite.code in _NETSCAPE_FIPS)


_WEAKNESSES = frozenset(Weakness(name) for name in (*BROKEN, *STALE))
