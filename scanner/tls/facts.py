"""What the answers of a server say, as facts: questions and answers in, a flat mapping out. Pure.

A fact is told where an answer tells it, and else is not there: that an extension is missing from an answer says something only where it was offered, and of an
answer to which it belongs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from checks.cipher_suites import all_suites
from inventory.model import Facts, FactValue
from inventory.text import one_line
from scanner.codecs.tls_codec import (
    CERTIFICATE,
    CERTIFICATE_REQUEST,
    CERTIFICATE_STATUS,
    SERVER_HELLO_DONE,
    TLS13,
    Version,
)
from scanner.codecs.tls_hello import (
    ALPN,
    ENCRYPT_THEN_MAC,
    EXTENDED_MASTER_SECRET,
    HEARTBEAT,
    KEY_SHARE,
    RENEGOTIATION_INFO,
    RENEGOTIATION_SCSV,
    STATUS_REQUEST,
    TICKET,
    TRUNCATED_HMAC,
    Hello,
)
from scanner.conversation import EVIDENCE_LIMIT
from scanner.tls.asking import Flight
from scanner.tls.group_names import group_name
from scanner.tls.primes import prime_name
from scanner.tls.suites import DH, kinds

_ECHOED: Mapping[str, int] = {
    "tls.extended_master_secret": EXTENDED_MASTER_SECRET,
    "tls.encrypt_then_mac": ENCRYPT_THEN_MAC,
    "tls.heartbeat": HEARTBEAT,
    "tls.truncated_hmac": TRUNCATED_HMAC,
    "tls.tickets": TICKET,
}
_LASTS = 120
_EXCERPT = 96
"""Seconds that the hellos to one endpoint take at most: two random numbers lie that close once in 30 million times."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question and its answer."""

    hello: Hello
    flight: Flight

    @property
    def offered(self) -> frozenset[int]:
        """The types of the extensions that were offered beyond those that every hello has."""
        return frozenset(kind for kind, _ in self.hello.extensions)

    @property
    def agreed(self) -> bool:
        """Whether it ended in agreement on what was offered, in a version where the answer is in the clear."""
        picked = self.flight.picked
        return picked is not None and self.flight.took(self.hello.version) and picked.code in self.hello.suites


def facts_of(asked: Sequence[Asked], before: Facts) -> dict[str, FactValue]:
    """What these answers tell, together with what was told `before`."""
    clear = [one for one in asked if one.agreed and one.hello.version is not TLS13]
    found = _extensions(clear)
    told = {name: value for name, value in found.items() if before.get(name) is not True}
    return {**told, **_messages(clear, before), **_groups(asked, before), **_prime(clear, before), **clock(clear)}


def _extensions(clear: Iterable[Asked]) -> dict[str, FactValue]:
    """Whether it echoed what it was offered, in any answer to which that belongs."""
    found: dict[str, FactValue] = {}
    for one in clear:
        if one.flight.picked is None:
            continue
        echoed = one.flight.picked.extensions
        for name, kind in _ECHOED.items():
            if kind in one.offered and (kind != ENCRYPT_THEN_MAC or kind in echoed or _takes_cbc(one)):
                found[name] = kind in echoed or found.get(name) is True
        if RENEGOTIATION_SCSV in one.hello.suites or RENEGOTIATION_INFO in one.offered:
            found["tls.secure_renegotiation"] = (
                RENEGOTIATION_INFO in echoed or found.get("tls.secure_renegotiation") is True
            )
        if protocol := echoed.get(ALPN, b"")[3:]:
            found["tls.alpn"] = one_line(protocol, 64)
    return found


def _takes_cbc(one: Asked) -> bool:
    """Whether it picked a block cipher with a MAC, which alone RFC 7366 is for (section 2.1)."""
    suite = all_suites().get(one.flight.picked.code) if one.flight.picked else None
    return suite is not None and "CBC" in suite.name


def _messages(clear: Iterable[Asked], before: Facts) -> dict[str, FactValue]:
    """What its flight holds, where it was heard to its end and has a certificate: only then may it ask for one."""
    found: dict[str, FactValue] = {}
    for one in clear:
        if CERTIFICATE not in one.flight.messages or SERVER_HELLO_DONE not in one.flight.messages:
            continue
        told = {"tls.client_certificate": CERTIFICATE_REQUEST}
        told |= {"tls.ocsp_stapling": CERTIFICATE_STATUS} if STATUS_REQUEST in one.offered else {}
        for name, kind in told.items():
            found[name] = kind in one.flight.messages or True in (found.get(name), before.get(name))
    return found


def _groups(asked: Iterable[Asked], before: Facts) -> dict[str, FactValue]:
    """The groups that it agreed on a key in."""
    groups = list(names(before, "tls.groups"))
    for one in asked:
        picked = one.flight.picked if one.agreed else None
        if picked is None:
            continue
        share = picked.extensions.get(KEY_SHARE, b"")[:2]
        exchange = one.flight.exchange
        code = int.from_bytes(share, "big") if picked.version == TLS13.code else exchange.curve if exchange else 0
        groups += [group_name(code)] if code else []
    return {"tls.groups": tuple(dict.fromkeys(groups))} if groups else {}


def _prime(clear: Iterable[Asked], before: Facts) -> dict[str, FactValue]:
    """The smallest Diffie-Hellman prime, but for those of anonymous and EXPORT suites, which are told as what they are."""
    picks = ((one.flight.picked, one.flight.exchange) for one in clear)
    exchanges = (exchange for picked, exchange in picks if picked and DH in kinds(picked.code))
    primes = [exchange.prime for exchange in exchanges if exchange is not None and exchange.prime]
    smallest, known = min(primes, default=0), before.get("tls.dh_bits")
    if not smallest or (isinstance(known, int) and known <= smallest.bit_length()):
        return {}
    return {"tls.dh_bits": smallest.bit_length(), "tls.dh_prime": prime_name(smallest)}


def clock(clear: Sequence[Asked]) -> dict[str, FactValue]:
    """The server's clock, where its randoms begin with one (RFC 5246, 7.4.1.2): all of them, in order, so that no chance is taken for a clock."""
    randoms = [one.flight.picked.random for one in clear if one.flight.picked and len(one.flight.picked.random) == 32]
    if len(randoms) < 2 or len(set(randoms)) < len(randoms):
        return {}
    times = [int.from_bytes(random[:4], "big") for random in randoms]
    if times != sorted(times) or times[-1] - times[0] > _LASTS:
        return {}
    return {"tls.clock": datetime.fromtimestamp(times[-1], UTC).isoformat()}


def unoffered(version: Version, code: str) -> str:
    """The line of `tls.unsettled` for a suite that was picked though it was not offered: what else it would pick, only asking tells."""
    return f"suites: {version.name}: it picks 0x{code}, which was not offered"


def names(facts: Facts, name: str) -> tuple[str, ...]:
    """The texts that a fact holds, () where it is not there."""
    value = facts.get(name, ())
    return value if isinstance(value, tuple) else ()


def both(first: bytes, second: bytes) -> bytes:
    """Two pieces of evidence as one: each has at least half of the room, if it needs it."""
    half = EVIDENCE_LIMIT // 2
    return (first[: max(half, EVIDENCE_LIMIT - len(second))] + second)[:EVIDENCE_LIMIT]


def evidence_of(asked: Iterable[Asked]) -> bytes:
    """The beginnings of the answers that agreed, which name version and suite, in the order asked."""
    return b"".join(one.flight.raw[:_EXCERPT] for one in asked if one.agreed)[:EVIDENCE_LIMIT]
