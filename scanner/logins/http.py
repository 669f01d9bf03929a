"""HTTP: Basic or Digest, as the device asks. The proof is that a page which answered 401 to a stranger answers 2xx with the account.

One page is asked for: `/`, or the page of the same server that `/` points to. A login form is not filled in: forms are each vendor's own, and a wrong guess
at one is a failed login.
"""

import re
from urllib.parse import urljoin, urlsplit

from checks.contract import Account, Answer, Verdict
from inventory.errors import PeerError
from scanner.codecs.http1 import Response, read_response, request
from scanner.codecs.http_auth import Challenge, authorisation, parse_challenges, strongest
from scanner.conversation import Conversation, Line, Send
from scanner.mask import masked

NAME = "http"
_REDIRECTS = 2
_EVIDENCE = 256
_TITLE = re.compile(rb"<title[^>]{0,80}>\s*(.{0,160}?)\s*</title", re.IGNORECASE | re.DOTALL)
_LOGIN_PAGE = re.compile(r"log[-_]?[io]n|sign[-_]?in|auth|denied|error", re.IGNORECASE)
_LOCK_STATUS = (423, 429)
# Strict, for a page that opened may well speak of doors and locks; "<lockStatus>lock" is Hikvision's (ISAPI, userCheck), who else writes "unlock".
_LOCK = re.compile(
    rb"<lockStatus>\s*lock\b|\b(?:account|user|login|address|ip|you)\b[^<>\n]{0,40}\b(?:locked|blocked|banned)\b"
    rb"|\btoo many (?:failed|login|attempts|invalid|wrong)|\btry again (?:later|in \d|after)",
    re.IGNORECASE,
)


async def attempt(line: Line, account: Account) -> Answer:
    """Ask without credentials, answer the challenge once, and compare."""
    try:
        return await _attempt(line, account)
    except PeerError as error:
        return Answer(Verdict.UNREACHED, reason=str(error))


async def _attempt(line: Line, account: Account) -> Answer:
    path, page = await _page_that_asks(line)
    if page.status != 401:
        return _without_login(page, account)
    if not account.user and not account.password:
        return _answer(Verdict.REFUSED, page, account, "it asks for a login")
    challenges = parse_challenges(page.headers_named("WWW-Authenticate"))
    challenge = strongest(challenges)
    if challenge is None:
        schemes = ", ".join(sorted({found.scheme for found in challenges}))
        return _answer(
            Verdict.UNREACHED, page, account, f"a 401 with no challenge we can answer ({schemes or 'none at all'})"
        )
    page = await line.hold(_get(line, path, account, challenge))
    fresh = strongest(parse_challenges(page.headers_named("WWW-Authenticate")))
    if page.status == 401 and fresh is not None and fresh.stale:
        # RFC 7616, section 3.3: the nonce was too old, and nothing has been said of the password.
        page = await line.hold(_get(line, path, account, fresh))
    return judge(page, _url(line, path), account)


async def _page_that_asks(line: Line) -> tuple[str, Response]:
    """The path that answers 401 and its answer, or the last page that `/` points to on this very server."""
    path = "/"
    page = await line.hold(_get(line, path))
    for _ in range(_REDIRECTS):
        inside = _inside(page, _url(line, path))
        if inside is None:
            break
        path = inside
        page = await line.hold(_get(line, path))
    return path, page


def _get(
    line: Line, path: str, account: Account | None = None, challenge: Challenge | None = None
) -> Conversation[Response]:
    headers = []
    if account is not None and challenge is not None:
        headers.append(("Authorization", authorisation(challenge, account.user, account.password, "GET", path)))
    yield Send(request("GET", path, urlsplit(_url(line, path)).netloc, headers))
    return (yield from read_response())


def _url(line: Line, path: str) -> str:
    address, port = line.endpoint.address, line.endpoint.port
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


def _without_login(page: Response, account: Account) -> Answer:
    if _is_lock(page):
        return _answer(Verdict.LOCKED, page, account, "it answers with a lock")
    if page.status in {0, 503}:
        return _answer(Verdict.UNREACHED, page, account, f"status {page.status}")
    return _answer(Verdict.NO_LOGIN_ASKED, page, account, "it asks for no HTTP login")


def judge(page: Response, url: str, account: Account) -> Answer:
    """What the answer to a request with credentials means; `url` is what was asked for, and answered 401 without them."""
    if _is_lock(page):
        return _answer(Verdict.LOCKED, page, account, "it answers with a lock")
    if page.status == 401 and page.header("WWW-Authenticate") is None:
        return _answer(
            Verdict.UNREACHED, page, account, "a 401 without a challenge: it takes no more connections or logins now"
        )
    if page.status in {401, 403}:
        return _answer(Verdict.REFUSED, page, account)
    if 200 <= page.status < 300:
        return _answer(Verdict.OPENED, page, account)
    inside = _inside(page, url)
    if inside is not None:
        return _answer(Verdict.REFUSED if _LOGIN_PAGE.search(inside) else Verdict.OPENED, page, account)
    return _answer(Verdict.UNREACHED, page, account, f"status {page.status} in answer to the login")


def _is_lock(page: Response) -> bool:
    return page.status in _LOCK_STATUS or _LOCK.search(page.body) is not None


def _answer(verdict: Verdict, page: Response, account: Account, reason: str = "") -> Answer:
    """The verdict with the status line, where it points to, and the title as evidence."""
    title = _TITLE.search(page.body)
    said = [
        page.head.strip().split(b"\n", 1)[0].strip(),
        f"Location: {page.header('Location')}".encode() if page.header("Location") else b"",
        title[0] + b">" if title else b"",
    ]
    secrets = (account.password, f"{account.user}:{account.password}") if account.password else ()
    return Answer(verdict, masked(b"\n".join(part for part in said if part), *secrets)[:_EVIDENCE], reason)
