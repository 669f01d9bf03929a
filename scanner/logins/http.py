"""HTTP: Basic or Digest, as the device asks. The proof is that a page which answered 401 to a stranger answers 2xx with the account, and shows no login there.

One page is asked for: that of the question, or `/`, or the page of the same server that it points to. One answer to a challenge is sent; another only where
the page that opened leads on to another. A nonce that was too old (RFC 7616, section 3.3) is not followed by another answer: we had it a moment ago, and
devices that say so may have counted a failed login all the same. A login form is not filled in here.
"""

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from checks.contract import Account, Answer, Verdict
from inventory.errors import PeerError
from scanner.codecs.html_page import decode, read_page, visible
from scanner.codecs.http1 import Response, read_response, request
from scanner.codecs.http_auth import Challenge, authorisation, parse_challenges, strongest
from scanner.conversation import Conversation, Line, Send
from scanner.mask import masked
from scanner.refusals import few_left, says_busy, says_locked, says_refused

NAME = "http"
_REDIRECTS = 2
_EVIDENCE = 256
_TITLE = re.compile(rb"<title[^>]{0,80}>[^<]{0,240}</title", re.IGNORECASE)
_LOGIN_PAGE = re.compile(r"log[-_]?[io]n|sign[-_]?in|auth|denied|error|lock|expired|timeout", re.IGNORECASE)
_LOCK_STATUS = (423, 429)
# Hikvision's (ISAPI, userCheck), who else writes "unlock".
_LOCK_STATE = re.compile(r"<lockStatus>\s*lock\b|\"lockStatus\"\s*:\s*\"lock\"", re.IGNORECASE)
_NO_CHALLENGE = "a 401 without a challenge: it takes no more connections or logins now"
_SCANT = 40
"""Characters: a page that shows fewer says what it has to say in its scripts, in an alert()."""
MESSAGE = 400
"""Characters that a page of one message shows at most; a page of settings may well name its limit of sessions, and a log the logins that failed."""
# Two are for a new password and the same once more, which a stranger is not asked for.
_PASSWORD_FIELD = re.compile(r"\btype\s{0,4}=\s{0,4}[\"']?password\b", re.IGNORECASE)
_SCRIPT_WORDS = re.compile(r"\"([^\"\\]{4,160})\"|'([^'\\]{4,160})'")


@dataclass(frozen=True, slots=True)
class _Page:
    """A page that was asked for, and what came."""

    path: str
    url: str
    response: Response

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def challenges(self) -> tuple[Challenge, ...]:
        return parse_challenges(self.response.headers_named("WWW-Authenticate"))


async def attempt(line: Line, account: Account) -> Answer:
    """Ask without credentials, answer the challenge once, and compare."""
    try:
        return await _attempt(line, account)
    except PeerError as error:
        return Answer(Verdict.UNREACHED, reason=str(error))


async def _attempt(line: Line, account: Account) -> Answer:
    page = await _page_that_asks(line)
    before = judge_stranger(page.response)
    if before is not None:
        return _answer(*before, page.response, account)
    if account.anonymous:
        return _answer(Verdict.REFUSED, "it asks for a login", page.response, account)
    challenge = strongest(page.challenges)
    if challenge is None:
        schemes = ", ".join(sorted({found.scheme for found in page.challenges}))
        reason = f"a 401 with no challenge we can answer ({schemes or 'an unknown scheme'})"
        return _answer(Verdict.UNREACHED, reason, page.response, account)
    opened = await _asked(line, page.path, account, challenge)
    verdict, reason = judge(opened.response, page.response, opened.url)
    onward = _inside(opened.response, opened.url)
    if verdict is Verdict.OPENED and onward is not None:
        return await _onward(line, onward, account)
    return _answer(verdict, reason, opened.response, account)


async def _onward(line: Line, path: str, account: Account) -> Answer:
    """The page that an accepted login led on to: a stranger must be refused there, and the account must see it."""
    stranger = await _asked(line, path)
    challenge = strongest(stranger.challenges)
    if stranger.status != 401 or challenge is None:
        return _answer(Verdict.UNREACHED, "it led on to a page that anybody sees", stranger.response, account)
    seen = await _asked(line, path, account, challenge)
    verdict, reason = judge(seen.response, stranger.response, seen.url)
    if 300 <= seen.status < 400:
        verdict, reason = Verdict.UNREACHED, "it led on and on"
    return _answer(verdict, reason, seen.response, account)


async def _page_that_asks(line: Line) -> _Page:
    """The page that answers 401, or the last page that it points to on this very server."""
    page = await _asked(line, line.path or "/")
    for _ in range(_REDIRECTS):
        inside = _inside(page.response, page.url)
        if inside is None:
            break
        page = await _asked(line, inside)
    return page


async def _asked(line: Line, path: str, account: Account | None = None, challenge: Challenge | None = None) -> _Page:
    url = _url(line, path)
    return _Page(path, url, await line.hold(_get(path, url, account, challenge)))


def _get(path: str, url: str, account: Account | None, challenge: Challenge | None) -> Conversation[Response]:
    headers = []
    if account is not None and challenge is not None:
        headers.append(("Authorization", authorisation(challenge, account.user, account.password, "GET", path)))
    yield Send(request("GET", path, urlsplit(url).netloc, headers))
    return (yield from read_response())


def _url(line: Line, path: str) -> str:
    address, port = line.endpoint.address.partition("%")[0], line.endpoint.port
    host = f"[{address}]" if ":" in address else address
    usual = port == (443 if line.tls else 80)
    return f"{'https' if line.tls else 'http'}://{host}{'' if usual else f':{port}'}{path}"


