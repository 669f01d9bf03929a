"""TLS 1.2 from the server's side by hand (RFC 5246), for certificates and handshakes that no library would send, and those certificates."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_ORGANISATION = x509.NameOID.ORGANIZATION_NAME


def record(kind: int, payload: bytes) -> bytes:
    """Records of at most 2^14 bytes (section 6.2.1)."""
    pieces = [payload[at : at + 16384] for at in range(0, len(payload), 16384)]
    return b"".join(b"%c\x03\x03%b%b" % (kind, len(piece).to_bytes(2, "big"), piece) for piece in pieces)


def handshake(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + len(body).to_bytes(3, "big") + body


SERVER_HELLO = handshake(2, b"\x03\x03" + bytes(32) + b"\0" + b"\xc0\x2f" + b"\0")
ALERT = record(21, b"\x02\x28")  # fatal, handshake_failure


def certificate_message(der: bytes) -> bytes:
    one = len(der).to_bytes(3, "big") + der
    return handshake(11, len(one).to_bytes(3, "big") + one)


@cache
def certificate(name: str, issuer: str = "", alternative: bytes = b"device") -> bytes:
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
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.DER)


def with_negative_serial(der: bytes) -> bytes:
    """The same certificate with the serial number -1 in four octets, which X.690 allows and RFC 5280 (section 4.1.2.2) does not."""
    return der.replace(b"\x02\x04\x7b\x7b\x7b\x7b", b"\x02\x04\xff\xff\xff\xff", 1)
