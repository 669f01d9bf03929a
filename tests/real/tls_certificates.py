"""The certificates of a street of TLS servers: good ones of a city's own authority, and bad ones, each in one way."""

import subprocess
from base64 import encodebytes
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.real.servers import tool

Key: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
DAY = timedelta(days=1)
# RFC 2409, section 6.2: the prime of 1024 bits that most old devices share.
OAKLEY_GROUP_2 = (
    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f14374f"
    "e1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7edee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff"
)


@dataclass
class Authority:
    """An authority that issues for a year, with the address as a name, for servers alone."""

    common: str
    above: "Authority | None" = None
    _key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def issue(self, file: Path, name: str, address: str, kind: str = "ec", begin: int = -1) -> None:
        """Write `file`.crt and `file`.key for a server of that name and address, for a year from `begin` days after now; P-256, or "rsa" of 2048 bits."""
        key: Key = _rsa() if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
        start = datetime.now(UTC) + begin * DAY
        builder = self._builder(name, key, start, start + 365 * DAY)
        names = [x509.DNSName(name), x509.IPAddress(ip_address(address))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        issued = builder.sign(self._key, hashes.SHA256())
        file.with_suffix(".crt").write_bytes(issued.public_bytes(Encoding.PEM))
        plain = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        file.with_suffix(".key").write_bytes(plain)

    def certificate(self) -> bytes:
        """The authority's own certificate (PEM), by the one above it or by itself."""
        start = datetime.now(UTC) - DAY
        builder = (self.above or self)._builder(self.common, self._key, start, start + 3650 * DAY)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        return builder.sign((self.above or self)._key, hashes.SHA256()).public_bytes(Encoding.PEM)

    def _builder(self, common: str, key: Key, start: datetime, end: datetime) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder(_name(self.common), _name(common), key.public_key())
        return builder.serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(end)


def self_signed(file: Path, name: str, *options: str) -> None:
    """Write `file`.crt and `file`.key by OpenSSL's own means, which still signs with SHA-1 and MD5."""
    wish = ["req", "-x509", "-nodes", "-days", "365", "-subj", f"/CN={name}"]
    out = ["-keyout", str(file.with_suffix(".key")), "-out", str(file.with_suffix(".crt"))]
    subprocess.run([tool("openssl", "openssl"), *wish, *out, *options], check=True, capture_output=True)


def short_prime(file: Path) -> None:
    """Write the Diffie-Hellman parameters of that prime and the generator 2: a SEQUENCE of two INTEGERs (PKCS #3, section 9)."""
    der = bytes.fromhex(f"30818702818100{OAKLEY_GROUP_2}020102")
    file.write_bytes(b"-----BEGIN DH PARAMETERS-----\n" + encodebytes(der) + b"-----END DH PARAMETERS-----\n")


def _rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
