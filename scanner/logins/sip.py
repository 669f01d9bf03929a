"""SIP: Digest, as the device asks. The proof is that a request which was challenged (401, 407) is answered 200 with the account.

OPTIONS comes first, for it rings nowhere and changes nothing (RFC 3261, section 11). Where that is challenged it is sent once more with the answer. A server
that tells its options to everybody but says that it registers (Allow: REGISTER) is asked instead which bindings the account has: a REGISTER without a Contact
leaves them as they are (section 10.2.3). Max-Forwards is 0, so that nobody behind a proxy hears of us; no INVITE is ever sent.

Over UDP each request is one datagram, and none is sent again: a server that heard both would count two failed logins.
"""

import re
import secrets
from dataclasses import dataclass
from urllib.parse import quote

from checks.contract import Account, Answer, Verdict
from inventory.errors import PeerError, ProtocolError
from scanner.codecs.http1 import authority
from scanner.codecs.http_auth import Challenge, authorisation, parse_challenges, strongest
from scanner.codecs.sip_message import HEAD_LIMIT, headers_of, status_of
from scanner.conversation import Conversation, Line, Read, ReadSome, ReadUntil, Send, Target
from scanner.mask import masked
from scanner.refusals import says_busy, says_locked

NAME = "sip"
_EVIDENCE, _ANSWERS, _BODY_LIMIT = 256, 6, 65536
_AGENT = "Tocsin/0.1 (security inventory)"
_CHALLENGES = {401: ("www-authenticate", "Authorization"), 407: ("proxy-authenticate", "Proxy-Authorization")}
_NUMBER = re.compile(r"\s*(\d{1,9})\b")


@dataclass(frozen=True, slots=True)
class Call:
    """Whom a request is sent to and by what; all requests of one attempt share it (section 8.1.1). `transport` is "UDP", "TCP" or "TLS"."""

    host: str
    transport: str
    user: str
    mark: str

    @property
    def uri(self) -> str:
        """The Request-URI, which names the host and no user."""
        return f"{'sips' if self.transport == 'TLS' else 'sip'}:{self.host}"

    @property
    def person(self) -> str:
        """The address of the account there; characters that a URI has other uses for are escaped (section 25.1)."""
        scheme, _, host = self.uri.partition(":")
        return f"<{scheme}:{quote(self.user or 'tocsin', safe='')}@{host}>"

    def request(self, method: str, number: int, more: tuple[str, ...] = ()) -> bytes:
        """A request of this call: OPTIONS to the host, or a REGISTER of the account's own address that binds nothing."""
        lines = (
            f"{method} {self.uri} SIP/2.0",
            f"Via: SIP/2.0/{self.transport} tocsin.invalid;branch=z9hG4bK{self.mark}{number};rport",
            f"From: {self.person};tag={self.mark}",
            f"To: {self.person if method == 'REGISTER' else f'<{self.uri}>'}",
            f"Call-ID: {self.mark}@tocsin.invalid",
            f"CSeq: {number} {method}",
            *(() if method == "REGISTER" else ("Contact: <sip:tocsin@tocsin.invalid>", "Accept: application/sdp")),
            *more,
            f"User-Agent: {_AGENT}",
            "Max-Forwards: 0",
            "Content-Length: 0",
        )
        if not all(line.isascii() and line.isprintable() for line in lines):
            raise ProtocolError("a challenge, or an account, that no header can hold")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


@dataclass(frozen=True, slots=True)
class Said:
    """A final answer: its status, its first line, and its headers by their names in lower case."""

    status: int
    line: str
    headers: dict[str, str]

    @property
    def challenge(self) -> Challenge | None:
        """The Digest challenge that is answered, None where it asks for none (Basic is no part of SIP, section 22)."""
        name = _CHALLENGES.get(self.status, ("", ""))[0]
        found = parse_challenges([self.headers.get(name, "")])
        return strongest(challenge for challenge in found if challenge.scheme == "digest")


async def attempt(line: Line, account: Account) -> Answer:
    """Ask, and answer one challenge."""
    try:
        return await line.hold(dialogue(_call(line, account), account))
    except PeerError as error:
        return Answer(Verdict.UNREACHED, reason=str(error))


def _call(line: Line, account: Account) -> Call:
    datagrams = line.endpoint.transport == "udp"
    transport = "UDP" if datagrams else "TLS" if line.tls else "TCP"
    return Call(authority(Target(line.endpoint), 5060), transport, account.user, secrets.token_hex(8))


