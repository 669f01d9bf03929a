"""TLS: which versions and suites a server accepts, what it picks, and the certificate it shows.

Every question is a ClientHello over a connection of its own, closed with an alert. Where certificates are visible only inside TLS 1.3, or a session ticket
is asked about, one handshake is brought to its end, with nothing inside but that end (`scanner/tls/finishing.py`). All of it is our own, so a server that
this machine's ssl module would refuse is read all the same. Nothing that tests for a vulnerability by exploiting it is ever sent.

How much is asked is the target's `depth`: the versions and what each picks; the posture, in fifteen hellos at most; or all, in full (`scanner/tls/`).
"""

from contextlib import suppress
from dataclasses import replace

from inventory.errors import PeerClosed, PeerError
from inventory.model import Device, Facts, FactValue
from inventory.text import one_line
from scanner.codecs import ssl2
from scanner.codecs.ssl2 import Ssl2
from scanner.codecs.tls_codec import SSL20, TLS13, UNRECOGNIZED_NAME, VERSIONS, Version
from scanner.codecs.tls_hello import pattern, sent_name
from scanner.conversation import (
    EVIDENCE_LIMIT,
    Conversation,
    Depth,
    Heard,
    Safety,
    Say,
    Target,
)
from scanner.tls import preludes
from scanner.tls import ssl2 as ssl2_asking
from scanner.tls.asking import Asker, Flight
from scanner.tls.facts import Asked, both, facts_of, names, unoffered
from scanner.tls.finishing import FINISHING
from scanner.tls.full import in_full
from scanner.tls.offers import everything
from scanner.tls.posture import posture
from scanner.tls.questioning import HELLOS
from scanner.tls.versions import flights

