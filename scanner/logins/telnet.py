"""Telnet: a login dialogue that waits for each prompt, types the user and the password once, and reads what comes. Nothing is typed after that.

What counts is what stands at the very end once the device is quiet: a shell's or a menu's prompt is an open door, the login prompt once more is a refusal.
Words in the text are judged only beside that, for a message of the day may well speak of failed logins and locked accounts.
"""

import re

from checks.contract import Account, Answer, Verdict
from inventory.errors import PeerClosed, PeerError, TimedOut
from scanner.codecs.telnet_codec import Codec, last_line, listen, plain, prompt
from scanner.conversation import Conversation, Line, ReadSome, Send
from scanner.mask import masked

NAME = "telnet"
_EVIDENCE_LINES, _EVIDENCE = 5, 384
_GREETING_ROUNDS, _REPLY_ROUNDS, _CONFIRM_ROUNDS = 12, 20, 3
"""Rounds of half a second of silence: PAM holds a refusal back for two to three seconds, and slow devices take longer over a right password."""

_LOCK = re.compile(
    r"\block(?:ed|out)\b|\btoo many\b|\btry again (?:later|in|after)\b|temporar\w+ (?:disabled|blocked|unavailable)"
    r"|\bblocked\b|\bmaximum (?:number of )?(?:login|attempts|tries|retries)|\bexceeded\b",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"\bincorrect\b|\bfail(?:ed|ure|s)?\b|\bdenied\b|\binvalid\b|\bwrong\b|\bbad (?:password|login|user)|\brejected\b|\brefused\b"
    r"|\bunauthori[sz]ed\b(?! (?:access|use))|\bnot (?:authori[sz]ed|correct|valid|match)|\b(?:login|authentication) error\b|\b(?:unknown|no such) user\b",
    re.IGNORECASE,
)
# "Last failed login: Tue…", "There were 2 failed login attempts since the last successful login."
_PAST = re.compile(r"\blast\b|\bsince\b|\battempts? (?:was|were|has|have) ", re.IGNORECASE)
# A line that says nothing else.
_REFUSAL_LINE = re.compile(
    r"\W*(?:error\W+)?(?:(?:login|log ?on|access|pass(?:word|wd)|authentication|permission|user ?(?:name)?)(?: (?:or|and) \w+)?(?: is| was)? )?"
    r"(?:incorrect|fail(?:ed|ure)|denied|invalid|wrong|bad|rejected|refused|(?:not |un)authori[sz]ed)"
    r"(?: (?:login|passwords?|pass(?:word|wd)|user ?(?:name)?|credentials?|access)(?: (?:or|and) \w+)?)?\W*",
    re.IGNORECASE,
)
_MENU = re.compile(r"\b(?:choice|select(?:ion)?|option|menu|command|enter)\b.*[:>?\]]$", re.IGNORECASE)


async def attempt(line: Line, account: Account) -> Answer:
    """Hold the dialogue over one connection."""
    if not (account.user + account.password).isprintable():
        return Answer(Verdict.NOT_TRIED, reason="the account has characters that cannot be typed")
    try:
        return await line.hold(dialogue(account))
    except PeerError as error:
        return Answer(Verdict.UNREACHED, reason=str(error))


def dialogue(account: Account) -> Conversation[Answer]:
    """Wait for a prompt and answer it; without an account, only see whether one is asked for."""
    codec = Codec()
    greeting = yield from listen(codec, _GREETING_ROUNDS, lambda text: prompt(text) != "none")
    asked = prompt(greeting)
    if asked in {"none", "shell"}:
        return (yield from _without_login(codec, greeting, asked))
    if not account.user and not account.password:
        return Answer(Verdict.REFUSED, _excerpt(greeting, account), "it asks for a login")
    reply = b""
    if asked == "login":
        reply = yield from _typed(codec, account.user)
    if asked == "login" and prompt(reply) != "password":
        return (yield from _decision(codec, reply, greeting, account, "it asked for no password"))
    before = greeting + b"\n" + reply
    reply = yield from _typed(codec, account.password)
    return (yield from _decision(codec, reply, before, account, ""))


def _without_login(codec: Codec, greeting: bytes, asked: str) -> Conversation[Answer]:
    excerpt = _lines(greeting)
    if asked == "shell":
        more = yield from listen(codec, _CONFIRM_ROUNDS, lambda text: False)
        if prompt(greeting + more) == "shell":
            return Answer(Verdict.NO_LOGIN_ASKED, excerpt, "a prompt without any login")
    if _LOCK.search(excerpt.decode("latin-1")):
        return Answer(Verdict.LOCKED, excerpt, "the greeting speaks of a lock")
    return Answer(Verdict.UNREACHED, excerpt, "no login prompt came")


def _typed(codec: Codec, answer: str) -> Conversation[bytes]:
    """Type one answer and read what comes, without the echo of it."""
    typed = answer.encode()
    yield Send(typed.replace(b"\xff", b"\xff\xff") + b"\r\n")
    said = yield from listen(codec, _REPLY_ROUNDS, lambda text: _is_decided(_without_echo(text, typed)))
    return _without_echo(said, typed)


def _without_echo(said: bytes, typed: bytes) -> bytes:
    return said.removeprefix(typed) if typed else said


def _is_decided(reply: bytes) -> bool:
    return judge(reply) is not None


def _is_menu(reply: bytes) -> bool:
    return _MENU.search(last_line(reply).strip()) is not None


def _decision(codec: Codec, reply: bytes, before: bytes, account: Account, reason: str) -> Conversation[Answer]:
    """Judge what followed. Unless it is a prompt for a login, listen once more: what looks like an end may be a line of the message of the day."""
    if prompt(reply) not in {"login", "password"}:
        reply += yield from listen(codec, _CONFIRM_ROUNDS, lambda text: False)
    verdict, excerpt = judge(reply, before), _excerpt(before + b"\n" + reply, account)
    if verdict is not None:
        return Answer(verdict, excerpt, reason if verdict is Verdict.OPENED else "")
    if (yield from _has_hung_up()):
        return Answer(Verdict.REFUSED, excerpt, "it hung up")
    return Answer(Verdict.UNREACHED, excerpt, "neither a prompt nor a refusal followed")


def _has_hung_up() -> Conversation[bool]:
    try:
        yield ReadSome()
    except PeerClosed:
        return True
    except TimedOut:
        pass
    return False


def judge(reply: bytes, before: bytes = b"") -> Verdict | None:
    """What a device's reply to a login means, None where that cannot be told. Lines that stood in `before` too are its banner, and mean nothing."""
    banner = set(plain(before).decode("latin-1").splitlines())
    news = [line for line in plain(reply).decode("latin-1").splitlines() if line not in banner]
    asked = prompt(reply)
    if asked == "shell" or (asked == "none" and _is_menu(reply)):
        # A message of the day may say "Unauthorised access is denied"; "Access denied" and then a menu for guests is a refusal all the same.
        return Verdict.REFUSED if any(_REFUSAL_LINE.fullmatch(line.strip()) for line in news) else Verdict.OPENED
    if any(_LOCK.search(line) for line in news):
        return Verdict.LOCKED
    refused = any(_REFUSAL.search(line) and not _PAST.search(line) for line in news)
    return Verdict.REFUSED if refused or asked in {"login", "password"} else None


def _excerpt(text: bytes, account: Account) -> bytes:
    return masked(_lines(text), account.password)[-_EVIDENCE:]


def _lines(text: bytes) -> bytes:
    """The last lines that say something."""
    said = [line.rstrip() for line in plain(text).splitlines() if line.strip()]
    return b"\n".join(said[-_EVIDENCE_LINES:])
