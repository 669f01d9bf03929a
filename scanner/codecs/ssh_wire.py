"""SSH's binary packets before encryption, and the key exchanges that show a server's host key (RFC 4253, 5656, 8731).

The exchange is carried only as far as the server's reply: the key in it is what is wanted, so nothing is verified, nothing is encrypted, nobody logs in.
"""

import os
import re
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from inventory.errors import ProtocolError
from scanner.conversation import Conversation, Read

DISCONNECT, IGNORE, UNIMPLEMENTED, DEBUG, KEXINIT, NEWKEYS, KEXDH_INIT, KEXDH_REPLY = 1, 2, 3, 4, 20, 21, 30, 31
PACKET_LIMIT = 35000
"""RFC 4253 section 6.1: what every implementation must be able to take."""
LIST_LIMIT = 128
"""Names of a name-list that are kept."""

# RFC 3526 section 3 (group 14) and RFC 2409 section 6.2 (group 1), both with the generator 2.
_GROUP_14 = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
    "15728E5A8AACAA68FFFFFFFFFFFFFFFF",
    16,
)
_GROUP_1 = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF",
    16,
)
_GROUPS = {
    "diffie-hellman-group14-sha256": _GROUP_14,
    "diffie-hellman-group14-sha1": _GROUP_14,
    "diffie-hellman-group1-sha1": _GROUP_1,
}
_CURVES: dict[str, ec.EllipticCurve] = {
    "ecdh-sha2-nistp256": ec.SECP256R1(),
    "ecdh-sha2-nistp384": ec.SECP384R1(),
    "ecdh-sha2-nistp521": ec.SECP521R1(),
}
KEX = ("curve25519-sha256", "curve25519-sha256@libssh.org", *_CURVES, *_GROUPS)
# Ed25519 and ECDSA before RSA: an old dropbear that holds only an ed25519 key dies of a client that lists RSA first.
HOST_KEYS = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-256",
    "rsa-sha2-512",
    "ssh-rsa",
    "ssh-dss",
)
CIPHERS = (
    "aes128-ctr",
    "aes256-ctr",
    "aes128-cbc",
    "3des-cbc",
    "aes256-cbc",
    "chacha20-poly1305@openssh.com",
    "aes128-gcm@openssh.com",
)
MACS = ("hmac-sha2-256", "hmac-sha1", "hmac-md5", "hmac-sha1-96", "hmac-sha2-512")
COMPRESSIONS = ("none",)


@dataclass(frozen=True, slots=True)
class Algorithms:
    """The name-lists of a KEXINIT that matter here, each as sent; ciphers and MACs are those from server to client."""

    kex: tuple[str, ...]
    host_keys: tuple[str, ...]
    ciphers: tuple[str, ...]
    macs: tuple[str, ...]


def packet(payload: bytes) -> bytes:
    """RFC 4253 section 6, unencrypted: blocks of 8 bytes, at least 4 bytes of padding, which are zeros while there is nothing to hide."""
    padding = 8 - (len(payload) + 5) % 8
    padding += 8 if padding < 4 else 0
    return (len(payload) + padding + 1).to_bytes(4, "big") + bytes((padding,)) + payload + bytes(padding)


def read_packet() -> Conversation[bytes]:
    """The payload of the next packet that is about the key exchange; DEBUG and IGNORE are passed over."""
    for _ in range(8):
        head = yield Read(5)
        size, padding = int.from_bytes(head[:4], "big"), head[4]
        if not padding + 2 <= size <= PACKET_LIMIT:
            raise ProtocolError(f"an SSH packet of {size} bytes")
        payload = (yield Read(size - 1))[: size - 1 - padding]
        if payload[0] not in {IGNORE, DEBUG, UNIMPLEMENTED}:
            return payload
    raise ProtocolError("SSH packets that lead nowhere")


def string(data: bytes) -> bytes:
    """RFC 4251 section 5: a length and as many bytes."""
    return len(data).to_bytes(4, "big") + data


