"""A TLS server of the years from 1995 to 2012, by hand: what no library speaks any more (SSL 2.0, SSL 3.0, NULL, anonymous and EXPORT suites, short primes).

It answers a hello with the whole flight up to ServerHelloDone, each part as the specifications have it and truly signed, and refuses what it has not with the
right alert. It never finishes a handshake: what a client would want a session for is not there, and whatever follows the flight ends the connection.
"""

import asyncio
import os
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, cast

from lab.certificates import RECIPES, der_of, shown
from lab.fake import TLS, Stream, Visit
from lab.once import once
from lab.services.tls_exchange import CURVES, EXCHANGES, Keys, signs_with
from lab.services.tls_messages import (
    CERTIFICATE,
    HANDSHAKE,
    HANDSHAKE_FAILURE,
    INAPPROPRIATE_FALLBACK,
    INTERNAL_ERROR,
    PROTOCOL_VERSION,
    SERVER_HELLO,
    SERVER_HELLO_DONE,
    SERVER_KEY_EXCHANGE,
    SSL2,
    SSL3,
    TLS10,
    TLS11,
    TLS12,
    ClientHello,
    Refused,
    alert,
    message,
    read_hello,
    records,
    ssl2_server_hello,
    vector,
)

if TYPE_CHECKING:
    from lab.certificates import Key

VERSIONS = {"SSLv2": SSL2, "SSLv3": SSL3, "TLSv1": TLS10, "TLSv1.1": TLS11, "TLSv1.2": TLS12}
_PATIENCE = 30.0
_DEFLATE = 1  # RFC 3749
_FALLBACK_SCSV, _RENEGOTIATION_SCSV = "5600", "00ff"  # RFC 7507, RFC 5746
_GROUPS, _POINT_FORMATS, _HEARTBEAT, _MASTER_SECRET, _RENEGOTIATION = 10, 11, 15, 23, 0xFF01


