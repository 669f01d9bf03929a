"""TLS: which versions a server accepts, what it picks in each, and the certificate it shows.

One ClientHello a version over its own connection; the handshake is never finished and nothing is decrypted, so a server that only this machine's ssl module
would refuse is read all the same. Nothing that tests for a vulnerability by exploiting it is ever sent.

TLS 1.2 goes first, and what its answer rules out is not asked: a server that picks less than it was offered speaks nothing in between, one that names the
version as its reason to refuse (protocol_version) speaks nothing below (RFC 5246, 7.2.2 and appendix E.1), and one that picks another than TLS 1.3 without the
mark of RFC 8446, 4.1.3 does not speak that. Two connections with a server of TLS 1.2 alone, three with one of 1.2 and 1.3, five with one that says no more than
no; one more, with a full handshake, where the certificate is visible only inside TLS 1.3.
"""

import os
from dataclasses import dataclass

from inventory.errors import PeerClosed, PeerError, ProtocolError, TimedOut
from inventory.model import Device, FactValue
from inventory.text import one_line
from scanner.codecs import tls_codec
from scanner.codecs.tls_codec import SSL30, TLS10, TLS11, TLS12, TLS13, VERSIONS, ServerHello, Version
from scanner.conversation import (
    EVIDENCE_LIMIT,
    Conversation,
    Heard,
    Read,
    Reconnect,
    Safety,
    Say,
    Send,
    StartTLS,
    Target,
)

NAME = "tls"
TRANSPORT = "tcp"
PORTS = (322, 443, 444, 636, 990, 992, 4443, 4911, 5001, 5061, 7443, 8443, 8883, 9443, 10443)
SAFETY = Safety.B
OVER_TLS = False
SPEAKS_FIRST = False
CONNECTIONS = 6
HARDY = True
SAYS = (
    *(Say.like(f"client-hello {version.name}", tls_codec.hello_pattern(version)) for version in VERSIONS),
    Say.like("close-alert", rb"\x15\x03[\x00-\x03]\x00\x02\x01\x00"),
)
FACTS = {
    "tls.versions": "the versions it accepts, weakest first",
    "tls.suites": "the suite it picked in each version, 'TLSv1.2 0xc02f'",
    "tls.chain": "SHA-256 of each certificate as sent",
    "tls.subject": "the leaf certificate's subject, RFC 4514",
    "tls.issuer": "its issuer, RFC 4514",
    "tls.serial": "its serial number, hexadecimal",
    "tls.not_before": "the start of its validity, ISO 8601",
    "tls.not_after": "the end of its validity, ISO 8601",
    "tls.key_type": "the kind of its key: rsa, ec, dsa, ed25519, …",
    "tls.key_bits": "the size of its key",
    "tls.signature_hash": "the hash it is signed with: md5, sha1, sha256, …",
    "tls.self_signed": "whether it is signed with its own key",
    "tls.sans": "its subject alternative names",
    "tls.sha256": "SHA-256 of its DER",
    "tls.spki_sha256": "SHA-256 of its public key (SubjectPublicKeyInfo)",
    "tls.certificate_error": "what of it could not be read, and why",
}
_RECORDS_LIMIT = 64
_HANDSHAKE_LIMIT = 131072
_SILENCES = 2
_ORDER = (TLS12, TLS13, TLS11, TLS10, SSL30)


@dataclass(frozen=True, slots=True)
class _Flight:
    """What a server sent to one hello: what it picked (None: it refused; `by_version` says that the version is why), its certificates, the raw bytes."""

    picked: ServerHello | None
    chain: tuple[bytes, ...]
    raw: bytes
    by_version: bool = False


def invited(device: Device) -> tuple[Target, ...]:
    """Where IPP was spoken inside TLS: its port is one where most speak in clear, so TLS is not expected there."""
    known = {seen.endpoint for seen in device.speaking(NAME)}
    spoken = (seen.endpoint for seen in device.speaking("ipp") if seen.facts.get("ipp.tls") is True)
    return tuple(Target(endpoint) for endpoint in spoken if endpoint not in known)


def probe(target: Target) -> Conversation[Heard]:
    """Offer each version that is not ruled out yet, alone."""
    flights = yield from _flights(target)
    accepted = [(v, flights[v]) for v in VERSIONS if v in flights and _took(v, flights[v])]
    facts: dict[str, FactValue] = {
        "tls.versions": tuple(version.name for version, _ in accepted),
        "tls.suites": tuple(f"{v.name} 0x{flight.picked.suite:04x}" for v, flight in accepted if flight.picked),
    }
    chain = next(
        (flight.chain for _, flight in reversed(accepted) if flight.chain), ()
    )  # of the best version that shows it
    if not chain and accepted and accepted[-1][0] is TLS13:
        chain = yield from _inside(facts)
    evidence = accepted[0][1].raw if accepted else next(iter(flights.values())).raw
    return Heard(facts | _certificate_facts(chain), evidence[:EVIDENCE_LIMIT])


