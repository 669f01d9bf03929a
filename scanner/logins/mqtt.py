"""MQTT: does the broker take a client with this account? CONNECT, CONNACK and DISCONNECT; nothing is subscribed to and nothing is published.

The proof is a return code of 0 with the account where a client without one is refused; that control is a CONNECT without credentials, which no broker counts
as a failed login. 3.1.1 is spoken first (OASIS, 2014, sections 3.1 and 3.2), and MQTT 5 (2019) where the broker says that it takes no other: then it has
looked at no password yet. A clean session, a random client identifier, no will.
"""

import secrets

from checks.contract import Account, Answer, Verdict
from inventory.errors import PeerError, ProtocolError
from scanner.conversation import Conversation, Line, Read, Send
from scanner.protocols.mqtt import DISCONNECT

NAME = "mqtt"
FOURTH, FIFTH = 4, 5
"""The protocol levels of MQTT 3.1.1 and 5."""
_CONNECT, _CONNACK = 0x10, 0x20
_CLEAN, _USER, _PASSWORD = 0x02, 0x80, 0x40
_KEEP_ALIVE = 10
_ACCEPTED = 0
_FOURTHS_SIZE = 2
"""Bytes of 3.1.1's CONNACK (section 3.2.1); a broker of MQTT 5 may refuse it with more."""
_OTHER_LEVEL = frozenset({1, 0x84})
_REFUSED = {
    4: "bad user name or password",
    5: "not authorised",
    0x86: "bad user name or password",
    0x87: "not authorised",
}
_LOCKED = {0x8A: "banned", 0x9F: "connection rate exceeded"}
_BUSY = {3: "server unavailable", 0x88: "server unavailable", 0x89: "server busy", 0x97: "quota exceeded"}
_FIELD_LIMIT = 255


async def attempt(line: Line, account: Account) -> Answer:
    """Ask to be let in, once."""
    if max(len(account.user.encode()), len(account.password.encode())) > _FIELD_LIMIT:
        return Answer(Verdict.NOT_TRIED, reason=f"a name or a password of more than {_FIELD_LIMIT} bytes")
    try:
        code = await line.hold(_enter(FOURTH, account))
        if code in _OTHER_LEVEL:
            code = await line.hold(_enter(FIFTH, account))
    except PeerError as error:
        return Answer(Verdict.UNREACHED, reason=str(error))
    return judge(code, account)


def _enter(level: int, account: Account) -> Conversation[int]:
    yield Send(connect(level, account))
    header = yield Read(2)
    if header[0] != _CONNACK or not 2 <= header[1] <= 127:
        raise ProtocolError("not an MQTT CONNACK")
    body = yield Read(header[1])
    if body[0] & 0xFE or (level == FOURTH and body[1] == _ACCEPTED and header[1] != _FOURTHS_SIZE):
        raise ProtocolError("not an MQTT CONNACK")
    if body[1] == _ACCEPTED:
        yield Send(DISCONNECT)
    return body[1]


def connect(level: int, account: Account) -> bytes:
    """CONNECT with the account's name and password. 3.1.1 has no password without a name (section 3.1.2.9), so there the name is sent empty."""
    flags, credentials = _CLEAN, b""
    if not account.anonymous:
        flags |= _USER
        credentials = _text(account.user)
    if account.password:
        flags |= _PASSWORD
        credentials += _text(account.password)
    properties = b"\0" if level == FIFTH else b""
    head = _text("MQTT") + bytes((level, flags, 0, _KEEP_ALIVE)) + properties
    body = head + _text(f"tocsin{secrets.token_hex(6)}") + credentials
    return bytes((_CONNECT,)) + _size(len(body)) + body


def _text(value: str) -> bytes:
    encoded = value.encode()
    return len(encoded).to_bytes(2, "big") + encoded


def _size(length: int) -> bytes:
    """The remaining length (3.1.1, section 2.2.3); no CONNECT of ours needs more than two bytes."""
    return bytes((length,)) if length < 0x80 else bytes((length & 0x7F | 0x80, length >> 7))


def judge(code: int, account: Account) -> Answer:
    """What a CONNACK's return code (3.1.1, table 3.1) or reason code (5, section 3.2.2.2) means."""
    evidence = f"CONNACK return code {code}".encode()
    if code == _ACCEPTED and account.anonymous:
        return Answer(Verdict.NO_LOGIN_ASKED, evidence, "it lets in a client without credentials")
    if code == _ACCEPTED:
        return Answer(Verdict.OPENED, evidence)
    for verdict, meanings in ((Verdict.REFUSED, _REFUSED), (Verdict.LOCKED, _LOCKED), (Verdict.UNREACHED, _BUSY)):
        if code in meanings:
            return Answer(verdict, evidence, meanings[code])
    return Answer(Verdict.UNREACHED, evidence, f"return code {code}, which says nothing of the account")
