"""The messages in which a TLS handshake ends: what a server says only inside (RFC 8446, sections 4.3, 4.4 and 4.6), and what is said to that. Pure."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from inventory.errors import ProtocolError
from inventory.text import one_line
from scanner.codecs.tls_codec import CERTIFICATE, messages, read_extensions, record_size, vector
from scanner.codecs.tls_hello import ALPN, HEARTBEAT, STATUS_REQUEST

ENCRYPTED_EXTENSIONS, CERTIFICATE_VERIFY, CLIENT_KEY_EXCHANGE, FINISHED = 8, 15, 16, 20
EARLY_DATA, COOKIE, PSK_MODES = 42, 44, 45
NO_APPLICATION_PROTOCOL = 120
CERTIFICATES_LIMIT = 16
HANDSHAKE_LIMIT = 131072
RSA_SIZES = (64, 96, 128, 160, 192, 224, 256, 320, 384, 448, 512, 768, 1024)
"""The bytes of an RSA modulus that something is sealed with here: what may be sent is held to these lengths."""
_MESSAGE_HASH = 254
_NAME_LIMIT = 64
_SCHEMES = {  # RFC 8446, section 4.2.3
    0x0201: "rsa_pkcs1_sha1",
    0x0203: "ecdsa_sha1",
    0x0401: "rsa_pkcs1_sha256",
    0x0403: "ecdsa_secp256r1_sha256",
    0x0501: "rsa_pkcs1_sha384",
    0x0503: "ecdsa_secp384r1_sha384",
    0x0601: "rsa_pkcs1_sha512",
    0x0603: "ecdsa_secp521r1_sha512",
    0x0804: "rsa_pss_rsae_sha256",
    0x0805: "rsa_pss_rsae_sha384",
    0x0806: "rsa_pss_rsae_sha512",
    0x0807: "ed25519",
    0x0808: "ed448",
    0x0809: "rsa_pss_pss_sha256",
    0x080A: "rsa_pss_pss_sha384",
    0x080B: "rsa_pss_pss_sha512",
}


@dataclass(frozen=True, slots=True)
class Ticket:
    """A session ticket: its lifetime in seconds as hinted, and how many bytes of early data it allows (0: none)."""

    lifetime: int
    early_data: int = 0


@dataclass(frozen=True, slots=True)
class Session:
    """What a server shows to whoever ends the handshake with it.

    `chain` are its certificates (DER), the leaf first; `alpn` the protocol agreed on ("": none). `tickets` says whether it gives tickets, None where it was not
    heard to the end; `ticket` is the first of them. `early_data` is about TLS 1.3 alone. `client_certificate` says whether it asks for one, which it was
    not given. `finished` says whether it ended the handshake too: one of TLS 1.2 that insists on a certificate does not.
    """

    chain: tuple[bytes, ...]
    alpn: str = ""
    tickets: bool | None = None
    ticket: Ticket | None = None
    early_data: bool | None = None
    client_certificate: bool = False
    stapled: bool = False
    heartbeat: bool = False
    group: str = ""
    signature_scheme: str = ""
    finished: bool = True

    @property
    def ticket_lifetime(self) -> int | None:
        """The lifetime of its tickets as it hints, in seconds; None where none was seen."""
        return self.ticket.lifetime if self.ticket else None


@dataclass(frozen=True, slots=True)
class Flight13:
    """What a server says inside TLS 1.3 up to its Finished: the whole, what its Finished is over, and what it holds."""

    raw: bytes
    signed: bytes
    verify_data: bytes
    extensions: Mapping[int, bytes]
    chain: tuple[bytes, ...]
    stapled: bool
    scheme: str
    requests_certificate: bool

    @property
    def alpn(self) -> str:
        """The protocol agreed on."""
        return alpn_of(self.extensions)

    @property
    def heartbeat(self) -> bool:
        """Whether it takes part in heartbeats (RFC 6520)."""
        return HEARTBEAT in self.extensions


def message(kind: int, body: bytes) -> bytes:
    """A handshake message as it is sent."""
    return bytes((kind,)) + vector(3, body)


def message_hash(hashed: bytes) -> bytes:
    """What stands for the first ClientHello in a transcript with a HelloRetryRequest (RFC 8446, section 4.4.1)."""
    return message(_MESSAGE_HASH, hashed)


NO_CERTIFICATE_13 = message(CERTIFICATE, b"\x00" + vector(3, b""))
"""The answer of a client that has none to a CertificateRequest (RFC 8446, section 4.4.2.4)."""
NO_CERTIFICATE = message(CERTIFICATE, vector(3, b""))
"""The same up to TLS 1.2 (RFC 5246, section 7.4.6)."""


def is_whole(handshake: bytes) -> bool:
    """Whether a server's messages up to its Finished are here; `ProtocolError` where they are longer than any handshake is."""
    read = 0
    for kind, body in messages(handshake):
        read += 4 + len(body)
        if kind == FINISHED:
            return True
    left = handshake[read:]
    if len(left) > HANDSHAKE_LIMIT or int.from_bytes(left[1:4], "big") > HANDSHAKE_LIMIT:
        raise ProtocolError("a TLS handshake without end")
    return False


