"""The groups in which a server agrees on keys: all are offered, what it takes is taken out, until it refuses or takes what was not offered.

In TLS 1.3 the hello brings no key, so that the server names the group that it wants and waits (RFC 8446, section 4.1.4). Up to TLS 1.2 the ServerKeyExchange
shows the curve, or the prime of RFC 7919. A server with a certificate for ECDSA alone takes no suite unless the certificate's own curve is offered (RFC 8422,
section 5.1), so those found are offered once more, behind the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from checks.cipher_suites import all_suites
from inventory.errors import PeerClosed, ProtocolError
from scanner.codecs.tls_codec import SERVER_KEY_EXCHANGE, TLS10, TLS11, TLS12, TLS13, ServerHello, Version
from scanner.codecs.tls_hello import ALL_SIGNATURES, KEY_SHARE, RENEGOTIATION_SCSV, SUITES_AT_ONCE, Hello
from scanner.conversation import Conversation
from scanner.tls.asking import Asker
from scanner.tls.group_names import group_name
from scanner.tls.primes import prime_name

FINITE = tuple(range(0x100, 0x105))
"""The finite fields of RFC 7919."""
CURVES = (0x1D, 0x17, 0x18, 0x19, 0x1E, 0x1A, 0x1B, 0x1C, *range(22, 0, -1))
"""The curves up to TLS 1.2: those that are usual, then the others from the largest prime field down."""
GROUPS_13 = (0x11EC, 0x11EB, 0x11ED, *CURVES[:5], *FINITE, *range(0x1F, 0x22), *range(0x200, 0x203), 0x6399)
"""The groups of TLS 1.3, the hybrids with ML-KEM first; the last is the draft that browsers of 2023 had."""


def find_groups(asker: Asker, accepted: Mapping[Version, Sequence[str]], found: list[int]) -> Conversation[None]:
    """Add to `found` every group that the server takes, in TLS 1.3 and in the newest older version that has suites for them.

    `accepted` are the suites by version. Raises `PeerError` where it stops answering; what was found until then is there.
    """
    if TLS13 in accepted:
        yield from _taken(asker, Hello(TLS13, tuple(accepted[TLS13]), shares=()), GROUPS_13, found)
    for exchange, candidates in (("ECDH", CURVES), ("DH", FINITE)):
        version, suites = _suites(accepted, exchange)
        if not suites:
            continue
        hello = Hello(version, (*suites, RENEGOTIATION_SCSV), signatures=ALL_SIGNATURES)
        own: list[int] = []
        try:
            yield from _taken(asker, hello, candidates, own)
            if own and all(all_suites()[code].authentication == "ECDSA" for code in suites):
                yield from _taken(asker, hello, candidates, own, behind=tuple(own))
        finally:
            found += [group for group in own if group not in found]


def _suites(accepted: Mapping[Version, Sequence[str]], exchange: str) -> tuple[Version, tuple[str, ...]]:
    """The newest version before TLS 1.3 that has suites of this key exchange, and these."""
    for version in (TLS12, TLS11, TLS10):
        suites = tuple(code for code in accepted.get(version, ()) if all_suites()[code].exchange == exchange)
        if suites:
            return version, suites[: SUITES_AT_ONCE - 1]
    return TLS12, ()


def _taken(
    asker: Asker, hello: Hello, candidates: Sequence[int], found: list[int], behind: tuple[int, ...] = ()
) -> Conversation[None]:
    """Add to `found` which of the candidates it takes, one after the other; and what it takes though it was not offered, which ends the asking."""
    left = [group for group in candidates if group not in found]
    while left:
        group = yield from _agreed(asker, replace(hello, groups=(*left, *behind)))
        if group and group not in found:
            found.append(group)
        if group not in left:
            return
        left.remove(group)


def _agreed(asker: Asker, hello: Hello) -> Conversation[int]:
    """The group that it takes, 0 where it takes none."""
    try:
        flight = yield from asker.ask(hello, last=_up_to_the_key)
    except (PeerClosed, ProtocolError):
        return 0  # some refuse like that
    if flight.picked is None or not flight.took(hello.version):
        return 0
    if hello.version is TLS13:
        return int.from_bytes(flight.picked.extensions.get(KEY_SHARE, b"")[:2], "big")
    exchange = flight.exchange
    if exchange is None:
        return 0
    return exchange.curve or next((group for group in FINITE if prime_name(exchange.prime) == group_name(group)), 0)


def _up_to_the_key(_: ServerHello) -> int:
    return SERVER_KEY_EXCHANGE
