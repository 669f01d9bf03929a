"""ROBOT (CVE-2017-13099 and its like): a server whose answer tells whether what it decrypted was padded well, which is Bleichenbacher's oracle of 1998.

A server that decrypts the secret of an RSA key exchange must not show whether its padding was right (RFC 5246, section 7.4.7.1). The published test (Böck,
Somorovsky, Young: "Return Of Bleichenbacher's Oracle Threat", 2017, section 3) sends it secrets that it cannot use, each padded in another way, and compares
what it says. All end in a failed handshake, because what stands for Finished is no Finished; a sound server fails in the same way each time.

- Five connections, each with another padding, and each with a ChangeCipherSpec and a Finished. If the answers differ, five more: only what is the same
  twice counts.
- If they do not differ, two more with the key exchange alone: some servers show it only then. If those differ, the same two again.

Ten connections at most. The secrets are our own and made up on the spot: nothing that anybody has recorded is decrypted and nothing is signed, the oracle is
not used for anything, and how strong it is, which would take more questions, is not asked.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from checks.cipher_suites import all_suites
from inventory.errors import PeerClosed
from scanner.codecs.key_exchange import (
    JUNK,
    LARGEST,
    SMALLEST,
    Padding,
    encrypted,
    finishing,
    key_exchange,
    padded,
)
from scanner.codecs.tls_codec import CERTIFICATE_REQUEST, Version
from scanner.codecs.tls_hello import Hello
from scanner.conversation import Conversation
from scanner.tls.asking import Asker, Flight, close
from scanner.tls.flaws.exchange import SILENT, Answer, answer, begin, say
from scanner.tls.flaws.verdict import Verdict, Word
from scanner.tls.offers import everything

CONNECTIONS = 10
PATIENCE = 3.0
"""Seconds for an answer that costs the server an RSA operation, which takes a small processor a second."""
_FEW = (Padding.GOOD, Padding.START)
_LARGEST_EXPONENT = 64
_AFTER_DECRYPTION = (20, 21, 51)  # bad_record_mac, decryption_failed, decrypt_error: RFC 5246, section 7.2.2


@dataclass(frozen=True, slots=True)
class _Key:
    modulus: int
    exponent: int

    @property
    def size(self) -> int:
        return (self.modulus.bit_length() + 7) // 8


class _NotPossible(Exception):
    """The test says nothing of this server; the message says why."""


def robot(asker: Asker, version: Version) -> Conversation[Verdict]:
    """Ten connections at most; raises `PeerError` where one does not come about."""
    before = asker.asked
    try:
        return (yield from _compared(asker, version))
    except _NotPossible as why:
        return Verdict(Word.NOT_ASKED if asker.asked == before + 1 else Word.UNCLEAR, str(why))
    except PeerClosed:
        if asker.asked > before + 1:
            raise
        return Verdict(Word.NOT_ASKED, f"it hangs up on an offer of nothing but key exchange by RSA in {version.name}")


def _compared(asker: Asker, version: Version) -> Conversation[Verdict]:
    first = yield from _answers(asker, version, Padding, whole=True)
    if _differ(first):
        again = yield from _answers(asker, version, Padding, whole=True)
        return _judged(first, again)
    alone = yield from _answers(asker, version, _FEW, whole=False)
    if _differ(alone):
        again = yield from _answers(asker, version, _FEW, whole=False)
        return _judged(alone, again)
    one = first[Padding.GOOD]
    if one.end == SILENT:
        return Verdict(Word.UNCLEAR, "it answers no key exchange at all")
    return Verdict(Word.SOUND, f"it answers to every padding with the same ({one})", one.raw)


def _answers(
    asker: Asker, version: Version, paddings: Iterable[Padding], *, whole: bool
) -> Conversation[dict[Padding, Answer]]:
    """What the server says to each padding; with the `whole` rest of a handshake behind it, or to the key exchange alone."""
    found = {}
    for padding in paddings:
        found[padding] = yield from _exchange(asker, version, padding, whole=whole)
    return found


def _exchange(asker: Asker, version: Version, padding: Padding, *, whole: bool) -> Conversation[Answer]:
    flight = yield from begin(asker, Hello(version, _rsa_suites(version)))
    if not flight.took(version):
        raise _NotPossible(f"it agrees on no key exchange by RSA in {version.name}")
    wants = CERTIFICATE_REQUEST in flight.messages
    key = _key_of(flight)
    secret = encrypted(padded(padding, key.size, version, os.urandom(key.size)), key.modulus, key.exponent)
    yield from say(key_exchange(version, secret, certificate=wants))
    if whole:
        yield from say(finishing(version, os.urandom(JUNK)))
    heard = yield from answer(PATIENCE)
    yield from close(version)
    if wants and heard.alert is not None and heard.alert not in _AFTER_DECRYPTION:
        raise _NotPossible(f"it wants a certificate of its clients first ({heard})")
    return heard


def _key_of(flight: Flight) -> _Key:
    from scanner.codecs.rsa_key import rsa_key  # cryptography takes its time to load

    found = rsa_key(flight.chain[0]) if flight.chain else None
    if found is None:
        raise _NotPossible("its certificate has no RSA key that can be read")
    key = _Key(*found)
    if not SMALLEST <= key.modulus.bit_length() <= LARGEST or not 0 < key.exponent.bit_length() <= _LARGEST_EXPONENT:
        raise _NotPossible("the key of its certificate is of no usual size")
    return key


@cache
def _rsa_suites(version: Version) -> tuple[str, ...]:
    """The suites in which the client encrypts the secret for the certificate's key; those for export use another."""
    known = all_suites()
    return tuple(code for code in everything(version).suites if code in known and known[code].exchange == "RSA")


def _differ(answers: dict[Padding, Answer]) -> bool:
    return len({str(one) for one in answers.values()}) > 1


def _judged(first: dict[Padding, Answer], again: dict[Padding, Answer]) -> Verdict:
    told = {padding: str(one) for padding, one in first.items()}
    evidence = b"".join(one.raw for one in first.values())
    if told != {padding: str(one) for padding, one in again.items()}:
        return Verdict(Word.UNCLEAR, "its answers differ, but not in the same way twice", evidence)
    listed = "; ".join(f"{padding}: {one}" for padding, one in told.items())
    return Verdict(Word.VULNERABLE, f"its answer depends on the padding of what it decrypts ({listed})", evidence)