def _took(version: Version, flight: _Flight) -> bool:
    return flight.picked is not None and flight.picked.version == version.code


def _flights(target: Target) -> Conversation[dict[Version, _Flight]]:
    """The answers by version, in the order asked; raises what the server does instead of speaking TLS."""
    flights: dict[Version, _Flight] = {}
    waiting, silent = list(_ORDER), 0
    while waiting:
        version = waiting.pop(0)
        if version is not _ORDER[0]:
            yield Reconnect()
        try:
            flight = yield from _offer(version, target.name)
        except (PeerClosed, TimedOut) as error:  # a version that is not known is met with silence by some
            silent += isinstance(error, TimedOut)
            if not flights and (silent >= _SILENCES or not waiting or not target.expected):
                raise
            if version is _ORDER[0]:
                waiting.sort(
                    key=lambda one: one is not TLS10
                )  # whoever is older than TLS 1.2 and hangs on it knows this
            continue
        except ProtocolError:
            if not flights:
                raise
            continue  # it speaks TLS, but not to this version
        flights[version] = flight
        waiting = [other for other in waiting if not _rules_out(other, version, flight)]
    return flights


def _rules_out(other: Version, version: Version, flight: _Flight) -> bool:
    """Whether what was answered to `version` says that the server does not speak `other`."""
    if version is TLS13:
        return False  # the hello for TLS 1.3 says nothing of others
    if other is TLS13:
        return flight.picked is not None and not flight.picked.knows_better
    if other.code >= version.code:
        return False
    return flight.by_version if flight.picked is None else other.code > flight.picked.version


def _offer(version: Version, name: str) -> Conversation[_Flight]:
    """Send one hello and read up to the certificate, or to the alert that refuses it."""
    yield Send(tls_codec.client_hello(version, os.urandom(32), name))
    raw = handshake = b""
    picked: ServerHello | None = None
    by_version = False
    for _ in range(_RECORDS_LIMIT):
        try:
            kind, payload, record = yield from _record()
        except (PeerClosed, TimedOut):
            if picked is None:
                raise
            break
        raw += record
        if kind == tls_codec.ALERT:
            if payload[0] == tls_codec.WARNING and payload[1:2] != b"\x00":
                continue  # "unrecognized_name" and its like: the handshake goes on
            by_version = payload[1:2] == bytes((tls_codec.PROTOCOL_VERSION,))
            break
        handshake += payload if kind == tls_codec.HANDSHAKE else b""
        found = dict(reversed(list(tls_codec.messages(handshake))))
        if tls_codec.SERVER_HELLO in found:
            picked = tls_codec.parse_server_hello(found[tls_codec.SERVER_HELLO])
        if picked and (picked.version >= TLS13.code or set(found) - {tls_codec.SERVER_HELLO}):
            break  # the rest is encrypted, or the certificate is here, or there is none
        if picked and (picked.version != version.code or len(handshake) > _HANDSHAKE_LIMIT):
            break  # not what was offered, or with a certificate that is too large to be one: what it picked is all we want of it
        if len(handshake) > _HANDSHAKE_LIMIT or (found and not picked):
            raise ProtocolError("a TLS handshake without a ServerHello")
    else:
        raise ProtocolError("TLS records without end")
    chain = _chain(handshake)
    if picked is not None:
        yield from _close(version)
    return _Flight(picked, chain, raw, by_version)


def _record() -> Conversation[tuple[int, bytes, bytes]]:
    """The next record: its type, its payload, and both as heard."""
    header = yield Read(5)
    kind, size = tls_codec.record_size(header)
    payload = yield Read(size)
    return kind, payload, header + payload


def _chain(handshake: bytes) -> tuple[bytes, ...]:
    bodies = (body for kind, body in tls_codec.messages(handshake) if kind == tls_codec.CERTIFICATE)
    return tls_codec.parse_certificates(next(bodies, b""))


def _close(version: Version) -> Conversation[None]:
    try:
        yield Send(tls_codec.close_alert(version))
    except PeerError:
        return  # it has gone already


def _inside(facts: dict[str, FactValue]) -> Conversation[tuple[bytes, ...]]:
    """The leaf that only a finished TLS 1.3 handshake shows."""
    try:
        yield Reconnect()
        der = yield StartTLS()
    except PeerError as error:
        facts["tls.certificate_error"] = one_line(f"not seen: {error}")
        return ()
    return (der,) if der else ()


def _certificate_facts(chain: tuple[bytes, ...]) -> dict[str, FactValue]:
    if not chain:
        return {}
    from scanner.codecs.certificates import fingerprint, read_certificate  # cryptography takes its time to load

    return {"tls.chain": tuple(fingerprint(der) for der in chain), **read_certificate(chain[0])}
