"""MySQL and MariaDB: does this account open it? One handshake, one answer to the plugin that the account has, a ping and a goodbye; no statement is sent.

TLS is used where it is offered. The password is given by `mysql_native_password` or `caching_sha2_password`, whichever the server asks for, after one switch at
most. The latter, where the server has not got the account in its cache, wants the password itself: inside TLS, or encrypted with the key that the server sends.
The proof is the OK packet in answer to the password, and COM_PING answered with OK, which a server says to nobody before the login.

Without an account only the greeting is heard, which asks for one. A handshake that is broken off counts towards `max_connect_errors` of the server (see
`scanner/protocols/mysql.py`), so whatever else comes, an account's handshake is always answered.
"""

import hashlib
from contextlib import suppress

from checks.contract import Account, Answer, Verdict
from inventory.errors import PeerError, ProtocolError
from inventory.text import one_line
from scanner.codecs.mysql import (
    ERR,
    LONG_PASSWORD,
    MORE_DATA,
    NATIVE,
    OK,
    PLUGIN_AUTH,
    PROTOCOL_41,
    SECURE_CONNECTION,
    SSL,
    SWITCH,
    Greeting,
    Packet,
    packet,
    parse_greeting,
    parse_refusal,
    read_packet,
)
from scanner.conversation import Conversation, Line, Send, StartTLS
from scanner.mask import masked
from scanner.refusals import says_locked

NAME = "mysql"
CACHING = "caching_sha2_password"
COM_QUIT, COM_PING = b"\x01", b"\x0e"
_ASK_FOR_KEY, _FAST, _FULL = b"\x02", b"\x03", b"\x04"
_UTF8, _LARGEST = 33, 1 << 24
# "Server Error Message Reference" of MySQL and "MariaDB Error Codes".
_REFUSED = {1045, 1698}
_LOCKED = {1129, 3118, 3955, 4150, 4151}
_BUSY = {1040, 1203, 1226, 1158, 1159, 1053}
_EXPIRED = {1820, 1862}
_KEY_BITS = 8192
_STEPS = 6
_EVIDENCE = 256


async def attempt(line: Line, account: Account) -> Answer:
    """Shake hands once as the account's user."""
    try:
        return await line.hold(_log_in(account))
    except PeerError as error:
        return Answer(Verdict.UNREACHED, reason=str(error))


def _log_in(account: Account) -> Conversation[Answer]:
    first = yield from read_packet()
    if first.kind == ERR:
        return judge_error(first.payload, account)
    greeting = parse_greeting(first.payload)
    if account.anonymous:
        return _answer(Verdict.REFUSED, account, greeting.version, "it asks for a login")
    if not greeting.capabilities & PROTOCOL_41 or not greeting.capabilities & SECURE_CONNECTION:
        return _answer(
            Verdict.UNREACHED, account, greeting.version, "a server from before MySQL 4.1, which is not spoken"
        )
    number, tls = 1, bool(greeting.capabilities & SSL)
    if tls:
        yield Send(packet(number, _head(greeting, SSL)))
        yield StartTLS()
        number += 1
    yield Send(packet(number, handshake_response(greeting, account, tls=tls)))
    return (yield from _authenticate(_Plugin(greeting.plugin, greeting.nonce), greeting, account, tls=tls))


class _Plugin:
    """The plugin that the server asks by, and its nonce."""

    def __init__(self, name: str, nonce: bytes) -> None:
        self.name = name
        self.nonce = nonce


def _authenticate(plugin: _Plugin, greeting: Greeting, account: Account, *, tls: bool) -> Conversation[Answer]:
    """Answer what the server asks until it lets us in or refuses."""
    switched = False
    for _ in range(_STEPS):
        said = yield from read_packet()
        if said.kind == OK:
            return (yield from _inside(plugin, greeting, account))
        if said.kind == ERR:
            return judge_error(said.payload, account)
        if said.kind == SWITCH and not switched:
            switched = True
            plugin = parse_switch(said.payload)
            if plugin.name not in (NATIVE, CACHING):
                reason = f"it asks for {one_line(plugin.name, 64)}, which is not spoken"
                return _answer(Verdict.UNREACHED, account, greeting.version, reason)
            yield Send(packet(said.number + 1, scramble(plugin.name, account.password, plugin.nonce)))
        elif said.kind == MORE_DATA and plugin.name == CACHING:
            yield from _full(said, plugin, account, tls=tls)
        else:
            break
    raise ProtocolError("an answer to the password that is none")


def _full(said: Packet, plugin: _Plugin, account: Account, *, tls: bool) -> Conversation[None]:
    """The rest of caching_sha2_password, where the server has not got the account in its cache."""
    if said.payload[1:] == _FAST:
        return
    if said.payload[1:] != _FULL:
        raise ProtocolError("not a step of caching_sha2_password")
    secret = account.password.encode() + b"\0"
    if tls:
        yield Send(packet(said.number + 1, secret))
        return
    yield Send(packet(said.number + 1, _ASK_FOR_KEY))
    key = yield from read_packet()
    if key.kind != MORE_DATA:
        raise ProtocolError("no key for the password")
    yield Send(packet(key.number + 1, encrypted(secret, plugin.nonce, key.payload[1:])))


