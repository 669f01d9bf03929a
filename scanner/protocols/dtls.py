"""DTLS, as CoAP has it at 5684: which versions and suites a server accepts, and the certificate it shows, if it has one.

Every question is a ClientHello from a socket of its own. A server answers a stranger with a HelloVerifyRequest, which is no longer than the question, and keeps
nothing (RFC 6347, section 4.2.1); only to the hello that brings its cookie back it answers with its flight, and is then told that nothing more comes. The
handshake is not finished and nothing is decrypted. Servers that leave the cookie out answer a stranger with all of their chain, which may be more than ten
times the question: so this goes to no device unasked (class B), but where CoAP is spoken, announced or known to be.

Servers of small nodes know their clients by a pre-shared key and have no certificate (RFC 7252, section 9.1): they are asked for one once, and named as such.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from checks.cipher_suites import all_suites
from inventory.errors import PeerError, ProtocolError, TimedOut
from inventory.model import Device, Endpoint, FactValue
from scanner.codecs import dtls, tls_codec
from scanner.codecs.dtls import DTLS10, DTLS12, VERSIONS, Assembly
from scanner.codecs.tls_codec import Version, vector
from scanner.codecs.tls_hello import Hello
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, ReadSome, Reconnect, Safety, Say, Send, Target
from scanner.protocols import tls
from scanner.tls.asking import Flight

NAME = "dtls"
TRANSPORT = "udp"
PORTS: tuple[int, ...] = ()
SAFETY = Safety.B
OVER_TLS = False
SPEAKS_FIRST = False
COAPS = 5684
SAYS = (
    *(Say.like(f"client-hello {version.name}", dtls.pattern(version)) for version in VERSIONS),
    Say.exactly("close-alert", dtls.close_alert()),
)
_CERTIFICATE = (
    "subject issuer serial not_before not_after key_type key_bits curve exponent modulus signature_hash self_signed is_ca key_usage extended_key_usage "
    "sans sha1 sha256 spki_sha256 certificate_error chain chain_subjects chain_not_after chain_hashes"
)
FACTS = {
    name: tls.FACTS[name]
    for name in (f"tls.{each}" for each in f"versions suites settled unsettled {_CERTIFICATE}".split())
}
NO_CERTIFICATE = "it wants a pre-shared key"
RAW_KEY = "it shows a raw public key (RFC 7250) and no certificate"

_SIGNED_10 = "c009 c013 c00a c014 0033 0039 0032 0038 002f 0035 c008 c012 0016 000a"
_SIGNED_12 = (  # ECDHE, DHE and RSA: GCM, ChaCha20, CCM, the CCM_8 that RFC 7252 demands, CBC with SHA-2
    f"c02b c02f c02c c030 cca9 cca8 c0ac c0ae c0ad c0af 009e 009f c09e 009c 009d c09c c0a0 c023 c027 003c 003d {_SIGNED_10}"
)
_SHARED_10 = "c035 c036 0090 0091 008c 008d 008b"
_SHARED_12 = f"c0a8 c0a4 c0a9 c0a5 00a8 00a9 ccab ccac 00aa 00ab c037 c038 00ae 00af {_SHARED_10}"
# Never both in one hello: GnuTLS 3.7 falls silent over the first suite whose kind of credentials it has not got.
_SIGNED = {DTLS10: _SIGNED_10, DTLS12: _SIGNED_12}
_SHARED = {DTLS10: _SHARED_10, DTLS12: _SHARED_12}
_KINDS = (_SIGNED, _SHARED)
_RENEGOTIATION = " 00ff"
_SERVER_CERTIFICATE_TYPE, _RAW_PUBLIC_KEY = 20, b"\x02"
_TYPES = ((_SERVER_CERTIFICATE_TYPE, vector(1, b"\x00\x02")),)  # X.509, or else a raw public key
_TRIES, _DATAGRAMS, _HEARD_LIMIT = 2, 64, 131072


def invited(device: Device) -> tuple[Target, ...]:
    """Where CoAP answers or is announced in the clear, and where the port itself is known to be open."""
    known = {seen.endpoint for seen in device.speaking(NAME)}
    return tuple(Target(endpoint) for endpoint in dict.fromkeys(_likely(device)) if endpoint not in known)


def _likely(device: Device) -> Iterator[Endpoint]:
    for seen in device.speaking("coap"):
        yield Endpoint(seen.endpoint.address, COAPS, "udp")
    for seen in device.speaking("mdns"):
        services = seen.facts.get("mdns.services", ())
        if isinstance(services, tuple) and {"_coap._udp", "_coaps._udp"}.intersection(services):
            yield Endpoint(seen.endpoint.address, COAPS, "udp")
    yield from (one for one in device.open_ports if (one.port, one.transport) == (COAPS, "udp"))


def probe(target: Target) -> Conversation[Heard]:
    """Offer DTLS 1.2, then 1.0: with the suites of certificates, and where none is taken with those of a pre-shared key."""
    asker = _Asker(target)
    found: dict[Version, Flight] = {}
    kinds: tuple[Mapping[Version, str], ...] = _KINDS
    unsettled: list[str] = []
    for version in reversed(VERSIONS):
        try:
            flight = yield from asker.ask_each(version, kinds)
        except PeerError as error:
            if not found:
                raise
            unsettled.append(f"versions: {version.name}: {error}")
            continue
        found[version] = flight
        if flight.picked is not None:
            kinds = (_SHARED if _is_shared(flight) else _SIGNED,)
        elif flight.alert is None:
            unsettled.append(f"versions: {version.name}: {TimedOut()}")
    return _heard(found, tuple(unsettled))


def _heard(found: dict[Version, Flight], unsettled: tuple[str, ...]) -> Heard:
    accepted = [(version, found[version]) for version in VERSIONS if version in found and found[version].took(version)]
    facts: dict[str, FactValue] = {
        "tls.versions": tuple(version.name for version, _ in accepted),
        "tls.suites": tuple(f"{version.name} 0x{flight.picked.code}" for version, flight in accepted if flight.picked),
    }
    facts |= {"tls.unsettled": unsettled} if unsettled else {"tls.settled": ("versions",)}
    evidence = accepted[0][1].raw if accepted else next(iter(found.values())).raw
    return Heard(facts | (_certificate_facts(accepted[-1][1]) if accepted else {}), evidence[:EVIDENCE_LIMIT])


def _is_shared(flight: Flight) -> bool:
    suite = all_suites().get(flight.picked.code) if flight.picked else None
    return suite is not None and "PSK" in suite.exchange


def _certificate_facts(flight: Flight) -> dict[str, FactValue]:
    if _is_shared(flight):
        return {"tls.certificate_error": NO_CERTIFICATE}
    from scanner.codecs.certificates import fingerprint, read_certificate  # cryptography takes its time to load

    if flight.picked and flight.picked.extensions.get(_SERVER_CERTIFICATE_TYPE) == _RAW_PUBLIC_KEY:
        key = flight.messages.get(tls_codec.CERTIFICATE, b"")[3:]
        return {"tls.certificate_error": RAW_KEY, **({"tls.spki_sha256": fingerprint(key)} if key else {})}
    chain = flight.chain
    return {"tls.chain": tuple(fingerprint(der) for der in chain), **read_certificate(chain[0])} if chain else {}


@dataclass(slots=True)
class _Asker:
    """Puts one question after another, each on a fresh socket."""

    target: Target
    asked: int = 0

    def ask_each(self, version: Version, kinds: tuple[Mapping[Version, str], ...]) -> Conversation[Flight]:
        """The first of `kinds` that the server takes; else what it said to the last, or to the one that it refused for its version."""
        for kind in kinds:
            flight = yield from self._ask(version, kind[version])
            if flight.picked is not None or flight.by_version:
                break
        return flight

    def _ask(self, version: Version, suites: str) -> Conversation[Flight]:
        """Put one question, bring the cookie back, and read the flight."""
        if self.asked:
            yield Reconnect()
        self.asked += 1
        codes, types = tuple((suites + _RENEGOTIATION).split()), _TYPES if version is DTLS12 else ()
        hello = Hello(dtls.OF_TLS[version], codes, extensions=types)
        random, name = os.urandom(32), self.target.name
        flight = yield from _answered(version, dtls.client_hello(hello, version, random, name))
        if flight.picked is None and dtls.HELLO_VERIFY in flight.messages:
            cookie = dtls.parse_cookie(flight.messages[dtls.HELLO_VERIFY])
            again = dtls.client_hello(hello, version, random, name, cookie)
            with suppress(TimedOut):  # it speaks DTLS, but has nothing to say to this
                flight = yield from _answered(version, again, verified=True)
        if flight.picked is not None:
            with suppress(PeerError):  # it has gone already
                yield Send(dtls.close_alert())
        return flight


def _answered(version: Version, datagram: bytes, *, verified: bool = False) -> Conversation[Flight]:
    """The answer to one hello, which is said once more where it may have been lost (RFC 6347, section 4.2.4)."""
    for left in reversed(range(_TRIES)):
        yield Send(datagram)
        try:
            return (yield from _flight(version, verified=verified))
        except TimedOut:
            if not left:
                raise
    raise TimedOut


def _flight(version: Version, *, verified: bool) -> Conversation[Flight]:
    """What comes after a hello: up to ServerHelloDone, to a cookie that was not brought back yet, or to the alert that refuses.

    What it picked is true whatever comes after that: silence, garbage or fragments out of all measure.
    """
    raw, assembly = b"", Assembly()
    for _ in range(_DATAGRAMS):
        try:
            datagram = yield ReadSome(_HEARD_LIMIT)
            raw += datagram
            alert = _read(datagram, assembly)
        except PeerError:
            if tls_codec.SERVER_HELLO not in assembly.messages:
                raise
            break
        if alert is not None:
            return Flight(None, assembly.messages, raw, alert)
        if _is_done(assembly.messages, version, verified=verified) or len(raw) > _HEARD_LIMIT:
            break
    found = assembly.messages
    hello = found.get(tls_codec.SERVER_HELLO)
    if hello is None and (verified or dtls.HELLO_VERIFY not in found):
        raise ProtocolError("a DTLS handshake without a ServerHello")
    return Flight(tls_codec.parse_server_hello(hello) if hello is not None else None, found, raw)


def _read(datagram: bytes, assembly: Assembly) -> int | None:
    """Take the records of a datagram; the description of the alert that ends it, if one does. What is encrypted is left."""
    for record in dtls.records(datagram):
        if record.epoch:
            continue
        level, description = record.payload[:1], record.payload[1:2]
        if record.kind == tls_codec.ALERT and (level != b"\x01" or description == b"\x00"):
            return int.from_bytes(description, "big")  # a warning but close_notify ends nothing
        if record.kind == tls_codec.HANDSHAKE:
            assembly.feed(record.payload)
    return None


def _is_done(found: dict[int, bytes], version: Version, *, verified: bool) -> bool:
    if tls_codec.SERVER_HELLO in found:
        other = found[tls_codec.SERVER_HELLO][:2] != version.code.to_bytes(2, "big")
        return tls_codec.SERVER_HELLO_DONE in found or other
    return dtls.HELLO_VERIFY in found and not verified