def mpint(number: int) -> bytes:
    """RFC 4251 section 5: a positive number with its sign bit clear."""
    return string(number.to_bytes(number.bit_length() // 8 + 1, "big"))


def take_string(data: bytes) -> tuple[bytes, bytes]:
    """The string at the start of `data`, and what follows it."""
    end = 4 + int.from_bytes(data[:4], "big")
    if len(data) < 4 or len(data) < end:
        raise ProtocolError("an SSH string that is longer than its packet")
    return data[4:end], data[end:]


def kexinit(cookie: bytes) -> bytes:
    """The payload of our KEXINIT; every list is short, because dropbear before October 2020 hangs up on more than 20 names."""
    lists = (KEX, HOST_KEYS, CIPHERS, CIPHERS, MACS, MACS, COMPRESSIONS, COMPRESSIONS, (), ())
    return bytes((KEXINIT,)) + cookie + b"".join(string(",".join(names).encode()) for names in lists) + bytes(5)


def parse_kexinit(payload: bytes) -> Algorithms:
    """RFC 4253 section 7.1."""
    if len(payload) < 17 or payload[0] != KEXINIT:
        raise ProtocolError("not an SSH KEXINIT")
    rest, lists = payload[17:], []
    for _ in range(10):
        names, rest = take_string(rest)
        lists.append(tuple(name.decode("utf-8", "backslashreplace") for name in names.split(b",")[:LIST_LIMIT] if name))
    return Algorithms(lists[0], lists[1], lists[3], lists[5])


def agreed_kex(offered: tuple[str, ...]) -> str | None:
    """RFC 4253 section 7.1: the first of our names that the server offers too."""
    return next((name for name in KEX if name in offered), None)


def exchange_start(kex: str) -> bytes:
    """The payload of the first message of that key exchange, with a public key of a private one that is forgotten at once."""
    if kex in _GROUPS:
        secret = int.from_bytes(os.urandom(32), "big") | 1 << 255  # 256 bits: twice the strength of either group
        return bytes((KEXDH_INIT,)) + mpint(pow(2, secret, _GROUPS[kex]))
    if kex in _CURVES:
        public = ec.generate_private_key(_CURVES[kex]).public_key()
        return bytes((KEXDH_INIT,)) + string(public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
    return bytes((KEXDH_INIT,)) + string(x25519.X25519PrivateKey.generate().public_key().public_bytes_raw())


def parse_exchange_reply(payload: bytes) -> bytes:
    """The host key's blob of a KEXDH_REPLY or KEX_ECDH_REPLY, which begin alike."""
    if payload[:1] != bytes((KEXDH_REPLY,)):
        raise ProtocolError("no answer to the SSH key exchange")
    return take_string(payload[1:])[0]


def public_key_patterns() -> dict[str, bytes]:
    """For each kind of key exchange, a pattern of the packets that `exchange_start` makes."""
    points = {name: (curve.key_size + 7) // 8 for name, curve in _CURVES.items()}
    return {
        "curve25519": _pattern(b"\x1e\x00\x00\x00\x20", b"", 32),
        **{
            name: _pattern(b"\x1e" + (2 * size + 1).to_bytes(4, "big"), b"\x04", 2 * size)
            for name, size in points.items()
        },
        # A Diffie-Hellman number is shorter by as many bytes as it begins with zeros, and has one more for its sign.
        "diffie-hellman": rb"\x00\x00[\x00\x01].[\x04-\x0b]\x1e\x00\x00[\x00\x01].{65,262}\x00{4,11}",
    }


def _pattern(start: bytes, first: bytes, size: int) -> bytes:
    whole = packet(start + first + bytes(size))
    at = 5 + len(start) + len(first)
    return re.escape(whole[:at]) + b".{%d}" % size + re.escape(whole[at + size :])


def kexinit_pattern() -> bytes:
    """A pattern of the packet with our KEXINIT, in which only the cookie is free."""
    whole = packet(kexinit(bytes(16)))
    return re.escape(whole[:6]) + b".{16}" + re.escape(whole[22:])


def disconnect() -> bytes:
    """The payload of SSH_MSG_DISCONNECT, by application."""
    return bytes((DISCONNECT,)) + (11).to_bytes(4, "big") + string(b"done") + string(b"")
