"""Telnet: a login dialogue that waits for each prompt, types the user and the password once, and reads what comes. Nothing is typed after that.

What counts is what stands at the very end once the device is quiet: a shell's or a menu's prompt that did not stand there before the login, and at which the
device waits, is an open door; the login prompt once more is a refusal. So is a demand for a new password an open door, for nobody else is asked for one: it is
not answered. Words in the text are judged only beside that, for a message of the day may well speak of failed logins and locked accounts.
"""

import re
from collections.abc import Callable

from checks.contract import Account, Answer, Verdict
from inventory.errors import PeerClosed, PeerError, TimedOut
from scanner.codecs.telnet_codec import TEXT_LIMIT, Codec, last_line, listen, plain, prompt
from scanner.conversation import Conversation, Line, ReadSome, Send
from scanner.mask import masked
from scanner.refusals import few_left, readings, says_busy, says_locked, says_refused, wants_new_password

NAME = "telnet"
_EVIDENCE_LINES, _EVIDENCE = 5, 384
_GREETING_ROUNDS, _REPLY_ROUNDS, _CONFIRM_ROUNDS = 12, 20, 3
"""Rounds of half a second of silence: PAM holds a refusal back for two to three seconds, and slow devices take longer over a right password."""
_WAIT = 1.5
"""Seconds in which a shell that waits has nothing to add to its prompt."""

# What a message of the day says of logins without refusing one.
_POLICY = re.compile(
    r"\b(?:unauthori[sz]ed|prohibited|forbidden|illegal|logged|monitored|recorded|reported|prosecuted|required)\b|\blast\b|\bsince\b",
    re.IGNORECASE,
)
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
    if prompt(greeting) in {"login", "password"}:
        greeting += yield from listen(codec, 1, lambda text: False)  # "login:" may stand in the middle of a banner
    asked = prompt(greeting)
    if asked in {"none", "shell"} or _any(says_locked_now, greeting):
        return (yield from _without_login(codec, greeting, asked))
    if account.anonymous:
        return Answer(Verdict.REFUSED, _excerpt(greeting, account), "it asks for a login")
    reply = b""
    if asked == "login":
        reply = yield from _typed(codec, account.user)
    if asked == "login" and prompt(reply) != "password":
        return (yield from _decision(codec, reply, greeting, account, "it asked for no password"))
    before = greeting + b"\n" + reply
    if _any(says_locked_now, reply):  # pam_faillock says so before it asks for the password all the same
        return Answer(Verdict.LOCKED, _excerpt(before, account), "it says that it locks")
    reply = yield from _typed(codec, account.password)
    return (yield from _decision(codec, reply, before, account, ""))


def _without_login(codec: Codec, greeting: bytes, asked: str) -> Conversation[Answer]:
    excerpt = _lines(greeting)
    if _any(says_locked_now, greeting):
        return Answer(Verdict.LOCKED, excerpt, "the greeting speaks of a lock")
    if asked == "shell":
        more = yield from listen(codec, _CONFIRM_ROUNDS, lambda text: False)
        if prompt(greeting + more) == "shell":
            return Answer(Verdict.NO_LOGIN_ASKED, excerpt, "a prompt without any login")
    if _any(says_busy, greeting):
        return Answer(Verdict.UNREACHED, excerpt, "it is busy")
    return Answer(Verdict.UNREACHED, excerpt, "no login prompt came")


def _typed(codec: Codec, answer: str) -> Conversation[bytes]:
    """Type one answer and read what comes, without the echo of it."""
    typed = answer.encode()
    yield Send(typed.replace(b"\xff", b"\xff\xff") + b"\r\n")
    said = yield from listen(codec, _REPLY_ROUNDS, lambda text: _is_decided(_without_echo(text, typed)))
    return _without_echo(said, typed)


def _without_echo(said: bytes, typed: bytes) -> bytes:
    """What was typed is no prompt, whatever it looks like: it is cut off at the beginning, and where nothing has followed it yet."""
    if not typed:
        return said
    rest = said.removeprefix(typed)
    return rest.rstrip()[: -len(typed)] if last_line(rest).strip().encode("latin-1") == typed else rest


def _is_decided(reply: bytes) -> bool:
    return judge(reply) is not None