def _inside(page: Response, url: str) -> str | None:
    """The path of a redirect that stays on this server; None for any other answer."""
    location = page.header("Location")
    if not 300 <= page.status < 400 or not location:
        return None
    try:
        there, here = urlsplit(urljoin(url, location)), urlsplit(url)
        stays = (there.scheme, there.hostname, there.port or _port(there.scheme)) == (
            here.scheme,
            here.hostname,
            here.port or _port(here.scheme),
        )
    except ValueError:  # "http://[": a bracket that never closes
        return None
    return (there.path or "/") + (f"?{there.query}" if there.query else "") if stays else None


def _port(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def judge_stranger(page: Response) -> tuple[Verdict, str] | None:
    """What the page says to a stranger, who has tried nothing; None where it asks for a login."""
    said = _words(page)
    if _locks(page, said, threats=False):
        return Verdict.LOCKED, "it answers with a lock"
    if page.status == 503 or _is_busy(page, said):
        return Verdict.UNREACHED, f"it is busy (status {page.status})"
    if page.status == 401:
        return None if page.header("WWW-Authenticate") is not None else (Verdict.UNREACHED, _NO_CHALLENGE)
    if 200 <= page.status < 400:
        return Verdict.NO_LOGIN_ASKED, "it asks for no HTTP login"
    return Verdict.UNREACHED, f"status {page.status} to a stranger, and no login asked for"


def judge(page: Response, before: Response, url: str) -> tuple[Verdict, str]:
    """What the answer to a request with credentials means; `before` is the 401 that came without them, `url` what was asked for."""
    known = set(_words(before).split("\n"))
    said = "\n".join(line for line in _words(page).split("\n") if line not in known)
    if _locks(page, said, threats=True):
        return Verdict.LOCKED, "it answers with a lock"
    if page.status == 503 or _is_busy(page, said):
        return Verdict.UNREACHED, f"it is busy (status {page.status})"
    if page.status in {401, 403}:
        return _judge_refusal(page)
    if 200 <= page.status < 300:
        return _judge_2xx(page, before)
    inside = _inside(page, url)
    if inside is None:
        return Verdict.UNREACHED, f"status {page.status} in answer to the login"
    return (Verdict.REFUSED, "it led to a login page") if _LOGIN_PAGE.search(inside) else (Verdict.OPENED, "")


def _judge_refusal(page: Response) -> tuple[Verdict, str]:
    challenge = strongest(parse_challenges(page.headers_named("WWW-Authenticate")))
    if page.status == 401 and page.header("WWW-Authenticate") is None:
        return Verdict.UNREACHED, _NO_CHALLENGE
    if challenge is not None and challenge.stale:
        return Verdict.UNREACHED, "it says of the nonce that it has just given that it is too old"
    return Verdict.REFUSED, ""


def _judge_2xx(page: Response, before: Response) -> tuple[Verdict, str]:
    """Servers that answer 200 to everything say in the page that nobody was let in."""
    shown, words = read_page(_decoded(page)), _words(page)
    if says_refused(shown.title) or (says_refused(words) and len(words) < MESSAGE):
        return Verdict.REFUSED, f"status {page.status}, and the page says that the login was refused"
    if shown.refresh and _LOGIN_PAGE.search(shown.refresh[:500]):
        return Verdict.REFUSED, "the page leads to a login page"
    doubt = _doubt(page, before)
    return (Verdict.UNREACHED, f"status {page.status}, but {doubt}") if doubt else (Verdict.OPENED, "")


def _doubt(page: Response, before: Response) -> str:
    """Why a page that came with 2xx proves nothing; "" where it does."""
    text = _decoded(page)
    doubts = {
        "it still asks for a login": page.header("WWW-Authenticate") is not None,
        "the page speaks of refused logins": says_refused(_words(page)),
        "the page is the one that a stranger sees": bool(page.body.strip()) and page.body == before.body,
        "the page asks for a password": read_page(text).password_form and len(_PASSWORD_FIELD.findall(text)) == 1,
    }
    return next((doubt for doubt, stands in doubts.items() if stands), "")


def _locks(page: Response, said: str, *, threats: bool) -> bool:
    """Whether the device shuts somebody out: by its status (RFC 4918, 11.3; RFC 6585, 4), by refusing for a time (RFC 9110, 10.2.3), or in words."""
    if page.status in _LOCK_STATUS or (page.status in {401, 403} and page.header("Retry-After") is not None):
        return True
    if _LOCK_STATE.search(_decoded(page)) or says_locked(said, threats=threats):
        return True
    return threats and few_left(said)


def _is_busy(page: Response, said: str) -> bool:
    return says_busy(said) and (page.status >= 400 or len(said) < MESSAGE)


def _words(page: Response) -> str:
    """What the page and its realms say to a reader."""
    text = _decoded(page)
    shown = visible(text)
    if len(shown.strip()) < _SCANT:
        quoted = (double or single for double, single in _SCRIPT_WORDS.findall(text[:8192]))
        shown = "\n".join((shown, *quoted))
    realms = (challenge.realm for challenge in parse_challenges(page.headers_named("WWW-Authenticate")))
    return "\n".join((page.reason, *realms, shown))


def _decoded(page: Response) -> str:
    return decode(page.body, page.header("Content-Type") or "")


def _answer(verdict: Verdict, reason: str, page: Response, account: Account) -> Answer:
    """The verdict with the status line, where it points to, and the title as evidence."""
    title = _TITLE.search(page.body)
    said = [
        page.head.strip().split(b"\n", 1)[0].strip(),
        f"Location: {page.header('Location')}".encode() if page.header("Location") else b"",
        title[0] + b">" if title else b"",
    ]
    secrets = (account.password, f"{account.user}:{account.password}") if account.password else ()
    return Answer(verdict, masked(b"\n".join(part for part in said if part), *secrets)[:_EVIDENCE], reason)
