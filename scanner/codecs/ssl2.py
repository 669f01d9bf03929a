"""SSL 2.0 on the wire as far as a scanner needs it: a CLIENT-HELLO with every cipher spec, and the SERVER-HELLO that names those the server has.

Kipp Hickman, "The SSL Protocol" (Netscape, February 1995): records in its section on the record header, messages under "Handshake Protocol Messages", constants
in appendix C. The server answers with its specs and the client picks, so one hello tells all. Pure: the challenge comes from the caller.
"""

import re
from dataclasses import dataclass, field

from inventory.errors import ProtocolError
from scanner.codecs.tls_codec import SSL20, vector

ERROR, CLIENT_HELLO, SERVER_HELLO = 0, 1, 4
CHALLENGE = 16
"""Bytes of a challenge: the least that the draft allows (16 to 32), and what every server takes."""
_VERSION = SSL20.code.to_bytes(2, "big")
_SPEC = 3
_SPECS = bytes.fromhex(
    "010080 020080 030080 040080 050080 060040 0700c0 "  # appendix C: RC4, RC4 40, RC2, RC2 40, IDEA, DES, 3DES, all with MD5
    "000000 060140 0701c0 080080 ff8000 ff8010"  # SSLeay's own: NULL with MD5, DES and 3DES with SHA, RC4 64, DES CFB, NULL
)
_LENGTHS = (len(_SPECS), 0, CHALLENGE)
_X509 = 1
_TLS_RECORDS = frozenset(range(20, 24))
_SPECS_KEPT = 64


@dataclass(frozen=True, slots=True)
class Ssl2:
    """What a SERVER-HELLO tells: the cipher specs ("0700c0") as listed, and the certificate (DER; b"" where there is none). `raw` is the message itself."""

    suites: tuple[str, ...]
    certificate: bytes = b""
    raw: bytes = field(default=b"", repr=False, compare=False)


def client_hello(challenge: bytes) -> bytes:
    """The record that asks for a new session with any cipher spec; `challenge` is CHALLENGE random bytes."""
    lengths = b"".join(length.to_bytes(2, "big") for length in _LENGTHS)
    return _record(bytes((CLIENT_HELLO,)) + _VERSION + lengths + _SPECS + challenge)


def pattern() -> bytes:
    """A pattern of every `client_hello`."""
    hello = client_hello(bytes(CHALLENGE))
    return re.escape(hello[:-CHALLENGE]) + b".{%d}" % CHALLENGE


def no_cipher_error() -> bytes:
    """The record by which a client says that none of the server's cipher specs suits it, which ends the handshake (the draft's NO-CIPHER-ERROR)."""
    return _record(bytes((ERROR, 0, 1)))


def record_size(header: bytes) -> tuple[int, int]:
    """How long the header of a record is (2 or 3 bytes) and how long its data, by the first two; `ProtocolError` where they are not of SSL 2.0 in the clear."""
    first, second = header[0], header[1]
    if first in _TLS_RECORDS and second == SSL20.code + 1:
        raise ProtocolError("TLS, not SSL 2.0")
    short, escape = first & 0x80, first & 0x40
    size = (first & 0x7F if short else first & 0x3F) << 8 | second
    if not size or (escape and not short):
        raise ProtocolError(f"not SSL 2.0: {header.hex(' ')}")
    return 2 if short else 3, size


def parse_server_hello(message: bytes) -> Ssl2:
    """What a SERVER-HELLO tells; `ProtocolError` for any other message, an ERROR among them."""
    if message[:1] == bytes((ERROR,)):
        raise ProtocolError(f"SSL 2.0 error 0x{message[1:3].hex()}")
    if message[:1] != bytes((SERVER_HELLO,)) or message[3:5] != _VERSION:
        raise ProtocolError(f"no SERVER-HELLO of SSL 2.0: {message[:5].hex(' ')}")
    sizes = [int.from_bytes(message[at : at + 2], "big") for at in (5, 7, 9)]
    if len(message) < 11 + sum(sizes) or sizes[1] % _SPEC:
        raise ProtocolError("a SERVER-HELLO that ends early")
    certificate, specs = message[11 : 11 + sizes[0]], message[11 + sizes[0] : 11 + sizes[0] + sizes[1]]
    suites = dict.fromkeys(specs[at : at + _SPEC].hex() for at in range(0, len(specs), _SPEC))
    return Ssl2(tuple(suites)[:_SPECS_KEPT], certificate if message[2] == _X509 else b"", message)


def _record(data: bytes) -> bytes:
    """`data` behind the header of two bytes, whose first bit says that there is no padding."""
    framed = vector(2, data)
    return bytes((framed[0] | 0x80,)) + framed[1:]
