"""ONVIF: a WS-Security UsernameToken, or HTTP's own login where the device asks for that. The proof is that GetDeviceInformation, which a stranger was denied,
tells the account who the device is.

Three readings, one connection each: GetSystemDateAndTime, which everyone may ask (access class PRE_AUTH), for a token counts only for some seconds of the
device's own clock; GetDeviceInformation as a stranger, whose answer says which login is asked for; and the same once with the account. Nothing is set.

OASIS WSS UsernameToken Profile 1.1, section 3.1: the digest is Base64(SHA-1(nonce + created + password)). ONVIF Core Specification, section 5.9: a device may
take the token, HTTP Digest, or both; the one that it asks for itself is answered, and no other.
"""

import hashlib
import secrets
import time
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

from checks.contract import Account, Answer, Verdict
from inventory.errors import PeerError, ProtocolError
from inventory.model import Facts
from scanner.codecs.http1 import Response, authority, read_response, request
from scanner.codecs.http_auth import authorisation, parse_challenges, strongest
from scanner.codecs.http_refusal import LOCK_STATUS
from scanner.conversation import Conversation, Line, Send, Target
from scanner.mask import masked
from scanner.protocols.onvif import DEFAULT_PATH, INFORMATION, TIME, parse
from scanner.refusals import says_busy, says_locked

NAME = "onvif"
_EVIDENCE, _DOCUMENT_LIMIT = 256, 32768
_MARKERS = ("onvif.manufacturer", "onvif.model", "onvif.serial")
_SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_UTILITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_PROFILE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest"
_ENCODING = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"
_BODY = b"<s:Body>"


@dataclass(frozen=True, slots=True)
class _Heard:
    """An answer, and what it says: `facts` as `scanner/protocols/onvif.py` reads them, none where it is no envelope."""

    page: Response
    facts: Facts

    @property
    def tells(self) -> bool:
        """Whether it says who the device is."""
        return any(self.facts.get(marker) for marker in _MARKERS)

    @property
    def denies(self) -> bool:
        """Whether it asks for an account."""
        return self.page.status == 401 or self.facts.get("onvif.authentication") is True


async def attempt(line: Line, account: Account) -> Answer:
    """Ask for the time, ask as a stranger, and answer once in the manner that the device asks for."""
    try:
        return await _attempt(line, account)
    except PeerError as error:
        return Answer(Verdict.UNREACHED, reason=str(error))


async def _attempt(line: Line, account: Account) -> Answer:
    clock = await _clock(line)
    stranger = await line.hold(_ask(line, INFORMATION))
    unasked = _without_login(stranger, account)
    return unasked if unasked is not None else await _log_in(line, account, stranger, clock)


def _without_login(stranger: _Heard, account: Account) -> Answer | None:
    """What is known before an account was named, None where one is asked for."""
    if stranger.tells:
        return _answer(Verdict.NO_LOGIN_ASKED, account, "it tells strangers who it is", stranger)
    if _is_lock(stranger):
        return _answer(Verdict.LOCKED, account, "it speaks of a lock", stranger)
    if not stranger.denies:
        return _answer(Verdict.UNREACHED, account, f"status {stranger.page.status} to a stranger", stranger)
    return _answer(Verdict.REFUSED, account, "it asks for a login", stranger) if account.anonymous else None


async def _log_in(line: Line, account: Account, stranger: _Heard, clock: "_Clock") -> Answer:
    """Answer in the manner that the stranger was told."""
    challenges = parse_challenges(stranger.page.headers_named("WWW-Authenticate"))
    challenge = strongest(challenges)
    if challenge is not None:
        credentials = authorisation(challenge, account.user, account.password, "POST", _path(line))
        told = await line.hold(_ask(line, INFORMATION, credentials))
        fresh = strongest(parse_challenges(told.page.headers_named("WWW-Authenticate")))
        if told.page.status == 401 and fresh is not None and fresh.stale:
            # RFC 7616, section 3.3, which leaves open whether the password was looked at; so no second one is sent.
            reason = "it says of the nonce that it has just given that it is too old"
            return _answer(Verdict.UNREACHED, account, reason, stranger, told)
        return judge(stranger, told, account)
    if challenges:
        schemes = ", ".join(sorted({found.scheme for found in challenges}))
        return _answer(Verdict.UNREACHED, account, f"it asks for a login that we have not ({schemes})", stranger)
    kind, envelope = INFORMATION
    signed = envelope.replace(_BODY, token(account, clock.now()) + _BODY, 1)
    return judge(stranger, await line.hold(_ask(line, (kind, signed))), account)


