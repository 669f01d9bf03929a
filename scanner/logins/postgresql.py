"""PostgreSQL: does this account open it? One start, one password, and a Terminate; no statement is sent.

TLS is asked for and used where it is offered. The server chooses how the password is given: SCRAM-SHA-256 (whose end proves the server too), MD5, or in clear.
The database is "postgres", which every server has. The proof is AuthenticationOk in answer to the password and then ReadyForQuery, or an error that comes only
after the password was found right (no such database, no right to connect to it, no more connections for this user).

Without an account a random user is named and no password is given: a server that asks for one is left at once, as psql leaves it to ask its user, and that
fails nothing. AuthenticationOk unasked is the method "trust"; as there is no such user, no session comes of it.
"""

import hashlib
import secrets
from contextlib import suppress

from checks.contract import Account, Answer, Verdict
from inventory.errors import PeerError, ProtocolError
from inventory.text import one_line
from scanner.codecs.postgresql import SSL_REQUEST, TERMINATE, Message, message, read_message, startup
from scanner.codecs.scram import MECHANISM, Scram
from scanner.conversation import Conversation, Line, Read, Send, StartTLS
from scanner.mask import masked
from scanner.refusals import says_locked

NAME = "postgresql"
DATABASE = "postgres"
_OK, _CLEARTEXT, _MD5, _SASL, _SASL_CONTINUE, _SASL_FINAL = 0, 3, 5, 10, 11, 12
_METHODS = {2: "Kerberos", 6: "SCM", 7: "GSSAPI", 8: "GSSAPI", 9: "SSPI"}
# Appendix "PostgreSQL Error Codes" of the manual.
_REFUSED = ("28P01", "28000")
_BUSY = ("53300", "57P03", "57P01", "57P02", "53200", "53400")
_PASSWORD_WAS_RIGHT = ("3D000", "42501", "53300", "55000")
_MESSAGES = 200
_EVIDENCE = 256


async def attempt(line: Line, account: Account) -> Answer:
    """Start once as the account's user, or as nobody that exists, and give the password once."""
    try:
        return await line.hold(_log_in(account))
    except PeerError as error:
        return Answer(Verdict.UNREACHED, reason=str(error))


def _log_in(account: Account) -> Conversation[Answer]:
    yield Send(SSL_REQUEST)
    offer = yield Read(1)
    if offer == b"S":
        yield StartTLS()
    elif offer != b"N":
        raise ProtocolError("not PostgreSQL")
    user = account.user or f"tocsin{secrets.token_hex(4)}"
    yield Send(startup(user=user, database=DATABASE))
    asked = yield from _answer_of_server()
    if asked.type == b"E":
        return judge_error(asked, account)
    if asked.number == _OK:
        yield from _leave()
        return _answer(Verdict.NO_LOGIN_ASKED, account, "AuthenticationOk", "it asks for no password (method trust)")
    if account.anonymous:
        yield from _leave()
        return _answer(Verdict.REFUSED, account, _method(asked), "it asks for a login")
    return (yield from _give_password(asked, account))


def _give_password(asked: Message, account: Account) -> Conversation[Answer]:
    """Give the password as the server asks for it, once, and hear what becomes of it."""
    if asked.number == _CLEARTEXT:
        yield Send(message(b"p", account.password.encode() + b"\0"))
    elif asked.number == _MD5:
        yield Send(message(b"p", md5_response(account, asked.body[4:8]) + b"\0"))
    elif asked.number == _SASL and MECHANISM.encode() in asked.body[4:].split(b"\0"):
        refusal = yield from _scram(account)
        if refusal is not None:
            return refusal
    else:
        yield from _leave()
        return _answer(Verdict.UNREACHED, account, _method(asked), f"it asks for {_method(asked)}, which is not spoken")
    end = yield from _answer_of_server()
    if end.type == b"E":
        return judge_error(end, account)
    if end.number != _OK:
        raise ProtocolError("an answer to the password that is none")
    return (yield from _after_password(_method(asked), account))


def _scram(account: Account) -> Conversation[Answer | None]:
    """The exchange up to the server's proof; its refusal where there is one."""
    scram = Scram("", account.password)  # the user is that of the start (PostgreSQL manual, "SASL Authentication")
    first = scram.first()
    yield Send(message(b"p", MECHANISM.encode() + b"\0" + len(first).to_bytes(4, "big") + first))
    challenge = yield from _answer_of_server()
    if challenge.type == b"E":
        return judge_error(challenge, account)
    if challenge.number != _SASL_CONTINUE:
        raise ProtocolError("not the challenge of SCRAM")
    yield Send(message(b"p", scram.final(challenge.body[4:])))
    final = yield from _answer_of_server()
    if final.type == b"E":
        return judge_error(final, account)
    if final.number != _SASL_FINAL or not scram.proves(final.body[4:]):
        raise ProtocolError("the server does not prove that it knows the password")
    return None


def _after_password(method: str, account: Account) -> Conversation[Answer]:
    """Wait for ReadyForQuery, or for the error that comes in its place."""
    for _ in range(_MESSAGES):
        said = yield from read_message()
        if said.type == b"Z":
            yield from _leave()
            return _answer(Verdict.OPENED, account, f"{method}, AuthenticationOk, ReadyForQuery")
        if said.type == b"E":
            return judge_error(said, account, after=method)
    raise ProtocolError("a login that never becomes ready")


def judge_error(error: Message, account: Account, after: str = "") -> Answer:
    """What an ErrorResponse means; `after` names the method by which the password was found right before."""
    code, text = error.field("C"), one_line(error.field("M"), 200)
    said = f"{code} {text}"
    if says_locked(text):
        return _answer(Verdict.LOCKED, account, said, "it answers with a lock")
    if after and code in _PASSWORD_WAS_RIGHT:
        return _answer(Verdict.OPENED, account, f"{after}, AuthenticationOk, {said}")
    if code in _REFUSED:
        return _answer(Verdict.REFUSED, account, said, "" if code == "28P01" else said)
    if code in _BUSY:
        return _answer(Verdict.UNREACHED, account, said, f"it takes no logins now: {said}")
    return _answer(Verdict.UNREACHED, account, said, f"an error that is not understood: {said}")


def md5_response(account: Account, salt: bytes) -> bytes:
    """What AuthenticationMD5Password asks for."""
    inner = hashlib.md5((account.password + account.user).encode(), usedforsecurity=False).hexdigest()
    return b"md5" + hashlib.md5(inner.encode() + salt, usedforsecurity=False).hexdigest().encode()


def _answer_of_server() -> Conversation[Message]:
    """The next Authentication message or error, past notices and NegotiateProtocolVersion."""
    for _ in range(_MESSAGES):
        said = yield from read_message()
        if said.type in (b"R", b"E"):
            return said
        if said.type not in (b"N", b"v"):
            break
    raise ProtocolError("not an answer of PostgreSQL to a start")


def _leave() -> Conversation[None]:
    with suppress(PeerError):  # it may have left first
        yield Send(TERMINATE)


def _method(asked: Message) -> str:
    if asked.number == _SASL:
        names = [name.decode("ascii", "replace") for name in asked.body[4:].split(b"\0") if name]
        return one_line(" ".join(names), 80) or "SASL"
    known = {_CLEARTEXT: "password in clear", _MD5: "md5", **_METHODS}
    return known.get(asked.number, f"method {asked.number}")


def _answer(verdict: Verdict, account: Account, said: str, reason: str = "") -> Answer:
    secret = account.password
    return Answer(verdict, masked(said.encode(), secret)[:_EVIDENCE], masked(reason.encode(), secret).decode())
