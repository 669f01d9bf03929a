"""One visit to a web server: its requests, the cookies it hands out, and all that must never be shown of it. Nothing of it outlives the attempt.

What is sent is what a driver asks for, on this one server, at most so many requests; a session that was opened is the driver's to give back.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

from checks.contract import Account, Answer, Verdict
from inventory.errors import ProtocolError
from scanner.codecs.html_page import Page, read_page
from scanner.codecs.http1 import Response, authority, origin, path_inside, post, read_response, request
from scanner.codecs.http_refusal import shown, text_of
from scanner.conversation import Conversation, Line, Send, Target
from scanner.mask import masked

REQUESTS = 12
"""How many requests one visit makes at most, the way out included."""
_EVIDENCE = 320
_COOKIES, _COOKIE = 16, 2048
_COOKIE_PAIR = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}=[!#-+\--:<-\[\]-~]{0,2048}")  # RFC 6265, section 4.1.1
_SECRET = 6
"""A cookie or token is a secret from this length on; "en" and "1" are none, and would make any text unreadable."""


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
        return authority(Target(self.line.endpoint), 443 if self.line.tls else 80)

    @property
    def origin(self) -> str:
        """The server as a URL."""
        return origin(Target(self.line.endpoint), tls=self.line.tls)

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
        here = path_inside(self.origin + path, base) if base else path
        return path_inside(self.origin + here, location) if here else None

    def onward(self, response: Response, path: str) -> str | None:
        """Where a redirect leads on this same server; None for any other answer."""
        location = response.header("Location")
        return self.inside(location, path) if location and 300 <= response.status < 400 else None

    def answer(self, verdict: Verdict, response: Response, reason: str = "", *more: str) -> Answer:
        """The verdict with the status line, where it points to, the title and what else there is to show, without any secret."""
        said = (*shown(response), *(text.encode() for text in more))
        return Answer(verdict, masked(b"\n".join(said), *self.secrets)[:_EVIDENCE], reason)

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


def page_of(response: Response) -> Page:
    """The body as a page."""
    return read_page(text_of(response))