@dataclass(frozen=True, slots=True)
class _Clock:
    """The device's clock: what it said, and when that was by our own steady one."""

    said: datetime
    heard: float

    def now(self) -> datetime:
        """What it shows now."""
        return self.said + timedelta(seconds=time.monotonic() - self.heard)


async def _clock(line: Line) -> _Clock:
    """The device's clock; ours where it does not tell."""
    said = await line.hold(_ask(line, TIME))
    told = said.facts.get("onvif.time")
    moment = datetime.fromisoformat(told) if isinstance(told, str) else datetime.now(UTC)
    return _Clock(moment, time.monotonic())


def token(account: Account, created: datetime, nonce: bytes = b"") -> bytes:
    """The SOAP header with a UsernameToken; the nonce is random unless given."""
    nonce = nonce or secrets.token_bytes(16)
    moment = f"{created.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    digest = hashlib.sha1(nonce + moment.encode() + account.password.encode(), usedforsecurity=False).digest()
    return (
        f'<s:Header><w:Security s:mustUnderstand="1" xmlns:w="{_SECURITY}" xmlns:u="{_UTILITY}"><w:UsernameToken>'
        f"<w:Username>{escape(account.user)}</w:Username>"
        f'<w:Password Type="{_PROFILE}">{b64encode(digest).decode()}</w:Password>'
        f'<w:Nonce EncodingType="{_ENCODING}">{b64encode(nonce).decode()}</w:Nonce><u:Created>{moment}</u:Created>'
        "</w:UsernameToken></w:Security></s:Header>"
    ).encode()


def _ask(line: Line, asked: tuple[str, bytes], credentials: str = "") -> Conversation[_Heard]:
    kind, envelope = asked
    host = authority(Target(line.endpoint), 443 if line.tls else 80)
    about = [("Content-Type", kind), ("Content-Length", str(len(envelope)))]
    if credentials:
        about.append(("Authorization", credentials))
    yield Send(request("POST", _path(line), host, about) + envelope)
    page = yield from read_response(limit=_DOCUMENT_LIMIT)
    if page.version.startswith("RTSP"):
        raise ProtocolError(f"{page.version} in answer to ONVIF")
    try:
        return _Heard(page, parse(page.body))
    except ProtocolError:
        return _Heard(page, {})


def _path(line: Line) -> str:
    return line.path or DEFAULT_PATH


def judge(stranger: _Heard, told: _Heard, account: Account) -> Answer:
    """What the answer to the account means, after the stranger was denied."""
    if told.tells:
        return _answer(Verdict.OPENED, account, "", stranger, told)
    if _is_lock(told):
        return _answer(Verdict.LOCKED, account, "it speaks of a lock", stranger, told)
    text = told.page.body.decode("utf-8", "replace")
    if told.page.status == 503 or (told.page.status >= 400 and says_busy(text)):
        return _answer(Verdict.UNREACHED, account, "it serves as many clients as it can", stranger, told)
    if (
        told.page.status == 401
        and told.page.header("WWW-Authenticate") is None
        and stranger.page.header("WWW-Authenticate")
    ):
        reason = "a 401 without a challenge: it takes no more connections or logins now"
        return _answer(Verdict.UNREACHED, account, reason, stranger, told)
    if told.denies or told.page.status == 403:
        return _answer(Verdict.REFUSED, account, "", stranger, told)
    fault = told.facts.get("onvif.fault")
    reason = f"the fault {fault}" if fault else f"status {told.page.status}"
    return _answer(Verdict.UNREACHED, account, f"{reason} in answer to the login", stranger, told)


def _is_lock(heard: _Heard) -> bool:
    if heard.page.status in LOCK_STATUS:
        return True
    is_fault = heard.page.status >= 400 or not {"onvif.fault", "onvif.authentication"}.isdisjoint(heard.facts)
    return is_fault and not heard.tells and says_locked(heard.page.body.decode("utf-8", "replace"))


def _answer(verdict: Verdict, account: Account, reason: str, *heard: _Heard) -> Answer:
    """The verdict with what was said to the stranger, and who the device says that it is."""
    lines = [_first_line(one) + (" (an account is asked for)" if one.denies else "") for one in heard]
    lines += [f"{marker}: {heard[-1].facts[marker]}" for marker in _MARKERS if marker in heard[-1].facts]
    return Answer(verdict, masked("\n".join(lines).encode(), account.password)[:_EVIDENCE], reason)


def _first_line(heard: _Heard) -> str:
    return heard.page.head.strip().split(b"\n", 1)[0].strip().decode("latin-1")