def _decision(codec: Codec, reply: bytes, before: bytes, account: Account, reason: str) -> Conversation[Answer]:
    """Judge what followed. Unless it is a prompt for a login, listen once more: what looks like an end may be a line of the message of the day."""
    hung_up = False
    if judge(reply, before) in {Verdict.OPENED, None}:
        more, hung_up = yield from _awaited(codec)
        reply += more
    elif prompt(reply) not in {"login", "password"}:
        reply += yield from listen(codec, _CONFIRM_ROUNDS, lambda text: False)
    verdict, excerpt = judge(reply, before), _excerpt(before + b"\n" + reply, account)
    if verdict is Verdict.OPENED and hung_up:
        return Answer(Verdict.UNREACHED, excerpt, "it hung up at its own prompt")
    if verdict is Verdict.OPENED:
        said = "it wants a new password" if _wants_change(reply, before) else reason
        return Answer(verdict, excerpt, said)
    if verdict is not None:
        return Answer(verdict, excerpt)
    if _any(says_busy, _news(reply, before)):
        return Answer(Verdict.UNREACHED, excerpt, "it is busy")
    if hung_up:
        return Answer(Verdict.REFUSED, excerpt, "it hung up")
    return Answer(Verdict.UNREACHED, excerpt, "neither a prompt nor a refusal followed")


def _awaited(codec: Codec) -> Conversation[tuple[bytes, bool]]:
    """Wait to see whether the device waits too: what else it says, and whether it hung up."""
    said = b""
    while len(said) < TEXT_LIMIT:
        try:
            more, _ = codec.receive((yield ReadSome(TEXT_LIMIT, wait=_WAIT)))
        except PeerClosed:
            return said, True
        except TimedOut:
            break
        said += more
    return said, False


def judge(reply: bytes, before: bytes = b"") -> Verdict | None:
    """What a device's reply to a login means, None where that cannot be told. Lines that stood in `before` too are its banner, and mean nothing."""
    news, asked = _news(reply, before), prompt(reply)
    if asked == "password" and _wants_change(reply, before):
        return Verdict.OPENED
    if asked == "shell" or (asked == "none" and _is_menu(reply)):
        return _judge_open(reply, before, news)
    if _any(says_locked, news) or _any(few_left, news):
        return Verdict.LOCKED
    if _any(says_busy, news):
        return None
    return Verdict.REFUSED if _any(says_refused, news) or asked in {"login", "password"} else None


def _judge_open(reply: bytes, before: bytes, news: bytes) -> Verdict | None:
    """A message of the day may say "Unauthorised access is denied"; "Access denied" and then a menu for guests is a refusal all the same."""
    if _any(says_locked_now, news):
        return Verdict.LOCKED
    if _any(_says_only_refusal, news):
        return Verdict.REFUSED
    end = last_line(reply)
    seen = end in re.split(r"[\r\n]", plain(before).decode("latin-1"))
    follows = len(re.split(rb"[\r\n]", plain(reply))) > 1
    drips = len(plain(reply).strip(b"\r\n")) == 1  # the first byte of a slow device, and perhaps of a sign drawn in '#'
    # What stood there for a stranger, and what does not stand on a line of its own, is no proof.
    return Verdict.OPENED if follows and not drips and not seen and not _any(says_busy, news) else None


def _wants_change(reply: bytes, before: bytes) -> bool:
    """Whether the password was right, and another is to be set. It never is."""
    news = _news(reply, before)
    return prompt(reply) == "password" and _any(wants_new_password, news) and not _any(says_refused, news)


def _says_only_refusal(text: str) -> bool:
    lines = (line.strip() for line in text.splitlines())
    return any(_REFUSAL_LINE.fullmatch(line) or (says_refused(line) and not _POLICY.search(line)) for line in lines)


def says_locked_now(text: str) -> bool:
    """A threat in a banner or in a message of the day is no lock."""
    return says_locked(text, threats=False)


def _any(says: Callable[[str], bool], text: bytes) -> bool:
    return any(says(reading) for reading in readings(text))


def _is_menu(reply: bytes) -> bool:
    return _MENU.search(last_line(reply).strip()) is not None


def _news(reply: bytes, before: bytes) -> bytes:
    banner = set(plain(before).splitlines())
    return b"\n".join(line for line in plain(reply).splitlines() if line not in banner)


def _excerpt(text: bytes, account: Account) -> bytes:
    return masked(_lines(text), account.password)[-_EVIDENCE:]


def _lines(text: bytes) -> bytes:
    """The last lines that say something."""
    said = [line.rstrip() for line in plain(text).splitlines() if line.strip()]
    return b"\n".join(said[-_EVIDENCE_LINES:])
