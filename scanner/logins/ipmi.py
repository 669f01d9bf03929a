"""IPMI 2.0: does this user's password authenticate an RMCP+ session (sections 13.17 to 13.24)? The session is closed as soon as it is open.

RAKP 2 carries a code that only who knows the password can make, over random bytes of ours. Where it is not the account's, the half-open session is taken back
with a RAKP 3 that says so (status 0x0f, section 13.22). Where it is, RAKP 3 and RAKP 4 open the session at privilege User, and Close Session ends it: the
check value of RAKP 4 is the proof. No other command is sent. Cipher suite 0, which asks for no password, is never offered. What RAKP 2 carries can be guessed
at by whoever has it, so it goes into no evidence.

Without an account only Get Channel Authentication Capabilities is asked, which opens nothing and which no processor counts.
"""

import hmac
import secrets
from contextlib import suppress
from dataclasses import replace

from checks.contract import Account, Answer, Verdict
from inventory.errors import PeerError, ProtocolError
from scanner.codecs import rmcp_plus
from scanner.codecs.rmcp_plus import SUITES, Session
from scanner.conversation import Conversation, Line, ReadSome, Send
from scanner.protocols.ipmi import REQUEST, answer, cipher_suites, parse

NAME = "ipmi"
REST = 1.0  # it holds one of few sessions, or of few connections without a mark
_OLD = 3
"""The suite that every processor must have (table 22-20), for those that do not list theirs."""
_INVALID_CHECK = 0x0F
_REFUSED = {0x0D: "it knows no such user"}
_BUSY = {1: "it has no room for another session", 0x0B: "it has no room for another session at that privilege"}
_STRAY_DATAGRAMS = 3


async def attempt(line: Line, account: Account) -> Answer:
    """Open a session once, over one socket, and close it."""
    if len(account.user.encode()) > rmcp_plus.NAME_LIMIT or len(account.password.encode()) > rmcp_plus.PASSWORD_LIMIT:
        return Answer(Verdict.NOT_TRIED, reason="a name or a password that is longer than IPMI has room for")
    try:
        return await line.hold(_control() if account.anonymous else _log_in(account))
    except PeerError as error:
        return Answer(Verdict.UNREACHED, reason=str(error))


def _control() -> Conversation[Answer]:
    yield Send(REQUEST)
    facts = parse((yield from answer())).facts
    if facts.get("ipmi.anonymous"):
        return Answer(
            Verdict.NO_LOGIN_ASKED, b"anonymous login is enabled", "it lets in who has no name and no password"
        )
    if "2.0" not in str(facts.get("ipmi.version", "")):
        return Answer(Verdict.UNREACHED, reason="it speaks no IPMI 2.0")
    return Answer(Verdict.REFUSED, reason="it asks for a user")


def _log_in(account: Account) -> Conversation[Answer]:
    listed = yield from cipher_suites()
    suite = next((suite for number, suite in SUITES.items() if number in (listed or (_OLD,))), None)
    if suite is None:
        return Answer(Verdict.UNREACHED, reason="it has none of the cipher suites that are spoken")
    ours = secrets.token_bytes(4)
    reply = yield from _exchange(rmcp_plus.open_request(0, suite, ours), rmcp_plus.OPEN_RESPONSE, 0)
    if reply[1]:
        return _status(reply[1])
    if len(reply) < 12 or reply[4:8] != ours or _chosen(reply) != suite.algorithms:
        raise ProtocolError("an answer to Open Session that is not ours")
    user, password = account.user.encode(), account.password.encode()
    session = Session(suite, ours, reply[8:12], secrets.token_bytes(16), user, password)
    reply = yield from _exchange(rmcp_plus.rakp_1(1, session), rmcp_plus.RAKP_2, 1)
    if reply[1]:
        return _status(reply[1])
    if len(reply) != 40 + suite.size or reply[4:8] != ours:
        raise ProtocolError("a RAKP 2 that is not ours")
    session = replace(session, their_random=reply[8:24], guid=reply[24:40])
    if not hmac.compare_digest(reply[40:], session.exchange_code()):
        yield Send(rmcp_plus.rakp_3(2, session, _INVALID_CHECK))
        return Answer(Verdict.REFUSED, reason="its password is another")
    return (yield from _open(session))


def _open(session: Session) -> Conversation[Answer]:
    reply = yield from _exchange(rmcp_plus.rakp_3(2, session), rmcp_plus.RAKP_4, 2)
    if reply[1]:
        return _status(reply[1])
    if reply[4:8] != session.ours or not hmac.compare_digest(reply[8:], session.check_value()):
        # Section 13.31: with a key K_g of its own, the session's keys are not made of the password.
        return Answer(Verdict.UNREACHED, reason="the session also asks for a key K_g, which is not known")
    yield Send(rmcp_plus.close_session(session, secrets.token_bytes(16)))
    with suppress(PeerError):  # it has answered RAKP 4, and that is what counts
        yield ReadSome(1024)
    return Answer(
        Verdict.OPENED, f"RAKP 4 of cipher suite {session.suite.number} carries the check value of the account".encode()
    )


def _exchange(request: bytes, kind: int, tag: int) -> Conversation[bytes]:
    """Send one message and read datagrams until the one that answers it; its payload."""
    yield Send(request)
    for _ in range(_STRAY_DATAGRAMS):
        datagram = yield ReadSome(1024)
        if datagram[3:4] == b"\x07" and datagram[4:5] == b"\x06" and datagram[5:6] == bytes((kind,)):
            payload = rmcp_plus.unpack(datagram, kind)
            if payload[0] == tag:
                return payload
    raise ProtocolError("no answer to our RMCP+ message")


def _chosen(reply: bytes) -> tuple[int, ...]:
    """The algorithms that an Open Session Response settles on."""
    return tuple(reply[at] for at in (16, 24, 32) if at < len(reply))


def _status(code: int) -> Answer:
    """What a status other than 0 means (table 13-15)."""
    if code in _REFUSED:
        return Answer(Verdict.REFUSED, reason=_REFUSED[code])
    return Answer(
        Verdict.UNREACHED, reason=_BUSY.get(code, f"RMCP+ status {code:#04x}, which says nothing of the account")
    )
