"""Redis: does this password open it? PING before and after: the proof is that a server which answered -NOAUTH answers PONG once AUTH was said, once.

A password alone (no user, or the user "default") is `AUTH password`, which every version knows; another user is `AUTH user password` of Redis 6. A server
before 6 knows no users and says so before it looks at anything; it is then offered the password alone, which is all that its accounts are. No key is read.
"""

import re
from collections.abc import Sequence
from contextlib import suppress

from checks.contract import Account, Answer, Verdict
from inventory.errors import PeerError
from inventory.text import one_line
from scanner.conversation import Conversation, Line, ReadAll, ReadUntil, Send
from scanner.mask import masked
from scanner.protocols.redis import ASKS, LINE_LIMIT, PING, QUIT, parse_answer
from scanner.refusals import says_busy, says_locked

NAME = "redis"
_ASKS = "it asks for a login"
_BUSY = ("LOADING", "BUSY", "MASTERDOWN", "CLUSTERDOWN")
_KNOWS_NO_USERS = re.compile(rb"-ERR wrong number of arguments for 'auth'", re.IGNORECASE)
_REFUSED = re.compile(rb"-(?:WRONGPASS|ERR invalid password)", re.IGNORECASE)
_EVIDENCE = 256


async def attempt(line: Line, account: Account) -> Answer:
    """Ping, say AUTH once where that is asked for, and ping again."""
    try:
        return await line.hold(_log_in(account))
    except PeerError as error:
        return Answer(Verdict.UNREACHED, reason=str(error))


def command(*words: str) -> bytes:
    """A command as an array of bulk strings."""
    parts = [word.encode("utf-8", "surrogateescape") for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


def _log_in(account: Account) -> Conversation[Answer]:
    asked = yield from _say(PING)
    before = before_login(asked, account)
    if before is not None:
        return before
    answer = yield from _say(_auth(account))
    if _KNOWS_NO_USERS.match(answer) and account.user:
        answer = yield from _say(command("AUTH", account.password))
    if not answer.startswith(b"+OK"):
        return judge_refusal(asked, answer, account)
    pong = yield from _say(PING)
    with suppress(PeerError):  # it has answered, and may have left first
        yield Send(QUIT)
        yield ReadAll(LINE_LIMIT, quiet=1.0)
    return judge(asked, answer, pong, account)


def _auth(account: Account) -> bytes:
    if account.user in ("", "default"):
        return command("AUTH", account.password)
    return command("AUTH", account.user, account.password)


def _say(request: bytes) -> Conversation[bytes]:
    yield Send(request)
    return (yield ReadUntil(b"\r\n", LINE_LIMIT))


def before_login(asked: bytes, account: Account) -> Answer | None:
    """What the answer to the first PING decides; None where a login is asked for and there is an account to give."""
    verdict, reason = _meant(asked)
    if verdict is Verdict.REFUSED and reason == _ASKS and not account.anonymous:
        return None
    return _answer(verdict, account, (asked,), reason)


def _meant(asked: bytes) -> tuple[Verdict, str]:
    """What the answer to the first PING says to somebody without an account."""
    if asked.startswith(b"-ERR ") and says_busy(one_line(asked)):
        return Verdict.UNREACHED, "it takes no more connections now"
    word = parse_answer(asked)
    meanings = {
        "PONG": (Verdict.NO_LOGIN_ASKED, "it takes commands from anybody"),
        "DENIED": (Verdict.REFUSED, "protected mode: it takes commands from its own host only"),
        **dict.fromkeys(ASKS, (Verdict.REFUSED, _ASKS)),
        **dict.fromkeys(_BUSY, (Verdict.UNREACHED, f"it is busy now ({word})")),
    }
    return meanings.get(word, (Verdict.UNREACHED, f"an answer to PING that is not understood ({word})"))


def judge_refusal(asked: bytes, answer: bytes, account: Account) -> Answer:
    """What an answer to AUTH means that is not OK."""
    if _REFUSED.match(answer):  # whose text says of the user that it may be "disabled"
        return _answer(Verdict.REFUSED, account, (asked, answer))
    if says_locked(one_line(answer)):
        return _answer(Verdict.LOCKED, account, (asked, answer), "it answers with a lock")
    return _answer(Verdict.UNREACHED, account, (asked, answer), "an answer to AUTH that is not understood")


def judge(asked: bytes, answer: bytes, pong: bytes, account: Account) -> Answer:
    """What the PING after an accepted AUTH proves: PONG, or NOPERM where the nameless client had got NOAUTH."""
    said = (asked, answer, pong)
    word = parse_answer(pong)
    if word == "PONG" or (word == "NOPERM" and parse_answer(asked) == "NOAUTH"):
        return _answer(Verdict.OPENED, account, said)
    return _answer(Verdict.UNREACHED, account, said, "AUTH was accepted, and the PING after it was not answered")


def _answer(verdict: Verdict, account: Account, said: Sequence[bytes], reason: str = "") -> Answer:
    heard = masked(b"\n".join(line.strip() for line in said), account.password)[:_EVIDENCE]
    return Answer(verdict, heard, one_line(reason))