NAME = "tls"
TRANSPORT = "tcp"
_DEVICE_PORTS = (
    322,
    443,
    444,
    465,
    636,
    990,
    992,
    2376,
    4443,
    5001,
    5061,
    5684,
    6443,
    7443,
    8443,
    8729,
    8883,
    9443,
    10443,
)
_CONTROL_PORTS = (802, 2221, 4843, 4911)  # Modbus/TCP Security, CIP Security, OPC UA and Fox, each over TLS
PORTS = tuple(sorted((*_DEVICE_PORTS, *_CONTROL_PORTS)))
SAFETY = Safety.B
OVER_TLS = False
SPEAKS_FIRST = False
CONNECTIONS = 6
HARDY = True
SAYS = (
    *(Say.like(f"client-hello {version.name}", pattern(version)) for version in VERSIONS),
    Say.like("client-hello SSLv2", ssl2.pattern()),
    Say.exactly("no-cipher-error SSLv2", ssl2.no_cipher_error()),
    Say.like("close-alert", rb"\x15\x03[\x00-\x03]\x00\x02\x02\x28"),
    *preludes.SAYS,
    *FINISHING,
)
NAMELESS = "it takes only who calls it by a name of its own (SNI)"
FACTS = {
    "tls.depth": "how much was asked: versions, posture or full",
    "tls.hellos": "how many hellos it was sent",
    "tls.server_name": "the name that it was asked for by (SNI); not there where only its address is known",
    "tls.starttls": "the protocol whose own command opens TLS here; not there where TLS is spoken at once",
    "tls.versions": "the versions it accepts, weakest first: SSLv2, SSLv3, TLSv1.0, …",
    "tls.suites": "the suite it picked in each version, 'TLSv1.2 0xc02f'",
    "tls.accepted": "every suite that it was seen to accept, by version, in its own order where it has one: 'TLSv1.2 0xc02f'",
    "tls.settled": "what was asked to its end, so that what was not seen is not there: versions, null, anonymous, …",
    "tls.unsettled": "what could not be asked to its end, and why: 'export: the 15 hellos were used up'",
    "tls.intolerant": "what it hangs up on instead of answering by what it knows: 'hellos of TLSv1.2', 'long hellos of TLSv1.2'",
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
    "tls.inside_sha256": "SHA-256 of the leaf that it shows inside TLS 1.3, if that is another",
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
    """Where IPP was spoken inside TLS, for its port is one where most speak in clear; and where a protocol said that a command of its own opens TLS."""
    known = {seen.endpoint for seen in device.speaking(NAME)}
    spoken = [Target(seen.endpoint) for seen in device.speaking("ipp") if seen.facts.get("ipp.tls") is True]
    for name, fact in preludes.OFFERED.items():
        offered = (seen for seen in device.speaking(name) if seen.facts.get(fact) is True)
        spoken += (Target(seen.endpoint, starttls=name) for seen in offered)
    return tuple(target for target in spoken if target.endpoint not in known)


def probe(target: Target) -> Conversation[Heard]:
    """Ask as deep as the target says; what it said before is not asked again."""
    asker = Asker(target, preludes.PRELUDES.get(target.starttls))
    if names(target.before, "tls.versions"):
        return (yield from _deeper(asker, target.before))
    heard = yield from _versions(asker)
    if target.depth is Depth.VERSIONS or (target.depth is Depth.POSTURE and not names(heard.facts, "tls.versions")):
        return heard  # only in full is a server found that has nothing but what nobody offers
    more = yield from _deeper(asker, heard.facts)
    return replace(more, facts={**heard.facts, **more.facts}, evidence=both(heard.evidence, more.evidence))


def _deeper(asker: Asker, before: Facts) -> Conversation[Heard]:
    """The posture; in full, what comes to it; and last what a finished handshake shows, if that is one of fifteen."""
    heard = yield from posture(asker, before)
    if heard.failed is not None:
        return heard
    known = {**before, **heard.facts}
    if asker.target.depth is Depth.FULL:
        known |= yield from in_full(asker, known)
    most = HELLOS - (TLS13.name in names(known, "tls.versions"))  # which may want a second hello on the same connection
    if asker.target.depth is Depth.FULL or int(str(known["tls.hellos"])) < most:
        from scanner.tls.session import inside  # cryptography takes its time to load

        known |= yield from inside(asker, known)
    return replace(heard, facts=known)


def _versions(asker: Asker) -> Conversation[Heard]:
    """Offer each version that is not ruled out yet, alone; and SSL 2.0 where TLS is expected and none is taken."""
    answers, old = yield from _answers(asker)
    accepted = [(v, answers[v]) for v in VERSIONS if v in answers and answers[v].took(v)]
    facts: dict[str, FactValue] = {"tls.depth": str(Depth.VERSIONS), **server_name(asker.target)}
    if asker.target.starttls:
        facts["tls.starttls"] = asker.target.starttls
    facts |= _taken(asker, answers, accepted, old)
    chain = yield from _chain(asker, accepted, facts)
    if old and old.certificate:
        chain = (old.certificate,)
    facts["tls.hellos"] = asker.hellos
    evidence = old.raw if old else accepted[0][1].raw if accepted else next(iter(answers.values())).raw
    told = facts_of([Asked(everything(version), flight) for version, flight in answers.items()], {})
    return Heard(facts | told | _certificate_facts(chain), evidence[:EVIDENCE_LIMIT], failed=asker.broken_off)


def _answers(asker: Asker) -> Conversation[tuple[dict[Version, Flight], Ssl2 | None]]:
    """What the hellos of TLS and SSL 3.0 brought, and that of SSL 2.0 if it was sent."""
    try:
        answers = yield from flights(asker)
    except PeerClosed:  # so does whoever knows nothing newer than SSL 2.0
        old = yield from _oldest(asker)
        if old is None:
            raise
        return {}, old
    if any(answers[version].took(version) for version in answers):
        return answers, None
    return answers, (yield from _oldest(asker))


def _taken(
    asker: Asker, answers: dict[Version, Flight], accepted: list[tuple[Version, Flight]], old: Ssl2 | None
) -> dict[str, FactValue]:
    """The facts of versions and suites, and what of them is left open."""
    found = [(v, flight.picked.code) for v, flight in accepted if flight.picked]
    picks = tuple(f"{v.name} 0x{code}" for v, code in found if code in everything(v).suites)
    strange = [unoffered(v, code) for v, code in found if code not in everything(v).suites]
    open_ = [f"versions: {v.name}: {one_line(str(error))}" for v, error in asker.unanswered.items()]
    if any(flight.alert == UNRECOGNIZED_NAME for flight in answers.values()):
        open_.append(f"versions: {NAMELESS}")
    return {
        "tls.versions": (*((SSL20.name,) if old else ()), *(version.name for version, _ in accepted)),
        "tls.suites": picks,
        "tls.accepted": (*(f"{SSL20.name} 0x{code}" for code in (old.suites if old else ())), *picks),
        "tls.settled": (*(() if open_ else ("versions",)), *(("sslv2",) if old else ())),
        "tls.unsettled": (*open_, *strange),
        **_intolerant(asker, accepted),
    }


def _intolerant(asker: Asker, accepted: list[tuple[Version, Flight]]) -> dict[str, FactValue]:
    """A server answers newer hellos by the best version that it has (RFC 5246, appendix E.1); one that hangs up on them does not."""
    best = accepted[-1][0].code if accepted else TLS13.code
    hung = tuple(f"hellos of {version.name}" for version in asker.hung if best < version.code < TLS13.code)
    return {"tls.intolerant": hung} if hung else {}


def _oldest(asker: Asker) -> Conversation[Ssl2 | None]:
    """Whether it speaks SSL 2.0, where TLS is expected and a connection is left; whoever does not say so does not."""
    target = asker.target
    if not target.expected or target.starttls in preludes.COUNTED or asker.asked >= CONNECTIONS or asker.broken_off:
        return None
    with suppress(PeerError):
        return (yield from ssl2_asking.ask(asker))
    return None


def server_name(target: Target) -> dict[str, FactValue]:
    """The fact of the name that it was asked for by."""
    name = sent_name(target.name)
    return {"tls.server_name": name} if name else {}


def _chain(
    asker: Asker, accepted: list[tuple[Version, Flight]], facts: dict[str, FactValue]
) -> Conversation[tuple[bytes, ...]]:
    """The certificates of the best version that shows them; with those that only TLS 1.3 shows comes more, into `facts`."""
    chain = next((flight.chain for _, flight in reversed(accepted) if flight.chain), ())
    if not chain and accepted and accepted[-1][0] is TLS13:
        from scanner.tls.session import look_inside  # cryptography takes its time to load

        chain, shown = yield from look_inside(asker, CONNECTIONS)
        facts |= shown
    return chain


def _certificate_facts(chain: tuple[bytes, ...]) -> dict[str, FactValue]:
    if not chain:
        return {}
    from scanner.codecs.certificates import read_certificate, read_chain  # cryptography takes its time to load

    return {**read_chain(chain), **read_certificate(chain[0])}
