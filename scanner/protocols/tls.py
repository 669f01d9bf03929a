"""TLS: which versions and suites a server accepts, what it picks, and the certificate it shows.

Every question is a ClientHello over a connection of its own, closed with an alert; the handshake is not finished (but for one, where the certificate is
visible only inside TLS 1.3) and nothing is decrypted, so a server that only this machine's ssl module would refuse is read all the same. Nothing that tests
for a vulnerability by exploiting it is ever sent.

How much is asked is the target's `depth`: the versions and what each picks; the posture, in fifteen hellos at most; or all, in full (`scanner/tls/`).
"""

from inventory.errors import PeerError
from inventory.model import Device, FactValue
from inventory.text import one_line
from scanner.codecs.tls_codec import TLS13, VERSIONS, Version
from scanner.codecs.tls_hello import pattern
from scanner.conversation import (
    EVIDENCE_LIMIT,
    Conversation,
    Heard,
    Reconnect,
    Safety,
    Say,
    StartTLS,
    Target,
)
from scanner.tls.asking import Asker, Flight
from scanner.tls.versions import flights

NAME = "tls"
TRANSPORT = "tcp"
PORTS = (322, 443, 444, 636, 990, 992, 4443, 4911, 5001, 5061, 7443, 8443, 8883, 9443, 10443)
SAFETY = Safety.B
OVER_TLS = False
SPEAKS_FIRST = False
CONNECTIONS = 6
HARDY = True
SAYS = (
    *(Say.like(f"client-hello {version.name}", pattern(version)) for version in VERSIONS),
    Say.like("close-alert", rb"\x15\x03[\x00-\x03]\x00\x02\x01\x00"),
)
FACTS = {
    "tls.depth": "how much was asked: versions, posture or full",
    "tls.hellos": "how many hellos it was sent",
    "tls.starttls": "the protocol whose own command opens TLS here; not there where TLS is spoken at once",
    "tls.versions": "the versions it accepts, weakest first: SSLv2, SSLv3, TLSv1.0, …",
    "tls.suites": "the suite it picked in each version, 'TLSv1.2 0xc02f'",
    "tls.accepted": "every suite that it was seen to accept, by version, in its own order where it has one: 'TLSv1.2 0xc02f'",
    "tls.settled": "what was asked to its end, so that what was not seen is not there: versions, null, anonymous, …",
    "tls.unsettled": "what could not be asked to its end, and why: 'export: the 15 hellos were used up'",
    "tls.preference": "who decides on the suite: server or client",
    "tls.groups": "the groups that it agrees on keys in: 'x25519', 'secp256r1', 'ffdhe2048', …",
    "tls.dh_bits": "the size of its smallest Diffie-Hellman prime",
    "tls.dh_prime": "that prime: the name of a well-known one, or the SHA-256 of another",
    "tls.compression": "whether it compresses (DEFLATE)",
    "tls.secure_renegotiation": "whether it knows RFC 5746",
    "tls.extended_master_secret": "whether it knows RFC 7627",
    "tls.encrypt_then_mac": "whether it knows RFC 7366",
    "tls.fallback_scsv": "whether it refuses a fallback by RFC 7507",
    "tls.heartbeat": "whether it offers heartbeats, RFC 6520",
    "tls.truncated_hmac": "whether it truncates its HMAC, RFC 6066 section 7",
    "tls.tickets": "whether it gives session tickets",
    "tls.ticket_lifetime": "the lifetime of its session tickets as it hints, in seconds",
    "tls.early_data": "whether it takes data before the handshake ends (0-RTT)",
    "tls.alpn": "the protocol that it agreed on by ALPN",
    "tls.ocsp_stapling": "whether it sends the state of its certificate along",
    "tls.client_certificate": "whether it asks for the client's certificate",
    "tls.clock": "its clock as the randoms of its hellos tell it, ISO 8601",
    "tls.nameless_sha256": "SHA-256 of the leaf that it shows where no server name is sent, if that is another",
    "tls.chain": "SHA-256 of each certificate as sent",
    "tls.chain_subjects": "the subject of each",
    "tls.chain_not_after": "the end of the validity of each, ISO 8601",
    "tls.chain_hashes": "the hash that each is signed with",
    "tls.subject": "the leaf certificate's subject, RFC 4514",
    "tls.issuer": "its issuer, RFC 4514",
    "tls.serial": "its serial number, hexadecimal",
    "tls.not_before": "the start of its validity, ISO 8601",
    "tls.not_after": "the end of its validity, ISO 8601",
    "tls.key_type": "the kind of its key: rsa, ec, dsa, ed25519, …",
    "tls.key_bits": "the size of its key",
    "tls.curve": "the curve of an ec key: 'secp256r1', …",
    "tls.exponent": "the public exponent of an rsa key",
    "tls.modulus": "the modulus of an rsa key, hexadecimal",
    "tls.signature_hash": "the hash it is signed with: md5, sha1, sha256, …",
    "tls.self_signed": "whether it is signed with its own key",
    "tls.is_ca": "whether it says that it is an authority's",
    "tls.key_usage": "what its key may be used for, RFC 5280 section 4.2.1.3: 'digital_signature', …",
    "tls.extended_key_usage": "its purposes: 'serverAuth', …",
    "tls.sans": "its subject alternative names",
    "tls.ocsp_responder": "where its issuer tells whether it was revoked (OCSP), if it names such a place",
    "tls.sha1": "SHA-1 of its DER",
    "tls.sha256": "SHA-256 of its DER",
    "tls.spki_sha256": "SHA-256 of its public key (SubjectPublicKeyInfo)",
    "tls.certificate_error": "what of it could not be read, and why",
}


def invited(device: Device) -> tuple[Target, ...]:
    """Where IPP was spoken inside TLS: its port is one where most speak in clear, so TLS is not expected there."""
    known = {seen.endpoint for seen in device.speaking(NAME)}
    spoken = (seen.endpoint for seen in device.speaking("ipp") if seen.facts.get("ipp.tls") is True)
    return tuple(Target(endpoint) for endpoint in spoken if endpoint not in known)


def probe(target: Target) -> Conversation[Heard]:
    """Offer each version that is not ruled out yet, alone."""
    answers = yield from flights(Asker(target))
    accepted = [(v, answers[v]) for v in VERSIONS if v in answers and answers[v].took(v)]
    facts: dict[str, FactValue] = {
        "tls.versions": tuple(version.name for version, _ in accepted),
        "tls.suites": tuple(f"{v.name} 0x{flight.picked.code}" for v, flight in accepted if flight.picked),
    }
    chain = yield from _chain(accepted, facts)
    evidence = accepted[0][1].raw if accepted else next(iter(answers.values())).raw
    return Heard(facts | _certificate_facts(chain), evidence[:EVIDENCE_LIMIT])


def _chain(accepted: list[tuple[Version, Flight]], facts: dict[str, FactValue]) -> Conversation[tuple[bytes, ...]]:
    """The certificates of the best version that shows them."""
    chain = next((flight.chain for _, flight in reversed(accepted) if flight.chain), ())
    if not chain and accepted and accepted[-1][0] is TLS13:
        return (yield from _inside(facts))
    return chain


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
