"""RMCP+ of IPMI 2.0 (revision 1.1, sections 13.6 and 13.17 to 13.32): the messages that open a session, its keys, and one command within it."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from inventory.errors import ProtocolError

OPEN_REQUEST, OPEN_RESPONSE, RAKP_1, RAKP_2, RAKP_3, RAKP_4 = range(0x10, 0x16)
NAME_ONLY, USER_LEVEL = 0x10, 0x02
NAME_LIMIT, PASSWORD_LIMIT = 16, 20
_IPMI, _ENCRYPTED, _AUTHENTICATED = 0x00, 0x80, 0x40
_HEAD = bytes.fromhex("0600ff07 06")
_AES_BLOCK = 16


@dataclass(frozen=True, slots=True)
class Suite:
    """A cipher suite (table 22-20): its algorithms for authentication, integrity and confidentiality, its hash, and how much of it a message carries."""

    number: int
    algorithms: tuple[int, int, int]
    hash: str
    size: int
    check: int


SUITES: Mapping[int, Suite] = {
    17: Suite(17, (3, 4, 1), "sha256", 32, 16),  # RAKP-HMAC-SHA256, HMAC-SHA256-128, AES-CBC-128
    3: Suite(3, (1, 1, 1), "sha1", 20, 12),  # RAKP-HMAC-SHA1, HMAC-SHA1-96, AES-CBC-128
}
"""Those that are spoken, the stronger first."""


@dataclass(frozen=True, slots=True)
class Session:
    """What both sides know of a session that is being opened. The password and what is made of it are never printed."""

    suite: Suite
    ours: bytes
    theirs: bytes
    random: bytes
    user: bytes
    password: bytes = field(repr=False)
    their_random: bytes = b""
    guid: bytes = b""

    @property
    def role(self) -> bytes:
        """The requested privilege, the user's name and its length, as they stand in RAKP 1."""
        return bytes((NAME_ONLY | USER_LEVEL, len(self.user))) + self.user

    def exchange_code(self) -> bytes:
        """What RAKP 2 must carry (section 13.31): it proves that the other side knows the password."""
        return self._hash(
            self.password, self.ours + self.theirs + self.random + self.their_random + self.guid + self.role
        )

    def answer_code(self) -> bytes:
        """What RAKP 3 carries."""
        return self._hash(self.password, self.their_random + self.ours + self.role)

    def session_key(self) -> bytes:
        """SIK, with the password in place of K_g, as where none is set (section 13.32)."""
        return self._hash(self.password, self.random + self.their_random + self.role)

    def check_value(self) -> bytes:
        """What RAKP 4 must carry."""
        return self._hash(self.session_key(), self.random + self.theirs + self.guid)[: self.suite.check]

    def key(self, number: int) -> bytes:
        """K1 or K2."""
        return self._hash(self.session_key(), bytes((number,)) * 20)

    def _hash(self, key: bytes, data: bytes) -> bytes:
        return hmac.digest(key, data, self.suite.hash)


def packet(kind: int, payload: bytes) -> bytes:
    """A payload outside any session (table 13-8)."""
    return _HEAD + bytes((kind,)) + bytes(8) + len(payload).to_bytes(2, "little") + payload


def unpack(datagram: bytes, kind: int) -> bytes:
    """The payload of a packet outside any session; `ProtocolError` where it is no such packet."""
    if len(datagram) < 16 or datagram[0] != 6 or datagram[3] & 0x1F != 7 or datagram[4] != 6:
        raise ProtocolError("not an RMCP+ packet")
    if datagram[5] != kind:
        raise ProtocolError(f"RMCP+ payload {datagram[5]:#04x} in place of {kind:#04x}")
    size = int.from_bytes(datagram[14:16], "little")
    payload = datagram[16 : 16 + size]
    if len(payload) < size or size < 2:
        raise ProtocolError("an RMCP+ packet that is cut short")
    return payload


def open_request(tag: int, suite: Suite, ours: bytes) -> bytes:
    """RMCP+ Open Session Request (table 13-9), for the highest privilege that the suite has."""
    algorithms = (bytes((kind, 0, 0, 8, number, 0, 0, 0)) for kind, number in enumerate(suite.algorithms))
    return packet(OPEN_REQUEST, bytes((tag, 0, 0, 0)) + ours + b"".join(algorithms))


def rakp_1(tag: int, session: Session) -> bytes:
    """RAKP message 1 (table 13-11)."""
    privilege, length = session.role[0], session.role[1]
    fields = bytes((tag, 0, 0, 0)) + session.theirs + session.random + bytes((privilege, 0, 0, length))
    return packet(RAKP_1, fields + session.user)


def rakp_3(tag: int, session: Session, status: int = 0) -> bytes:
    """RAKP message 3 (table 13-13); with a status other than 0 it takes the session back, and carries no code."""
    code = b"" if status else session.answer_code()
    return packet(RAKP_3, bytes((tag, status, 0, 0)) + session.theirs + code)


def close_session(session: Session, vector: bytes) -> bytes:
    """Close Session (section 22.19) for this session, encrypted and authenticated in it; `vector` are 16 random bytes (section 13.29)."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    body = bytes.fromhex("8100 3c") + session.theirs
    message = bytes.fromhex("2018c8") + body + bytes((-sum(body) & 0xFF,))
    pad = -(len(message) + 1) % _AES_BLOCK
    encryptor = Cipher(algorithms.AES(session.key(2)[:16]), modes.CBC(vector)).encryptor()
    closed = encryptor.update(message + bytes(range(1, pad + 1)) + bytes((pad,))) + encryptor.finalize()
    payload = vector + closed
    head = bytes((6, _IPMI | _ENCRYPTED | _AUTHENTICATED)) + session.theirs + (1).to_bytes(4, "little")
    covered = head + len(payload).to_bytes(2, "little") + payload
    padding = -(len(covered) + 2) % 4
    covered += b"\xff" * padding + bytes((padding, 7))
    check = hmac.digest(session.key(1), covered, session.suite.hash)[: session.suite.check]
    return _HEAD[:4] + covered + check