def parse_flight(handshake: bytes) -> Flight13:
    """Read a server's messages inside TLS 1.3, which are whole; `ProtocolError` where they are not those of RFC 8446, section 2, in that order."""
    said = list(messages(handshake))
    kinds = [kind for kind, _ in said]
    asked = [13] if 13 in kinds else []
    bodies = dict(said)
    size = sum(4 + len(body) for _, body in said)
    if kinds != [ENCRYPTED_EXTENSIONS, *asked, CERTIFICATE, CERTIFICATE_VERIFY, FINISHED] or size != len(handshake):
        raise ProtocolError(f"TLS 1.3 messages out of order: {kinds[:8]}")
    chain, stapled = _parse_certificates(bodies[CERTIFICATE])
    return Flight13(
        raw=handshake,
        signed=handshake[: -4 - len(bodies[FINISHED])],
        verify_data=bodies[FINISHED],
        extensions=read_extensions(bodies[ENCRYPTED_EXTENSIONS][2:]),
        chain=chain,
        stapled=stapled,
        scheme=scheme_name(bodies[CERTIFICATE_VERIFY]),
        requests_certificate=bool(asked),
    )


def _parse_certificates(body: bytes) -> tuple[tuple[bytes, ...], bool]:
    """The certificates of a Certificate message of TLS 1.3 (section 4.4.2), and whether the state of one came along; what is cut short is left out."""
    data = body[1 + body[0] :] if body else b""
    data = data[3 : 3 + int.from_bytes(data[:3], "big")]
    chain: list[bytes] = []
    stapled = False
    while len(data) >= 5 and len(chain) < CERTIFICATES_LIMIT:
        end = 3 + int.from_bytes(data[:3], "big")
        after = end + 2 + int.from_bytes(data[end : end + 2], "big")
        if not 3 < end < after <= len(data):
            break
        chain.append(data[3:end])
        stapled = stapled or STATUS_REQUEST in read_extensions(data[end + 2 : after])
        data = data[after:]
    return tuple(chain), stapled


def scheme_name(data: bytes) -> str:
    """The signature scheme whose code point `data` begins with; its code point where it has no name here."""
    code = int.from_bytes(data[:2], "big")
    return _SCHEMES.get(code, f"0x{code:04x}")


def alpn_of(extensions: Mapping[int, bytes]) -> str:
    """The one protocol of a server's ALPN extension (RFC 7301, section 3.1); "" where it has none."""
    data = extensions.get(ALPN, b"")
    return one_line(data[3 : 3 + data[2]], _NAME_LIMIT) if len(data) > 3 else ""


def parse_ticket_13(body: bytes) -> Ticket:
    """A NewSessionTicket of TLS 1.3 (RFC 8446, section 4.6.1)."""
    try:
        lifetime, nonce_size = struct.unpack_from("!I4xB", body)
        at = 9 + nonce_size
        (ticket_size,) = struct.unpack_from("!H", body, at)
    except struct.error as error:
        raise ProtocolError("a NewSessionTicket that ends early") from error
    extensions = read_extensions(body[at + 4 + ticket_size :])
    return Ticket(lifetime, int.from_bytes(extensions.get(EARLY_DATA, b"")[:4], "big"))


def parse_ticket(body: bytes) -> Ticket | None:
    """A NewSessionTicket up to TLS 1.2 (RFC 5077, section 3.3); None for one without a ticket, by which a server goes back on its word."""
    if len(body) < 6:
        raise ProtocolError("a NewSessionTicket that ends early")
    return Ticket(int.from_bytes(body[:4], "big")) if any(body[4:6]) else None


def split_records(data: bytes) -> tuple[list[bytes], bytes]:
    """The whole records at the start of `data`, and the rest; `ProtocolError` where they are not TLS."""
    records, at = [], 0
    while len(data) >= at + 5:
        _, size = record_size(data[at : at + 5])
        if len(data) < at + 5 + size:
            break
        records.append(data[at : at + 5 + size])
        at += 5 + size
    return records, data[at:]
