"""TLS and DTLS from the server's side by hand (RFC 5246, RFC 6347), for certificates and handshakes that no library would send, and those certificates."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID

_ORGANISATION = x509.NameOID.ORGANIZATION_NAME
_RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")  # RFC 8446, section 4.1.3
IN_13 = b"\0\x2b\0\x02\x03\x04"
"""supported_versions of a server that picked TLS 1.3 (RFC 8446, section 4.2.1)."""


def vector(width: int, data: bytes) -> bytes:
    return len(data).to_bytes(width, "big") + data


def record(kind: int, payload: bytes) -> bytes:
    """Records of at most 2^14 bytes (section 6.2.1)."""
    return b"".join(records(kind, payload, 16384))


def records(kind: int, payload: bytes, size: int) -> Iterator[bytes]:
    """Records of so many bytes."""
    for at in range(0, len(payload), size):
        yield b"%c\x03\x03" % kind + vector(2, payload[at : at + size])


def handshake(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + vector(3, body)


def server_hello(
    suite: int = 0xC02F,
    version: int = 0x0303,
    *,
    random: bytes = bytes(32),
    compression: int = 0,
    extensions: bytes = b"",
) -> bytes:
    body = version.to_bytes(2, "big") + random + b"\0" + suite.to_bytes(2, "big") + bytes((compression,))
    return handshake(2, body + (vector(2, extensions) if extensions else b""))


SERVER_HELLO = server_hello()
HELLO_DONE = handshake(14, b"")
ALERT = record(21, b"\x02\x28")  # fatal, handshake_failure


def retry(group: int) -> bytes:
    """A HelloRetryRequest for a key of that group (RFC 8446, section 4.1.4)."""
    return server_hello(0x1301, random=_RETRY, extensions=IN_13 + b"\0\x33\0\x02" + group.to_bytes(2, "big"))


def key_of_prime(prime: bytes, generator: bytes = b"\x02") -> bytes:
    """The ServerKeyExchange of a DHE suite (section 7.4.3), with a public key of 1 and a signature of nothing."""
    return handshake(12, vector(2, prime) + vector(2, generator) + vector(2, b"\x01") + b"\x04\x01" + vector(2, b""))


def key_of_curve(curve: int) -> bytes:
    """The ServerKeyExchange of an ECDHE suite (RFC 8422, section 5.4), with a point of zeros."""
    return handshake(12, b"\x03" + curve.to_bytes(2, "big") + vector(1, b"\x04" + bytes(64)) + b"\x04\x01\0\0")


def certificate_message(*ders: bytes) -> bytes:
    return handshake(11, vector(3, b"".join(vector(3, der) for der in ders)))


def fragment(kind: int, size: int, start: int, data: bytes, *, number: int = 0, version: int = 0xFEFD) -> bytes:
    """One fragment of a DTLS handshake message that says it is `size` bytes long, in a record of its own (RFC 6347, sections 4.1 and 4.2.2)."""
    head = bytes((kind,)) + size.to_bytes(3, "big") + number.to_bytes(2, "big") + start.to_bytes(3, "big")
    return b"\x16" + version.to_bytes(2, "big") + bytes(8) + vector(2, head + vector(3, data))


@cache
def certificate(name: str, issuer: str = "", alternative: bytes = b"device", responder: str = "") -> bytes:
    """A certificate with the serial number 0x7b7b7b7b, valid for a year; `name` is the organisation of its subject and, without `issuer`, of its issuer."""
    key = ec.generate_private_key(ec.SECP256R1())
    # The library would refuse such names (X.520 allows 64 characters); devices and attackers do not ask it.
    subject = x509.Name([x509.NameAttribute(_ORGANISATION, name, _validate=False)])
    now = datetime.now(UTC)
    signer = x509.Name([x509.NameAttribute(_ORGANISATION, issuer, _validate=False)]) if issuer else subject
    others: list[Any] = [x509.DirectoryName(signer), x509.DNSName(alternative.decode("ascii"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer)
        .public_key(key.public_key())
        .serial_number(0x7B7B7B7B)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName(others), critical=False)
    )
    if responder:
        place = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(responder))
        made = made.add_extension(x509.AuthorityInformationAccess([place]), critical=False)
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def with_negative_serial(der: bytes) -> bytes:
    """The same certificate with the serial number -1 in four octets, which X.690 allows and RFC 5280 (section 4.1.2.2) does not."""
    return der.replace(b"\x02\x04\x7b\x7b\x7b\x7b", b"\x02\x04\xff\xff\xff\xff", 1)


@cache
def dressed_everywhere(text: bytes) -> bytes:
    """A certificate with a negative serial that has that text, of whatever bytes, as its subject, its issuer, an alternative name and its OCSP responder."""
    stand_in = "P" * len(text)
    other = "Q" * len(text)
    der = with_negative_serial(certificate(stand_in, other, stand_in.encode(), stand_in))
    return der.replace(stand_in.encode(), text).replace(other.encode(), text)
