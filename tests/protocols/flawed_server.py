"""A TLS 1.2 server in Python's own words, as far as the tests for known flaws go: sound, or with one flaw of a published description.

It is played without a network: `answer(step)` takes the steps of a conversation. Written from RFC 5246, RFC 6520 and the descriptions of the flaws.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from inventory.errors import PeerClosed, TimedOut
from scanner.conversation import Read, ReadSome, Reconnect, Send, Step

UNEXPECTED_MESSAGE, BAD_RECORD_MAC, DECRYPTION_FAILED, HANDSHAKE_FAILURE, DECODE_ERROR = 10, 20, 21, 40, 50
MEMORY = b"-----the memory of the device-----" * 64


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)


@cache
def certificate() -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "camera.test")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key().public_key())
    dates = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    builder = builder.not_valid_before(dates[0]).not_valid_after(dates[1]).serial_number(7)
    return builder.sign(key(), hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def record(kind: int, payload: bytes) -> bytes:
    return bytes((kind, 3, 3)) + len(payload).to_bytes(2, "big") + payload


def message(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + len(body).to_bytes(3, "big") + body


def alert(description: int) -> bytes:
    return record(21, bytes((2, description)))


def decrypted(secret: bytes) -> bytes:
    """RSADP of RFC 8017, section 5.1.2: the padding as it came out, which no library shows."""
    numbers = key().private_numbers()
    size = (numbers.public_numbers.n.bit_length() + 7) // 8
    return pow(int.from_bytes(secret, "big"), numbers.d, numbers.public_numbers.n).to_bytes(size, "big")


@dataclass
class FlawedServer:
    """`bleeds` as OpenSSL 1.0.1f (`at_once` where no buffer is in between), `early` as OpenSSL 1.0.1g. `oracle` says what is answered to a decrypted padding
    once the handshake is whole, `alone` what is answered to the key exchange alone. `hangs` says nothing to an early ChangeCipherSpec, and takes none."""

    heartbeats: bool = True
    at_once: bool = False
    bleeds: bool = False
    early: bool = False
    hangs: bool = False
    rsa: bool = True
    wants_certificate: bool = False
    oracle: Callable[[bytes], bytes] = lambda _: alert(BAD_RECORD_MAC)
    alone: Callable[[bytes], bytes] = lambda _: b""
    versions: tuple[int, ...] = (0x0303,)
    connections: int = 0
    sent: list[bytes] = field(default_factory=list)
    leaked: int = 0

    def __post_init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self.connections += 1
        self._out, self._in, self._kept = b"", b"", b""
        self._closed = self._keys = False
        self._secret = b""
        self._whole = False

    def answer(self, step: Step) -> bytes:
        match step:
            case Reconnect():
                self._begin()
                return b""
            case Send(data):
                self.sent.append(data)
                self._in += data
                self._take()
                return b""
            case Read(size) if len(self._out) >= size:
                return self._give(size)
            case ReadSome(limit) if self._out or self._waits():
                return self._give(limit)
        partial, self._out = self._out, b""
        raise PeerClosed(partial) if self._closed else TimedOut(partial)

    def _waits(self) -> bytes:
        """What it says while it waits for the rest of a handshake."""
        if self._secret and not self._closed and not self._whole:
            self._out = self.alone(decrypted(self._secret))
        return self._out

    def _give(self, size: int) -> bytes:
        given, self._out = self._out[:size], self._out[size:]
        return given

    def _take(self) -> None:
        while len(self._in) >= 5 and not self._closed:
            size = int.from_bytes(self._in[3:5], "big")
            if len(self._in) < 5 + size:
                return
            kind, payload, self._in = self._in[0], self._in[5 : 5 + size], self._in[5 + size :]
            said = self._answer(kind, payload)
            if said[:1] == b"\x15":
                said, self._closed = self._kept + said, True
            self._out += said

    def _answer(self, kind: int, payload: bytes) -> bytes:
        if self._keys:  # what comes now is taken for encrypted, and is not
            return alert(DECRYPTION_FAILED if len(payload) % 16 else BAD_RECORD_MAC)
        if kind == 21:
            self._closed = True
            return b""
        if kind == 24:
            return self._heartbeat(payload)
        if kind == 20:
            return self._change_cipher_spec()
        return b"".join(self._handshake(*one) for one in split(payload)) if not self._secret else self._finished()

    def _heartbeat(self, payload: bytes) -> bytes:
        """tls1_process_heartbeat as described in the advisory of 2014-04-07: without and with the two checks on the record's length."""
        if not self.bleeds and len(payload) < 1 + 2 + 16:
            return b""
        announced = int.from_bytes(payload[1:3], "big")
        if not self.bleeds and 1 + 2 + announced + 16 > len(payload):
            return b""
        self.leaked += max(0, announced - len(payload[3:]))
        response = record(24, b"\x02" + payload[1:3] + (payload[3:] + MEMORY)[:announced] + bytes(range(16)))
        if self.at_once:
            return response
        self._kept += (
            response  # OpenSSL writes through a buffer until a handshake's turn is over, or a fatal alert goes out
        )
        return b""

    def _change_cipher_spec(self) -> bytes:
        if self._secret or self.hangs:
            return b""
        if self.early:
            self._keys = True
            return b""
        return alert(UNEXPECTED_MESSAGE)

    def _finished(self) -> bytes:
        self._whole = True
        return self.oracle(decrypted(self._secret))

    def _handshake(self, kind: int, body: bytes) -> bytes:
        if kind == 1:
            return self._hello(body)
        if kind == 16:
            self._secret = body[2:]
        return alert(UNEXPECTED_MESSAGE) if kind == 20 else b""

    def _hello(self, body: bytes) -> bytes:
        version = int.from_bytes(body[:2], "big")
        at = 35 + body[34]
        offered = body[at + 2 : at + 2 + int.from_bytes(body[at : at + 2], "big")]
        suites = [offered[i : i + 2].hex() for i in range(0, len(offered), 2)]
        mine = [suite for suite in suites if suite in ({"002f", "c02f"} if self.rsa else {"c02f"})]
        if version not in self.versions or not mine:
            return alert(HANDSHAKE_FAILURE)
        asked = b"\x00\x0f\x00\x01\x01" in body
        extensions = b"\x00\x0f\x00\x01\x01" if asked and self.heartbeats else b""
        hello = body[:2] + bytes(32) + b"\x00" + bytes.fromhex(mine[0]) + b"\x00"
        hello += len(extensions).to_bytes(2, "big") + extensions if extensions else b""
        der = certificate()
        chain = len(der).to_bytes(3, "big") + der
        flight = message(2, hello) + message(11, len(chain).to_bytes(3, "big") + chain)
        flight += message(13, b"\x01\x01\x00\x02\x04\x01\x00\x00") if self.wants_certificate else b""
        return record(22, flight + message(14, b""))


def split(data: bytes) -> list[tuple[int, bytes]]:
    """The handshake messages of a record."""
    found = []
    while len(data) >= 4:
        end = 4 + int.from_bytes(data[1:4], "big")
        found.append((data[0], data[4:end]))
        data = data[end:]
    return found
