"""A management processor's IPMI over LAN (IPMI 2.0, revision 1.1): its locks (sections 22.13 and 22.15) and the sessions that they guard (13.17 to 13.32)."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from lab.account import Account
from lab.fake import Datagram, Visit

_APPLICATION_ANSWER, _CAPABILITIES, _SUITES = 0x1C, 0x38, 0x54
_OPEN, _RAKP_1, _RAKP_3 = 0x10, 0x12, 0x14
_IN_SESSION = 0xC0
_NO_ROOM, _BAD_SESSION, _NO_USER, _BAD_CHECK, _NO_MATCH = 0x01, 0x02, 0x0D, 0x0F, 0x11
_ALGORITHMS = {0: (0, 0, 0), 1: (1, 0, 0), 2: (1, 1, 0), 3: (1, 1, 1), 15: (3, 0, 0), 16: (3, 4, 0), 17: (3, 4, 1)}
"""Table 22-20: authentication, integrity and confidentiality of a cipher suite."""
_HASH = {1: ("sha1", 12), 3: ("sha256", 16)}


@dataclass(frozen=True, slots=True)
class _Session:
    """A session that is being opened, or is open."""

    console: bytes
    own: bytes
    authentication: int
    random: bytes = b""
    ours: bytes = b""
    role: bytes = b""
    user: str = ""
    key: bytes = b""
    opened: bool = False

    def code(self, key: bytes, data: bytes) -> bytes:
        return hmac.digest(key, data, _HASH[self.authentication][0])


@dataclass(frozen=True)
class Ipmi(Datagram):
    """A processor. `kinds`, `state` and `extended` are bytes 2 to 4 of the answer's data (table 22-15), `oem` is its maker's enterprise number.

    `suites` are the cipher suites that it lists, `account` opens a session, and there is room for `sessions`, half open ones among them. Whoever takes suite 0,
    takes more room than there is, or sends anything but Close Session in a session does harm.
    """

    port: int = 623
    kinds: int = 0x84
    state: int = 0x04
    extended: int = 0x02
    oem: int = 0
    suites: tuple[int, ...] = (3, 17)
    account: Account = field(default_factory=lambda: Account("ADMIN"))
    sessions: int = 4
    guid: bytes = bytes.fromhex("a1234567 89ab cdef a123 456789abcdef")
    _open: dict[bytes, _Session] = field(default_factory=dict, init=False, repr=False, compare=False)

    def answer(self, datagram: bytes, visit: Visit) -> bytes | None:
        """Answer a command outside any session, or a message that opens or closes one."""
        if len(datagram) < 18 or datagram[0] != 6 or datagram[3] != 7:
            return None
        if datagram[4] == 6:
            return self._rmcp_plus(datagram, visit)
        message = datagram[14:]
        commands: Mapping[int, Callable[[bytes], bytes]] = {_CAPABILITIES: self._capabilities, _SUITES: self._list}
        if datagram[4] or message[5] not in commands:
            visit.harm(f"IPMI command {message[5]:#04x} in a session of kind {datagram[4]}")
            return None
        if len(message) != datagram[13] or sum(message[:3]) & 0xFF or sum(message[3:]) & 0xFF:
            return None
        data = b"\x01" + commands[message[5]](message[6:-1])
        head = bytes((message[3], _APPLICATION_ANSWER))
        whole = _summed(head) + _summed(bytes((message[0], message[4], message[5], 0)) + data)
        return datagram[:13] + bytes((len(whole),)) + whole

    def _capabilities(self, _: bytes) -> bytes:
        return bytes((self.kinds, self.state, self.extended)) + self.oem.to_bytes(3, "little") + b"\0"

    def _list(self, asked: bytes) -> bytes:
        """Sixteen bytes of the cipher suite records (table 22-18); a suite's algorithms carry their kind in the two highest bits."""
        records = bytearray()
        for suite in self.suites:
            algorithms = (kind << 6 | number for kind, number in enumerate(_ALGORITHMS[suite]))
            records += bytes((0xC0, suite, *algorithms))
        start = (asked[2] & 0x3F) * 16
        return bytes(records[start : start + 16])

    def _rmcp_plus(self, datagram: bytes, visit: Visit) -> bytes | None:
        kind, session_id = datagram[5], datagram[6:10]
        if kind == _IN_SESSION:
            return self._close(session_id, datagram, visit)
        answers = {_OPEN: self._open_session, _RAKP_1: self._rakp_1, _RAKP_3: self._rakp_3}
        payload = datagram[16 : 16 + int.from_bytes(datagram[14:16], "little")]
        if kind not in answers or len(payload) < 8:
            return None
        answer = answers[kind](payload, visit)
        head = datagram[:5] + bytes((kind + 1,)) + bytes(8)
        return answer and head + len(answer).to_bytes(2, "little") + answer

    def _open_session(self, payload: bytes, visit: Visit) -> bytes:
        """Open Session Request (table 13-9)."""
        tag, console, proposed = payload[0], payload[4:8], tuple(payload[12:32:8])
        offered = [suite for suite in self.suites if _ALGORITHMS[suite] == proposed]
        if proposed == _ALGORITHMS[0]:
            visit.harm("a session without a password was asked for (cipher suite 0)")
        if not offered or proposed[0] not in _HASH:
            return bytes((tag, _NO_MATCH, 0, 0)) + console
        if len(self._open) >= self.sessions:
            visit.harm("more sessions were asked for than there is room for")
            return bytes((tag, _NO_ROOM, 0, 0)) + console
        number = next(n for n in range(1, 256) if n.to_bytes(4, "big") not in self._open)
        own = number.to_bytes(4, "big")
        self._open[own] = _Session(console, own, proposed[0])
        return bytes((tag, 0, 4, 0)) + console + own + payload[8:32]

    def _rakp_1(self, payload: bytes, visit: Visit) -> bytes:
        """RAKP message 1 (table 13-11), answered with what only who knows the password can make (section 13.31)."""
        tag, session = payload[0], self._open.get(payload[4:8])
        if session is None or len(payload) < 28:
            return bytes((tag, _BAD_SESSION, 0, 0)) + bytes(4)
        role, name = payload[24:25] + payload[27:], payload[28:].decode("utf-8", "replace")
        random = hashlib.sha256(b"the processor's random number" + payload).digest()[:16]
        if name != self.account.user:
            del self._open[session.own]
            visit.login(name, opened=False)
            return bytes((tag, _NO_USER, 0, 0)) + session.console
        key = (self.account.password or hashlib.sha256(random).hexdigest()[:20]).encode()
        session = replace(session, random=payload[8:24], ours=random, role=role, user=name, key=key)
        self._open[session.own] = session
        known = session.console + session.own + session.random + random + self.guid + role
        return bytes((tag, 0, 0, 0)) + session.console + random + self.guid + session.code(key, known)

    def _rakp_3(self, payload: bytes, visit: Visit) -> bytes | None:
        """RAKP message 3 (table 13-13): a session that is taken back, or one that is opened."""
        tag, session = payload[0], self._open.get(payload[4:8])
        if session is None or not session.key:
            return bytes((tag, _BAD_SESSION, 0, 0)) + bytes(4)
        proof = session.code(session.key, session.ours + session.console + session.role)
        right = not payload[1] and hmac.compare_digest(payload[8:], proof)
        visit.login(session.user, opened=right)
        if not right:
            del self._open[session.own]
            return None if payload[1] else bytes((tag, _BAD_CHECK, 0, 0)) + session.console
        self._open[session.own] = replace(session, opened=True)
        check = session.code(_session_key(session), session.random + session.own + self.guid)
        return bytes((tag, 0, 0, 0)) + session.console + check[: _HASH[session.authentication][1]]

    def _close(self, session_id: bytes, datagram: bytes, visit: Visit) -> bytes | None:
        """A message in a session (section 13.28.4), which must be Close Session, encrypted and signed with the session's keys."""
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        session = self._open.get(session_id)
        if session is None or not session.opened:
            return None
        size = _HASH[session.authentication][1]
        keys = [session.code(_session_key(session), bytes((number,)) * 20) for number in (1, 2)]
        if not hmac.compare_digest(session.code(keys[0], datagram[4:-size])[:size], datagram[-size:]):
            visit.harm("a message of a session with a wrong check value")
            return None
        payload = datagram[16 : 16 + int.from_bytes(datagram[14:16], "little")]
        decryptor = Cipher(algorithms.AES(keys[1][:16]), modes.CBC(payload[:16])).decryptor()
        message = decryptor.update(payload[16:]) + decryptor.finalize()
        if message[1:2] != b"\x18" or message[5:6] != b"\x3c" or message[6:10] != session_id:
            visit.harm(f"IPMI command {message[5]:#04x} in a session")
            return None
        del self._open[session_id]
        return None


def _session_key(session: _Session) -> bytes:
    return session.code(session.key, session.random + session.ours + session.role)


def _summed(part: bytes) -> bytes:
    """The bytes with their checksum, which makes their sum zero."""
    return part + bytes((-sum(part) & 0xFF,))
