"""HTTP: Basic or Digest, as the device asks. The proof is that a page which answered 401 to a stranger answers 2xx with the account, and shows no login there.

One page is asked for: that of the question, or `/`, or the page of the same server that it points to. One answer to a challenge is sent; another only where
the page that opened leads on to another. A nonce that was too old (RFC 7616, section 3.3) is not followed by another answer: we had it a moment ago, and
devices that say so may have counted a failed login all the same. A login form is not filled in here.
"""

import re
from dataclasses import dataclass

from checks.contract import Account, Answer, Verdict
from inventory.errors import PeerError
from scanner.codecs.html_page import read_page
from scanner.codecs.http1 import Response, authority, origin, path_inside, read_response, request
from scanner.codecs.http_auth import Challenge, authorisation, parse_challenges, strongest
from scanner.codecs.http_refusal import MESSAGE, is_busy, lock_of, news_of, shown, text_of, words_of
from scanner.conversation import Conversation, Line, Send, Target
from scanner.mask import masked
from scanner.refusals import says_refused

NAME = "http"
_REDIRECTS = 2
_EVIDENCE = 256
_LOGIN_PAGE = re.compile(r"log[-_]?[io]n|sign[-_]?in|auth|denied|error|lock|expired|timeout", re.IGNORECASE)
_NO_CHALLENGE = "a 401 without a challenge: it takes no more connections or logins now"
# Two are for a new password and the same once more, which a stranger is not asked for.
_PASSWORD_FIELD = re.compile(r"\btype\s{0,4}=\s{0,4}[\"']?password\b", re.IGNORECASE)


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
    target = Target(line.endpoint)
    host = authority(target, 443 if line.tls else 80)
    return _Page(path, origin(target, tls=line.tls) + path, await line.hold(_get(path, host, account, challenge)))


def _get(path: str, host: str, account: Account | None, challenge: Challenge | None) -> Conversation[Response]:
    headers = []
    if account is not None and challenge is not None:
        headers.append(("Authorization", authorisation(challenge, account.user, account.password, "GET", path)))
    yield Send(request("GET", path, host, headers))
    return (yield from read_response())


def _inside(page: Response, url: str) -> str | None:
    """The path of a redirect that stays on this server; None for any other answer."""
    location = page.header("Location")
    return path_inside(url, location) if location and 300 <= page.status < 400 else None


def judge_stranger(page: Response) -> tuple[Verdict, str] | None:
    """What the page says to a stranger, who has tried nothing; None where it asks for a login."""
    said = words_of(page)
    if lock_of(page, said, threats=False):
        return Verdict.LOCKED, "it answers with a lock"
    if is_busy(page, said):
        return Verdict.UNREACHED, f"it is busy (status {page.status})"
    if page.status == 401:
        return None if page.header("WWW-Authenticate") is not None else (Verdict.UNREACHED, _NO_CHALLENGE)
    if 200 <= page.status < 400:
        return Verdict.NO_LOGIN_ASKED, "it asks for no HTTP login"
    return Verdict.UNREACHED, f"status {page.status} to a stranger, and no login asked for"


def judge(page: Response, before: Response, url: str) -> tuple[Verdict, str]:
    """What the answer to a request with credentials means; `before` is the 401 that came without them, `url` what was asked for."""
    said = news_of(page, before)
    if lock_of(page, said):
        return Verdict.LOCKED, "it answers with a lock"
    if is_busy(page, said):
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
    shown, words = read_page(text_of(page)), words_of(page)
    if says_refused(shown.title) or (says_refused(words) and len(words) < MESSAGE):
        return Verdict.REFUSED, f"status {page.status}, and the page says that the login was refused"
    if shown.refresh and _LOGIN_PAGE.search(shown.refresh[:500]):
        return Verdict.REFUSED, "the page leads to a login page"
    doubt = _doubt(page, before)
    return (Verdict.UNREACHED, f"status {page.status}, but {doubt}") if doubt else (Verdict.OPENED, "")


def _doubt(page: Response, before: Response) -> str:
    """Why a page that came with 2xx proves nothing; "" where it does."""
    text = text_of(page)
    doubts = {
        "it still asks for a login": page.header("WWW-Authenticate") is not None,
        "the page speaks of refused logins": says_refused(words_of(page)),
        "the page is the one that a stranger sees": bool(page.body.strip()) and page.body == before.body,
        "the page asks for a password": read_page(text).password_form and len(_PASSWORD_FIELD.findall(text)) == 1,
    }
    return next((doubt for doubt, stands in doubts.items() if stands), "")


def _answer(verdict: Verdict, reason: str, page: Response, account: Account) -> Answer:
    """The verdict with what of the page is evidence."""
    secrets = (account.password, f"{account.user}:{account.password}") if account.password else ()
    return Answer(verdict, masked(b"\n".join(shown(page)), *secrets)[:_EVIDENCE], reason)