def dialogue(call: Call, account: Account) -> Conversation[Answer]:
    """The requests of one attempt, over one connection or from one socket."""
    method, number = "OPTIONS", 1
    stranger = yield from _asked(call, method, number)
    if stranger.status not in _CHALLENGES and "REGISTER" in _words(stranger, "allow"):
        method, number = "REGISTER", 2
        stranger = yield from _asked(call, method, number)
    answer = _without_account(stranger, method, account)
    if answer is not None:
        return answer
    challenge = stranger.challenge
    if challenge is None:
        return _answer(Verdict.UNREACHED, account, "a challenge that we cannot answer", stranger)
    name = _CHALLENGES[stranger.status][1]
    credentials = authorisation(challenge, account.user, account.password, method, call.uri)
    told = yield from _asked(call, method, number + 1, f"{name}: {credentials}")
    if told.challenge is not None and told.challenge.stale:
        # Section 22.4, which leaves open whether the password was looked at; so no second one is sent.
        reason = "it says of the nonce that it has just given that it is too old"
        return _answer(Verdict.UNREACHED, account, reason, stranger, told)
    return judge(stranger, told, account)


def _words(said: Said, header: str) -> list[str]:
    return said.headers.get(header, "").upper().replace(",", " ").split()


def _without_account(stranger: Said, method: str, account: Account) -> Answer | None:
    """What is known before an account was named, None where a challenge is to be answered."""
    if stranger.status in _CHALLENGES:
        if account.anonymous:
            return _answer(Verdict.REFUSED, account, "it asks for a login", stranger)
        return None
    if says_locked(stranger.line):
        return _answer(Verdict.LOCKED, account, "it speaks of a lock", stranger)
    if 200 <= stranger.status < 300:
        reason = "it shows its register to strangers" if method == "REGISTER" else "it asks for no login"
        return _answer(Verdict.NO_LOGIN_ASKED, account, reason, stranger)
    return _answer(Verdict.UNREACHED, account, f"status {stranger.status} to a stranger", stranger)


def judge(stranger: Said, told: Said, account: Account) -> Answer:
    """What the answer to the account means, after the challenge to a stranger."""
    said = (stranger, told)
    if 200 <= told.status < 300:
        return _answer(Verdict.OPENED, account, "", *said)
    if told.status == 429 or says_locked(told.line):
        return _answer(Verdict.LOCKED, account, "it answers with a lock", *said)
    if told.status in {480, 486, 503, 600} or says_busy(told.line):
        return _answer(Verdict.UNREACHED, account, f"it is busy: {told.status}", *said)
    if told.status in {401, 403, 407}:
        return _answer(Verdict.REFUSED, account, "", *said)
    return _answer(Verdict.UNREACHED, account, f"status {told.status} in answer to the login", *said)


def _asked(call: Call, method: str, number: int, *more: str) -> Conversation[Said]:
    """Send a request and read the final answer to it; answers to another, and provisional ones, are passed over (sections 17.1.3 and 17.1.4)."""
    yield Send(call.request(method, number, more))
    for _ in range(_ANSWERS):
        message = yield from (_datagram() if call.transport == "UDP" else _message())
        if not message.strip():
            continue  # a keep-alive (RFC 5626, section 3.5.1)
        said = read(message)
        if said.status >= 200 and said.headers.get("cseq", "").split() == [str(number), method]:
            return said
    raise ProtocolError("no final SIP answer to what was asked")


def _datagram() -> Conversation[bytes]:
    return (yield ReadSome(65535))


def _message() -> Conversation[bytes]:
    """The head of the next message of a stream; its body is read over."""
    head = yield ReadUntil(b"\r\n\r\n", HEAD_LIMIT)
    found = headers_of(head)
    size = _NUMBER.match(found.get("content-length", found.get("l", "0")))
    length = int(size[1]) if size else 0
    if length > _BODY_LIMIT:
        raise ProtocolError("a SIP answer with more than 64 KiB behind it")
    if length:
        yield Read(length)
    return head


def read(message: bytes) -> Said:
    """One answer; `ProtocolError` where it is none."""
    status = status_of(message)
    line = message.lstrip(b"\r\n").split(b"\n", 1)[0].strip().decode("utf-8", "replace")
    return Said(status, line, headers_of(message))


def _answer(verdict: Verdict, account: Account, reason: str, *said: Said) -> Answer:
    """The verdict with what the request and its answers were."""
    lines = [f"{one.headers.get('cseq', '').partition(' ')[2]}: {one.line}".removeprefix(": ") for one in said]
    return Answer(verdict, masked("\n".join(lines).encode(), account.password)[:_EVIDENCE], reason)
