"""One visit to a web server: its requests, the cookies it hands out, and all that must never be shown of it. Nothing of it outlives the attempt."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus, urljoin, urlsplit

from checks.contract import Account, Answer, Verdict
from inventory.errors import ProtocolError
from scanner.codecs import html_page
from scanner.codecs.html_page import Page
from scanner.codecs.http1 import SAFE_PATH, Response, post, read_response, request
from scanner.conversation import Conversation, Line, Send
from scanner.mask import masked

REQUESTS = 12
"""How many requests one visit makes at most, the way out included."""
_EVIDENCE = 320
_COOKIES, _COOKIE = 16, 2048
_COOKIE_PAIR = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}=[!#-+\--:<-\[\]-~]{0,2048}")  # RFC 6265, section 4.1.1
_SECRET = 6
"""A cookie or token is a secret from this length on; "en" and "1" are none, and would make any text unreadable."""
_TITLE = re.compile(rb"<title[^>]{0,80}>[^<]{0,240}</title", re.IGNORECASE)
_LOCK = re.compile(
    r"\b(?:accounts?|users?|logins?|address|ip|you|device|access|terminal)\b[^<>\n\"]{0,40}\b(?:locked|blocked|banned|suspended|disabled)\b"
    r"|\block(?:ed)?[ _-]?out\b|\btoo many (?:failed|login|log-?in|attempts|invalid|wrong|unsuccessful|incorrect|authentication|tries)"
    r"|\b(?:try|log ?in) again (?:later|in \d|after|in (?:a few|some))|\bmax(?:imum)? (?:number of )?(?:login |log-?in |failed )?attempts\b"
    r"|<lockStatus>\s*lock\b",
    re.IGNORECASE,
)
_LEFT = re.compile(
    r"\b(?:attempts?|tries|retries|chances?|times|logins?)\b[ _-]{0,3}(?:left|remain\w{0,4})\b\W{0,8}(\d{1,3})\b"
    r"|\b(?:remain\w{0,4}|left)[ _-]?(?:login|log-in|failed)?[ _-]?(?:attempts?|tries|retries|times|chances?)\b\W{0,8}(\d{1,3})\b"
    r"|\b(\d{1,3}) (?:more |further |other )?(?:login |log-in )?(?:attempts?|tries|retries|chances?)(?: are| is)? ?(?:left|remain\w{0,4})\b",
    re.IGNORECASE,
)
_BUSY = re.compile(
    r"\b(?:another|other|someone|some(?:one)? else|too many|maximum (?:number of )?|max\.? )\s?(?:users?|sessions?|administrators?|is|clients?)\b[^<>\n]{0,40}"
    r"\b(?:logged|log|connected|active|reached|exceeded|sessions?|using)\b|\b(?:session|user|connection) limit\b",
    re.IGNORECASE,
)
KEPT = 2
"""Attempts that are left to the people who work with the device: with no more than these, it is left alone."""


@dataclass(slots=True)
class Visit:
    """A visit over `line` with `account`. `cookies` are what the server handed out, `secrets` what must not be shown.

    `numbers` names the tokens that were numbers where they stood, and go back as such.
    """

    line: Line
    account: Account
    cookies: dict[str, str] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    made: int = 0

    def __post_init__(self) -> None:
        self.hide(self.account.password)

    @property
    def host(self) -> str:
        """The server as a request names it."""
        address, port = self.line.endpoint.address.partition("%")[0], self.line.endpoint.port
        host = f"[{address}]" if ":" in address else address
        return host if port == (443 if self.line.tls else 80) else f"{host}:{port}"

    @property
    def origin(self) -> str:
        """The server as a URL."""
        return f"{'https' if self.line.tls else 'http'}://{self.host}"

    def hide(self, *secrets: str) -> None:
        """Keep these out of all that is shown, as they are and as an address would write them."""
        for secret in secrets:
            if secret:
                self.secrets |= {secret, quote(secret, safe=""), quote_plus(secret)}

    async def get(self, path: str, headers: Iterable[tuple[str, str]] = (), *, stranger: bool = False) -> Response:
        """Ask for a page, as a `stranger` without the cookies; raises `PeerError`."""
        return await self._ask(request("GET", path, self.host, self._headers(headers, stranger=stranger)), stranger)

    async def post(self, path: str, kind: str, body: bytes, headers: Iterable[tuple[str, str]] = ()) -> Response:
        """Send a body; raises `PeerError`."""
        return await self._ask(post(path, self.host, kind, body, self._headers(headers)), stranger=False)

    async def delete(self, path: str, headers: Iterable[tuple[str, str]] = ()) -> Response:
        """Give a session back that this visit was given; raises `PeerError`."""
        return await self._ask(request("DELETE", path, self.host, self._headers(headers)), stranger=False)

    def inside(self, location: str, path: str, base: str = "") -> str | None:
        """The path on this same server that an address found on the page at `path` means; None where it leads elsewhere."""
        try:
            here = urljoin(self.origin + path, base)
            there, own = urlsplit(urljoin(here, location)), urlsplit(self.origin)
            usual = 443 if self.line.tls else 80
            same = (there.scheme, there.hostname, there.port or usual) == (own.scheme, own.hostname, own.port or usual)
        except ValueError:  # "http://[": a bracket that never closes
            return None
        found = (there.path or "/") + (f"?{there.query}" if there.query else "")
        return found if same and there.username is None and SAFE_PATH.fullmatch(found) else None

    def onward(self, response: Response, path: str) -> str | None:
        """Where a redirect leads on this same server; None for any other answer."""
        location = response.header("Location")
        return self.inside(location, path) if location and 300 <= response.status < 400 else None

    def answer(self, verdict: Verdict, response: Response, reason: str = "", *more: str) -> Answer:
        """The verdict with the status line, where it points to, the title and what else there is to show, without any secret."""
        title = _TITLE.search(response.body)
        said = [
            response.head.strip().split(b"\n", 1)[0].strip(),
            f"Location: {response.header('Location')}".encode() if response.header("Location") else b"",
            title[0] + b">" if title else b"",
            *(text.encode() for text in more),
        ]
        return Answer(verdict, masked(b"\n".join(part for part in said if part), *self.secrets)[:_EVIDENCE], reason)

    def _headers(self, headers: Iterable[tuple[str, str]], *, stranger: bool = False) -> list[tuple[str, str]]:
        """The headers with the cookies, of which some may be given among them."""
        headers = tuple(headers)
        own = [] if stranger else [f"{name}={value}" for name, value in self.cookies.items()]
        kept = [(name, value) for name, value in headers if name.lower() != "cookie"]
        cookies = "; ".join([*(value for name, value in headers if name.lower() == "cookie"), *own])
        return [*kept, *([("Cookie", cookies)] if cookies else [])]

    async def _ask(self, data: bytes, stranger: bool) -> Response:
        if self.made >= REQUESTS:
            raise ProtocolError("it leads from page to page")
        self.made += 1
        response = await self.line.hold(_exchange(data))
        if not stranger:
            self._keep(response)
        return response

    def _keep(self, response: Response) -> None:
        """Take the cookies that an answer sets, and drop those that it takes back (RFC 6265, section 5.2)."""
        for value in response.headers_named("Set-Cookie"):
            pair, *attributes = (part.strip() for part in value.split(";"))
            if not _COOKIE_PAIR.fullmatch(pair) or len(pair) > _COOKIE:
                continue
            name, _, content = pair.partition("=")
            if any(re.fullmatch(r"max-age\s*=\s*-?0*", one, re.IGNORECASE) for one in attributes) or not content:
                self.cookies.pop(name, None)
            elif name in self.cookies or len(self.cookies) < _COOKIES:
                self.cookies[name] = content
                if len(content) >= _SECRET:
                    self.hide(content)


def _exchange(data: bytes) -> Conversation[Response]:
    yield Send(data)
    return (yield from read_response())


def text_of(response: Response) -> str:
    """The body as text."""
    return html_page.decode(response.body, response.header("Content-Type") or "")


def page_of(response: Response) -> Page:
    """The body as a page."""
    return html_page.read_page(text_of(response))


def barred(response: Response, text: str) -> str:
    """Why nobody should try any further, by what any server says of a lock; "" where it says nothing of one."""
    if response.status in (423, 429):
        return f"status {response.status}"
    if response.status >= 400 and response.header("Retry-After"):
        return "it says when to try again"
    left = _LEFT.search(text)
    if left and int(next(group for group in left.groups() if group)) <= KEPT:
        return "it says how few attempts are left"
    return "it speaks of a lock" if _LOCK.search(text) else ""


def is_busy(response: Response, text: str) -> bool:
    """Whether the server has no room for one more."""
    return response.status in (0, 503) or _BUSY.search(text) is not None
