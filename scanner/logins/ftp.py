"""FTP: USER and PASS, once. The proof is that PWD, which was refused to a stranger, is answered after the login; it names a folder and reads nothing in it.

Over one connection (RFC 959, sections 4.1.1 and 5.4): PWD, USER, PASS, PWD, QUIT. Where the server wants TLS before it hears a name (RFC 4217), the same is
held once more after AUTH TLS, over a new connection; a password that was sent is never sent again.

The control without an account names anonymous and leaves without a password, so that no server has a login to refuse. A server that is content with the name,
or whose reply to it asks for an e-mail address or a guest (RFC 1635), asks for no login; one that asks for a password in the words that it has for everybody
may let strangers in or not, and only a login would tell.
"""

import re

from checks.contract import Account, Answer, Verdict
from inventory.errors import PeerError
from scanner.codecs.ftp_reply import Reply, invites_anonymous, read_reply
from scanner.conversation import Conversation, Line, ReadAll, Send, StartTLS
from scanner.mask import masked
from scanner.refusals import says_busy, says_locked

NAME = "ftp"
_EVIDENCE = 256
_READY, _INSIDE, _PASSWORD_WANTED, _FOLDER, _TLS_READY = 220, 230, 331, 257, 234
_REFUSALS = frozenset((430, 530, 535))
_REFUSAL = re.compile(
    r"\bincorrect\b|\bden(?:ied|y)\b|\binvalid\b|\bwrong\b|\bnot logged in\b|\bauthentication (?:failed|failure|rejected)\b|\blog[io]n failed\b",
    re.IGNORECASE,
)
# vsftpd: "Non-anonymous sessions must use encryption."; ProFTPD: "SSL/TLS required on the control channel"; FileZilla: "Use AUTH first."
_WANTS_TLS = re.compile(
    r"\bmust use (?:encryption|tls|ssl)|\buse auth\b|\b(?:ssl|tls|encryption)\b[^\n]{0,30}\brequired\b|\brequires?\b[^\n]{0,30}\b(?:ssl|tls|encryption)\b"
    r"|\bexplicit (?:ftp over )?(?:ssl|tls)|\bcleartext sessions\b|\bsecure connection\b",
    re.IGNORECASE,
)
_TLS_CODES = frozenset((421, 503, 522, 530, 533, 534, 550))


async def attempt(line: Line, account: Account) -> Answer:
    """Hold the dialogue in the clear, or as the port asks; where the server insists on it, under TLS."""
    if not (account.user + account.password).isprintable():
        return Answer(Verdict.NOT_TRIED, reason="the account has characters that cannot be typed")
    try:
        answer = await line.hold(dialogue(account))
        if answer is None and not line.tls:
            answer = await line.hold(dialogue(account, explicit_tls=True))
        return answer or Answer(Verdict.UNREACHED, reason="it wants TLS, and under TLS it wants it again")
    except PeerError as error:
        return Answer(Verdict.UNREACHED, reason=str(error))


def dialogue(account: Account, *, explicit_tls: bool = False) -> Conversation[Answer | None]:
    """From the greeting to the goodbye; None where the server wants TLS before it hears of a password."""
    greeting = yield from read_reply()
    if greeting.code != _READY:
        return _unready(greeting)
    if explicit_tls:
        ready = yield from _asked("AUTH TLS")
        if ready.code != _TLS_READY:
            return Answer(Verdict.UNREACHED, ready.raw[:_EVIDENCE], "it wants TLS and does not offer it")
        yield StartTLS()
    answer = yield from _login(account)
    yield from _goodbye()
    return answer


def _login(account: Account) -> Conversation[Answer | None]:
    stranger = yield from _asked("PWD")
    if _wants_tls(stranger):
        return None
    if stranger.code < 400 or stranger.code == 421:
        reason = "it has no room" if stranger.code == 421 else "PWD is answered to strangers, so it would prove nothing"
        return Answer(Verdict.UNREACHED, _first_lines(account, stranger), reason)
    if account.anonymous:
        return (yield from _as_nobody(account))
    return (yield from _with(account, stranger))


def _with(account: Account, stranger: Reply) -> Conversation[Answer | None]:
    """Name the account and, where it is asked for, the password; then see whether PWD, which said `stranger`, says more."""
    reply = yield from _asked(f"USER {account.user}")
    if _wants_tls(reply):
        return None
    asked_for_one = reply.code == _PASSWORD_WANTED
    if asked_for_one:
        reply = yield from _asked(f"PASS {account.password}")
    if reply.code != _INSIDE:
        return judge(reply, account)
    known = yield from _asked("PWD")
    said = _first_lines(account, stranger, reply, known)
    if known.code == _FOLDER:
        return Answer(Verdict.OPENED, said, "" if asked_for_one else "it asked for no password")
    return Answer(Verdict.UNREACHED, said, "it says that the login is good, and answers PWD no more than before")


def _as_nobody(account: Account) -> Conversation[Answer | None]:
    """What it says to the name anonymous; the password, which would be a login, is never sent."""
    reply = yield from _asked("USER anonymous")
    if _wants_tls(reply):
        return None
    said = _first_lines(account, reply)
    if reply.code == _INSIDE:
        return Answer(Verdict.NO_LOGIN_ASKED, said, "it lets anonymous in without a password")
    if reply.code == _PASSWORD_WANTED:
        if invites_anonymous(reply.text):
            return Answer(Verdict.NO_LOGIN_ASKED, said, "it invites anonymous")
        return Answer(Verdict.REFUSED, said, "it asks for a login")
    return judge(reply, account)


def judge(reply: Reply, account: Account) -> Answer:
    """What a reply means that opened nothing."""
    said = _first_lines(account, reply)
    if says_busy(reply.text):
        return Answer(Verdict.UNREACHED, said, "it serves as many clients as it can")
    if reply.code >= 400 and says_locked(reply.text):
        return Answer(Verdict.LOCKED, said, "it speaks of a lock")
    if _wants_tls(reply):
        return Answer(Verdict.UNREACHED, said, "it wanted TLS before the password, and said so after it")
    if reply.code in _REFUSALS or (reply.code >= 500 and _REFUSAL.search(reply.text)):
        return Answer(Verdict.REFUSED, said)
    return Answer(Verdict.UNREACHED, said, f"{reply.code} in answer to the login")


def _unready(greeting: Reply) -> Answer:
    """Whoever greets with anything but 220 has heard of no account yet (RFC 959, section 5.4: 120, 421)."""
    said = greeting.raw.strip()[:_EVIDENCE]
    if says_locked(greeting.text):
        return Answer(Verdict.LOCKED, said, "it speaks of a lock")
    return Answer(Verdict.UNREACHED, said, f"it has no room now: {greeting.code}")


def _wants_tls(reply: Reply) -> bool:
    return reply.code in _TLS_CODES and _WANTS_TLS.search(reply.text) is not None


def _asked(command: str) -> Conversation[Reply]:
    yield Send(f"{command}\r\n".encode())
    return (yield from read_reply())


def _goodbye() -> Conversation[None]:
    try:
        yield Send(b"QUIT\r\n")
        yield ReadAll(512, quiet=1.0)
    except PeerError:
        pass  # the verdict stands


def _first_lines(account: Account, *replies: Reply) -> bytes:
    """The first line of each reply: what follows in it is a message of the day."""
    lines = b"\n".join(reply.raw.strip().split(b"\n", 1)[0].strip() for reply in replies)
    return masked(lines, account.password)[:_EVIDENCE]