def _inside(plugin: _Plugin, greeting: Greeting, account: Account) -> Conversation[Answer]:
    """Ping, and say goodbye."""
    said = b" ".join((greeting.version, plugin.name.encode(), b"OK"))
    yield Send(packet(0, COM_PING))
    pong = yield from read_packet()
    with suppress(PeerError):  # it may have left first
        yield Send(packet(0, COM_QUIT))
    if pong.kind == OK:
        return _answer(Verdict.OPENED, account, said + b", COM_PING OK")
    return _answer(Verdict.UNREACHED, account, said, "the login was accepted, and the ping after it was not answered")


def judge_error(payload: bytes, account: Account) -> Answer:
    """What an ERR packet means, before the login or in answer to it."""
    refusal = parse_refusal(payload)
    said = b"%d %s" % (refusal.code, one_line(refusal.text, 200).encode())
    if refusal.code in _REFUSED:
        return _answer(Verdict.REFUSED, account, said)
    if refusal.code in _LOCKED or says_locked(one_line(refusal.text)):
        return _answer(Verdict.LOCKED, account, said, "it answers with a lock")
    if refusal.code in _BUSY:
        return _answer(Verdict.UNREACHED, account, said, f"it takes no logins now: {said.decode()}")
    if refusal.code in _EXPIRED:
        return _answer(Verdict.UNREACHED, account, said, "the password has expired, and nothing more can be seen")
    return _answer(Verdict.UNREACHED, account, said, f"an error that is no refusal: {said.decode()}")


def _head(greeting: Greeting, more: int = 0) -> bytes:
    """What SSLRequest is, and what a handshake response begins with."""
    flags = LONG_PASSWORD | PROTOCOL_41 | SECURE_CONNECTION | (greeting.capabilities & PLUGIN_AUTH) | more
    return flags.to_bytes(4, "little") + _LARGEST.to_bytes(4, "little") + bytes((_UTF8,)) + bytes(23)


def handshake_response(greeting: Greeting, account: Account, *, tls: bool) -> bytes:
    """Protocol::HandshakeResponse41 without a database; the password by the server's own plugin where it is spoken, else by the oldest."""
    plugin = greeting.plugin if greeting.plugin in (NATIVE, CACHING) else NATIVE
    proof = scramble(plugin, account.password, greeting.nonce)
    user = account.user.encode().replace(b"\0", b"")
    body = _head(greeting, SSL if tls else 0) + user + b"\0" + bytes((len(proof),)) + proof
    return body + (plugin.encode() + b"\0" if greeting.capabilities & PLUGIN_AUTH else b"")


def parse_switch(payload: bytes) -> _Plugin:
    """Read an AuthSwitchRequest; one of a single byte asks for the password of before MySQL 4.1."""
    name, _, nonce = payload[1:].partition(b"\0")
    return _Plugin(name[:64].decode("ascii", "replace") or "mysql_old_password", nonce[:20])


def scramble(plugin: str, password: str, nonce: bytes) -> bytes:
    """The proof of the password for that nonce; an empty password has none (caching_sha2_password then says one zero)."""
    if not password:
        return b"\0" if plugin == CACHING else b""
    secret = password.encode()
    if plugin == CACHING:
        once = hashlib.sha256(secret).digest()
        return _xor(once, hashlib.sha256(hashlib.sha256(once).digest() + nonce).digest())
    once = hashlib.sha1(secret, usedforsecurity=False).digest()
    twice = hashlib.sha1(once, usedforsecurity=False).digest()
    return _xor(once, hashlib.sha1(nonce + twice, usedforsecurity=False).digest())


def encrypted(secret: bytes, nonce: bytes, pem: bytes) -> bytes:
    """The password for a server without TLS: mixed with the nonce, and encrypted with the server's RSA key (OAEP, SHA-1)."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ProtocolError("a key for the password that is none") from error
    if not isinstance(key, RSAPublicKey) or key.key_size > _KEY_BITS or not nonce:
        raise ProtocolError("a key for the password that cannot be used")
    mixed = bytes(byte ^ nonce[at % len(nonce)] for at, byte in enumerate(secret))
    try:
        return key.encrypt(mixed, OAEP(MGF1(SHA1()), SHA1(), None))
    except ValueError as error:
        raise ProtocolError("a key for the password that is too short") from error


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _answer(verdict: Verdict, account: Account, said: bytes, reason: str = "") -> Answer:
    heard = masked(one_line(said, 240).encode(), account.password)[:_EVIDENCE]
    return Answer(verdict, heard, masked(reason.encode(), account.password).decode())
