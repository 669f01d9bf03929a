"""SNMPv3: does this user read sysDescr.0, authenticated with this password? One GET after the engine has named itself; nothing else is read, nothing is set.

The proof is an answer that is authenticated itself: only an engine that has the user's key can make one (RFC 3414, section 6.3). It counts whatever the
answer says, for an agent that lets the user read nothing without privacy says so in an answer that proves the password right. A refusal is a Report
that nobody can have signed: unknownUserNames or wrongDigests (section 3.2, steps 4 and 6). unsupportedSecLevels comes before the password is looked at
(step 5) and says nothing of it. No agent locks a user: the standard knows no such thing.

`Account.scheme` names the authentication. A user without a password is asked for without any, and its proof is sysDescr.0 itself. Where there is a
password and no scheme, HMAC-SHA-96 is taken.
"""

from collections.abc import Callable

from checks.contract import Account, Answer, Verdict
from inventory.errors import PeerError, ProtocolError
from scanner.codecs import ber, usm
from scanner.conversation import Conversation, Line, ReadSome, Send
from scanner.mask import masked
from scanner.protocols.snmp import SYS_DESCR, discovery, fresh_number

NAME = "snmpv3"
REST = 0.0  # a datagram, and no session
_USM_STATS = "1.3.6.1.6.3.15.1.1."
_UNSUPPORTED_LEVEL, _NOT_IN_TIME, _UNKNOWN_USER, _WRONG_DIGEST = (f"{_USM_STATS}{n}.0" for n in (1, 2, 3, 5))
_REFUSALS = {_UNKNOWN_USER: "it knows no such user", _WRONG_DIGEST: "the digest is wrong"}
_AUTHORISATION_ERROR = 16
_USER_LIMIT = 32
_STRAY_DATAGRAMS = 3
_EVIDENCE = 256


async def attempt(line: Line, account: Account) -> Answer:
    """Ask once, over one socket."""
    scheme = account.scheme or ("sha" if account.password else "")
    if scheme and (scheme not in usm.SCHEMES or not account.password):
        return Answer(Verdict.NOT_TRIED, reason="a scheme that is not known, or without a password")
    if len(account.user.encode()) > _USER_LIMIT:
        return Answer(Verdict.NOT_TRIED, reason=f"a user name of more than {_USER_LIMIT} bytes")
    try:
        return await line.hold(_ask(account, scheme))
    except PeerError as error:
        return Answer(Verdict.UNREACHED, reason=str(error))


def _ask(account: Account, scheme: str) -> Conversation[Answer]:
    nobody = usm.User("")
    engine = (yield from _exchange(discovery, nobody)).engine
    if not engine.id:
        return Answer(Verdict.UNREACHED, reason="the engine does not name itself")
    key = usm.local_key(account.password.encode(), engine.id, scheme) if scheme else b""
    user = usm.User(account.user, scheme, key)
    message = yield from _exchange(lambda number: usm.get(number, engine, user, SYS_DESCR), user)
    if _NOT_IN_TIME in message.variables and message.engine.id == engine.id:
        # Section 3.2, step 7: the clock was off, which is no failed login; asked again with the engine's own, once.
        inside = message.engine
        message = yield from _exchange(lambda number: usm.get(number, inside, user, SYS_DESCR), user)
    return judge(message, account, user)


def _exchange(made: Callable[[int], bytes], user: usm.User) -> Conversation[usm.Message]:
    """Send one request and read datagrams until one answers it."""
    number = fresh_number()
    yield Send(made(number))
    for _ in range(_STRAY_DATAGRAMS):
        message = usm.read((yield ReadSome(65535)), user)
        if message.id == number and message.kind in {0, usm.RESPONSE, usm.REPORT}:
            return message
    raise ProtocolError("no answer carried our SNMP message ID")


def judge(message: usm.Message, account: Account, user: usm.User) -> Answer:
    """What the answer to the GET means."""
    tag, content = message.variables.get(SYS_DESCR, (ber.NULL, b""))
    reads = message.kind == usm.RESPONSE and not message.error and tag == ber.OCTETS
    said = masked(content, account.password)[:_EVIDENCE]
    if message.proven:
        what = said if reads else _what(message)
        return Answer(Verdict.OPENED, f"an answer authenticated with the user's key ({user.scheme}): ".encode() + what)
    for name, reason in _REFUSALS.items():
        if message.kind == usm.REPORT and name in message.variables:
            return Answer(Verdict.REFUSED, reason=reason)
    if user.scheme:
        asked = _UNSUPPORTED_LEVEL in message.variables
        reason = "the user has another security level, which says nothing of the password" if asked else ""
        return Answer(Verdict.UNREACHED, reason=reason or "an answer that is not authenticated with the user's key")
    return _without_key(message, account, said if reads else None)


def _without_key(message: usm.Message, account: Account, said: bytes | None) -> Answer:
    """What the answer to a GET without authentication means; `said` is sysDescr.0, None where it was not read."""
    if said is not None and account.anonymous:
        return Answer(Verdict.NO_LOGIN_ASKED, said, "it answers to a user without a name")
    if said is not None:
        return Answer(Verdict.OPENED, said)
    if message.error == _AUTHORISATION_ERROR or _UNSUPPORTED_LEVEL in message.variables:
        return Answer(Verdict.REFUSED, reason="it asks for authentication")
    return Answer(Verdict.UNREACHED, reason="an answer that neither opens nor refuses")


def _what(message: usm.Message) -> bytes:
    if message.kind == usm.RESPONSE and message.error == _AUTHORISATION_ERROR:
        return b"authorizationError, for it asks for more than authentication"
    return b"a report" if message.kind == usm.REPORT else b"a response"