@dataclass(frozen=True)
class OldTls(Stream):
    """`accepts` are its versions ("SSLv2", "SSLv3", "TLSv1", …) with their suites, in the order in which it wants them; with `client_decides` in the client's.

    `shows` says which certificate, `prime` and `curve` by what keys are agreed on where the suite says so. The rest is what it knows of what came later:
    compression (RFC 3749), secure renegotiation (RFC 5746), the extended master secret (RFC 7627), the fallback signal (RFC 7507), heartbeats (RFC 6520).
    With a `clock` its hellos tell the time, as RFC 5246, section 7.4.1.2, has it: that of a clock which stood there when the machine was started.
    """

    accepts: tuple[tuple[str, str], ...]
    port: int = 443
    tls: TLS | None = None
    shows: TLS = field(default_factory=lambda: TLS("self-signed"))
    client_decides: bool = False
    prime: str = "oakley-2"
    curve: str = "secp256r1"
    compresses: bool = False
    secure_renegotiation: bool = False
    master_secret: bool = False
    fallback_signal: bool = False
    heartbeats: bool = False
    clock: datetime | None = None

    def __post_init__(self) -> None:
        """Hold what is asked for against what this server can do."""
        kind = "rsa" if RECIPES[self.shows.certificate].rsa_bits else "ec"
        for version, suites in self.accepts:
            for code in suites.split() if VERSIONS[version] != SSL2 else ():
                if not EXCHANGES[code].anonymous and signs_with(code) != kind:
                    raise ValueError(f"{code} with a certificate for {kind}")

    @property
    def inside_tls(self) -> bool:
        """Whether all that it says is said inside TLS: it is, without any help from the city."""
        return True

    def prepare(self, device: str, addresses: tuple[str, ...]) -> None:
        """Make the key and the certificate."""
        _identity(device, self.shows, addresses)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Answer one hello, and end whatever the client makes of the answer."""
        version = self._best
        try:
            async with asyncio.timeout(_PATIENCE):
                hello = await read_hello(reader)
                if hello is None:
                    return
                version = max(min(version, hello.version), SSL3)
                version, answer = self._answer(hello, visit)
                writer.write(answer)
                await writer.drain()
                after = await reader.read(1)
        except Refused as refused:
            writer.write(alert(version, refused.alert))
            return
        except asyncio.IncompleteReadError:
            return  # the client went away within its hello
        if version != SSL2 and after == bytes((HANDSHAKE,)):
            writer.write(alert(version, INTERNAL_ERROR))

    @property
    def _best(self) -> int:
        return max(*(VERSIONS[name] for name, _ in self.accepts), SSL3)

    def _answer(self, hello: ClientHello, visit: Visit) -> tuple[int, bytes]:
        """The version that is spoken, and all that is said to a hello."""
        suites = {VERSIONS[name]: tuple(listed.split()) for name, listed in self.accepts}
        if hello.version == SSL2:
            if SSL2 not in suites:
                raise Refused(HANDSHAKE_FAILURE)
            both = tuple(code for code in suites[SSL2] if code in hello.suites)
            return SSL2, ssl2_server_hello(
                _identity(visit.device, self.shows, visit.addresses)[1], both, os.urandom(16)
            )
        spoken = [version for version in suites if SSL3 <= version <= hello.version]
        if not spoken:
            raise Refused(PROTOCOL_VERSION)
        version = max(spoken)
        if self.fallback_signal and _FALLBACK_SCSV in hello.suites and version < self._best:
            raise Refused(INAPPROPRIATE_FALLBACK)
        return version, self._flight(version, self._picked(hello, suites[version]), hello, visit)

    def _picked(self, hello: ClientHello, own: tuple[str, ...]) -> str:
        first, second = (hello.suites, own) if self.client_decides else (own, hello.suites)
        for code in first:
            if code in second and (not EXCHANGES[code].elliptic or self._shares_curve(hello)):
                return code
        raise Refused(HANDSHAKE_FAILURE)

    def _shares_curve(self, hello: ClientHello) -> bool:
        """Whether the client knows the curve; one that names none takes any (RFC 8422, section 4)."""
        groups = hello.extensions.get(_GROUPS)
        if groups is None:
            return True
        known = [int.from_bytes(groups[at : at + 2], "big") for at in range(2, len(groups), 2)]
        return CURVES[self.curve] in known

    def _flight(self, version: int, suite: str, hello: ClientHello, visit: Visit) -> bytes:
        """From the ServerHello to the ServerHelloDone."""
        key, certificate = _identity(visit.device, self.shows, visit.addresses)
        random = self._random()
        compression = bytes((_DEFLATE if self.compresses and _DEFLATE in hello.compressions else 0,))
        head = version.to_bytes(2, "big") + random + vector(1, os.urandom(32)) + bytes.fromhex(suite) + compression
        said = message(SERVER_HELLO, head + self._extensions(hello, version, suite))
        if not EXCHANGES[suite].anonymous:
            said += message(CERTIFICATE, vector(3, vector(3, certificate)))
        exchange = Keys(key, self.prime, self.curve).exchange(suite, version, hello.random + random)
        if exchange:
            said += message(SERVER_KEY_EXCHANGE, exchange)
        return records(version, HANDSHAKE, said + message(SERVER_HELLO_DONE, b""))

    def _random(self) -> bytes:
        if self.clock is None:
            return os.urandom(32)
        return int(self.clock.timestamp() + time.monotonic()).to_bytes(4, "big") + os.urandom(28)

    def _extensions(self, hello: ClientHello, version: int, suite: str) -> bytes:
        """What it agrees to of what the client brought up; nothing else may be answered (RFC 5246, section 7.4.1.4)."""
        brought = hello.extensions
        asks = _RENEGOTIATION in brought or _RENEGOTIATION_SCSV in hello.suites
        agreed = {_RENEGOTIATION: b"\0"} if self.secure_renegotiation and asks else {}
        if version > SSL3:
            agreed |= {_MASTER_SECRET: b""} if self.master_secret and _MASTER_SECRET in brought else {}
            agreed |= {_HEARTBEAT: b"\1"} if self.heartbeats and _HEARTBEAT in brought else {}
            agreed |= {_POINT_FORMATS: b"\1\0"} if EXCHANGES[suite].elliptic and _POINT_FORMATS in brought else {}
        said = b"".join(kind.to_bytes(2, "big") + vector(2, data) for kind, data in agreed.items())
        return vector(2, said) if said else b""


@once
def _identity(device: str, shows: TLS, addresses: tuple[str, ...]) -> "tuple[Key, bytes]":
    """The key and the certificate (DER) of one device."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    both = shown(device, shows, addresses)
    return cast("Key", load_pem_private_key(both, None)), der_of(both)  # lab/certificates.py makes no other kinds
