"""A TLS 1.2 server whose certificate is as long as a handshake message can be: 2^24 - 1 bytes (RFC 5246, section 7.4), in a thousand records."""

import asyncio
import os
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from lab.fake import TLS, Stream, Visit
from lab.services.tls_messages import (
    CERTIFICATE,
    HANDSHAKE,
    SERVER_HELLO,
    TLS12,
    Refused,
    message,
    read_hello,
    records,
    vector,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa

_LONGEST = (1 << 24) - 1
_LISTS = 6
"""Bytes that the two lengths before the only certificate take."""
_SUITES = ("c02f", "c02b", "c030", "c02c", "009c", "002f")
_PIECE = 1 << 20


@dataclass(frozen=True)
class Bloated(Stream):
    """It agrees to TLS 1.2 with a suite of today, shows its certificate, and waits for what comes."""

    port: int = 443
    tls: TLS | None = None

    @property
    def inside_tls(self) -> bool:
        """Whether all that it says is said inside TLS: it is, without any help from the city."""
        return True

    def prepare(self, device: str, addresses: tuple[str, ...]) -> None:
        """Make the certificate."""
        _flight()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Answer one hello, as long as the client bears it."""
        try:
            hello = await read_hello(reader)
        except (Refused, asyncio.IncompleteReadError):
            return
        if hello is None:
            return
        suite = next((suite for suite in _SUITES if suite in hello.suites), _SUITES[0])
        body = TLS12.to_bytes(2, "big") + os.urandom(32) + b"\0" + bytes.fromhex(suite) + b"\0"
        writer.write(records(TLS12, HANDSHAKE, message(SERVER_HELLO, body)))
        flight = memoryview(_flight())
        for at in range(0, len(flight), _PIECE):
            writer.write(flight[at : at + _PIECE])
            await writer.drain()
        await reader.read()


@cache
def _flight() -> bytes:
    """The Certificate message in its records, made once for all of them."""
    certificate = _certificate(_LONGEST - _LISTS)
    return records(TLS12, HANDSHAKE, message(CERTIFICATE, vector(3, vector(3, certificate))))


def _certificate(size: int) -> bytes:
    """A certificate of exactly so many bytes, with a true signature: an extension that nobody knows (of the arc for examples, 2.999) makes up the length."""
    trial = size - (1 << 16)
    around = len(_signed(bytes(trial))) - trial
    return _signed(bytes(size - around))


def _signed(filling: bytes) -> bytes:
    from datetime import UTC, datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding

    name = x509.Name.from_rfc4514_string("CN=bloated_server.lab,O=Lab City")
    unsigned = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(_key().public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
        .add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier("2.999"), filling), critical=False)
    )
    return unsigned.sign(_key(), hashes.SHA256()).public_bytes(Encoding.DER)


@cache
def _key() -> "rsa.RSAPrivateKey":
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(65537, 2048)
