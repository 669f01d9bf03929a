"""HTTP/1.1, server side, as far as an embedded device goes (RFC 9110, RFC 9112), with Basic (RFC 7617) and Digest."""

import asyncio
import base64
import binascii
import hashlib
import html
import re
import struct
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from http import HTTPStatus
from urllib.parse import unquote_plus

from lab.account import STAFF, Account
from lab.fake import TLS, Stream, Visit
from lab.services import configuration, console, digest

_WRITES = frozenset(
    ("PUT", "DELETE", "PATCH", "MKCOL", "MOVE", "COPY", "PROPPATCH", "LOCK", "UNLOCK", "SUBSCRIBE", "UNSUBSCRIBE")
)
"""RFC 9110 and 5789, WebDAV (RFC 4918), and the events of UPnP, for each of which a small device keeps one of a few places."""
_BODY_LIMIT = 65536
_METHODS = ("GET", "HEAD", "POST")
_ALLOWED = ("Allow", ", ".join(_METHODS))
_NO_FORMS = frozenset(("application/soap+xml", "application/ipp"))
"""Content types of a question that no login form would send."""

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What is found at a path; a `form` is where a browser would type the password."""

    body: str = ""
    kind: str = "text/html"
    status: int = 200
    headers: Headers = ()
    form: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What an application is asked: the method, what follows the question mark, the content type and the body, the path, and the headers by lower-case name."""

    method: str
    query: str
    kind: str
    body: bytes
    path: str = "/"
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def credentials(self) -> str:
        """The Authorization header."""
        return self.headers.get("authorization", "")


class Application(ABC):
    """What stands at a path in the place of a page and reads the request itself (SOAP, JSON). Subclasses are frozen dataclasses in `lab/services/`.

    It is asked before the lock, because such interfaces ask for an account by their own rules.
    """

    @abstractmethod
    def answer(self, asked: Asked, visit: Visit) -> Page:
        """The answer; what would have hurt a real device is told to `visit`."""

    @property
    def interface_account(self) -> Account | None:
        """The account that opens the maker's interface by Digest too, where this is the login of the pages; None where it is not."""
        return None

    def logged_in(self, asked: Asked) -> bool | None:
        """Whether whoever asks has logged in here; None where this is no login of the web server's pages."""
        return None


@dataclass(frozen=True, slots=True)
class Lock:
    """What protects every page but the favicon: a realm, the schemes offered ("digest", "basic") in order, and the one account.

    With `one_session` whoever tries the account, be it in vain, holds the only session for an hour: all that come then get a 401 without a challenge.
    """

    realm: str
    account: Account
    schemes: tuple[str, ...] = ("basic",)
    one_session: bool = False


_STAFF_ONLY = Lock("Configuration", STAFF, ("digest", "basic"))


def page(title: str, text: str = "", *, form: bool = False, head: str = "") -> Page:
    """A small page in a device's manner, with a login form where `form` says so."""
    fields = (
        '<form method="post" action="/login"><input type="text" name="username"><input type="password" name="password">'
        '<input type="submit" value="Login"></form>'
    )
    body = (
        f"<!DOCTYPE html>\n<html><head><title>{html.escape(title)}</title>{head}</head>\n"
        f"<body><h1>{html.escape(title)}</h1>\n<p>{html.escape(text)}</p>\n{fields if form else ''}</body></html>\n"
    )
    return Page(body, form=form)


def icon(text: str) -> bytes:
    """A valid favicon of 16 by 16 pixels in two colours whose pattern is the SHA-256 of `text`: no vendor's picture, and no two alike."""
    rows = hashlib.sha256(text.encode()).digest()
    pixels = b"".join(rows[i : i + 2] + b"\0\0" for i in range(0, 32, 2))
    bitmap = struct.pack("<IiiHHIIiiII", 40, 16, 32, 1, 1, 0, 0, 0, 0, 2, 0) + bytes(
        (0x40, 0x20, 0, 0, 255, 255, 255, 0)
    )
    image = bitmap + pixels + bytes(64)
    return struct.pack("<HHHBBBBHHII", 0, 1, 1, 16, 16, 2, 0, 1, 1, len(image), 22) + image


@dataclass(frozen=True)
class Http(Stream):
    """A web server: its pages by path, the lock before them, and where it sends every request instead (`redirect`, with {address} for its own).

    The settings of a device are changed at "/config", by whoever its login has let in; where there is no login at all, anyone may. Where nobody knows the
    password, or the login is a form that is only shown, the town's staff may.
    """

    port: int = 80
    tls: TLS | None = None
    server: str = ""
    pages: tuple[tuple[str, Page], ...] = ()
    lock: Lock | None = None
    redirect: str = ""
    favicon: bytes = b""
    headers: Headers = ()
    keeps_alive: bool = True
    applications: tuple[tuple[str, Application], ...] = ()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Answer requests until the client closes or asks to close."""
        while request := await _read_request(reader):
            answer, body = _bare(request.fault) if request.fault else self._answer(request, visit)
            last = request.wants_close or not self.keeps_alive or bool(request.fault)
            writer.write(self._head(answer, len(body), last=last) + (b"" if request.method == "HEAD" else body))
            await writer.drain()
            if last:
                return

    def _answer(self, request: "_Request", visit: Visit) -> tuple[Page, bytes]:
        application = dict(self.applications).get(request.path)
        if application is not None:
            answer = application.answer(request.asked, visit)
            return answer, answer.body.replace("{address}", visit.address).encode()
        if request.method in _WRITES:
            visit.harm(f"an HTTP {request.method} to port {self.port}")
            return _bare(HTTPStatus.METHOD_NOT_ALLOWED, _ALLOWED)
        if request.path == "/favicon.ico" and self.favicon:
            return Page(kind="image/x-icon"), self.favicon
        if self.redirect:
            moved = self.redirect.replace("{address}", visit.address) + request.path
            return _bare(HTTPStatus.MOVED_PERMANENTLY, ("Location", moved))
        if lock := self._lock_before(request, visit):
            taken = lock.one_session and bool(visit.log.logins)
            if taken or not self._opened(lock, request, visit):
                return _bare(HTTPStatus.UNAUTHORIZED, *(() if taken else self._challenges(lock, request)))
        return self._page(request, visit)

    def _page(self, request: "_Request", visit: Visit) -> tuple[Page, bytes]:
        if request.path == configuration.PATH and (shown := self._configuration(request, visit)):
            return shown
        if request.method not in _METHODS:
            return _bare(HTTPStatus.METHOD_NOT_ALLOWED, _ALLOWED)
        home = self._home
        if request.method == "POST" and home.form and request.kind not in _NO_FORMS:
            visit.login(_typed(request) or f"the form on port {self.port}", opened=False)
            return home, home.body.encode()
        found = dict(self.pages).get(request.path)
        if found is None:
            return _bare(HTTPStatus.NOT_FOUND)
        if request.method == "POST" and request.kind not in _NO_FORMS:
            visit.harm(f"an HTTP POST to {request.path} on port {self.port}")
        return found, found.body.replace("{address}", visit.address).encode()

    def _lock_before(self, request: "_Request", visit: Visit) -> Lock | None:
        """What protects a page."""
        if request.path != configuration.PATH or console.offered(visit) is None:
            return self.lock
        if self.lock and self.lock.account.password is None and not self.lock.account.anyone:
            return replace(self.lock, account=STAFF)
        if not self._home.form:
            return self.lock
        known = (one.interface_account for _, one in self.applications if one.interface_account)
        return replace(_STAFF_ONLY, account=next((one for one in known if one.password is not None), STAFF))

    @property
    def _home(self) -> Page:
        return dict(self.pages).get("/", Page(status=HTTPStatus.NOT_FOUND))

    def _configuration(self, request: "_Request", visit: Visit) -> tuple[Page, bytes] | None:
        """The page of its settings, or a challenge; None where it has none, or nobody has logged in."""
        settings = console.offered(visit)
        if settings is None or not (self._lock_before(request, visit) or self._has_let_in(request)):
            return None
        status, body = configuration.answer(settings, request.method, request.kind, request.body, visit.client)
        return Page(status=status), body.encode()

    def _has_let_in(self, request: "_Request") -> bool:
        """Whether a login of its own has let somebody in, or its pages have none."""
        said = [application.logged_in(request.asked) for _, application in self.applications]
        logins = [one for one in said if one is not None]
        return any(logins) if logins else self._home.status == HTTPStatus.OK

    def _opened(self, lock: Lock, request: "_Request", visit: Visit) -> bool:
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic" and "basic" in lock.schemes:
            user, password = _basic(credentials)
            opened = lock.account.opens(user, password)
        elif scheme.lower() == "digest" and "digest" in lock.schemes and digest.fresh(digest.fields(credentials)):
            given = digest.fields(credentials)
            user, opened = given.get("username", ""), digest.opens(given, request.method, lock.realm, lock.account)
        else:
            return False
        visit.login(user, opened=opened)
        return opened

    def _challenges(self, lock: Lock, request: "_Request") -> Headers:
        _, _, credentials = request.headers.get("authorization", "").partition(" ")
        stale = "nonce" in digest.fields(credentials) and not digest.fresh(digest.fields(credentials))
        values = {"basic": f'Basic realm="{lock.realm}"', "digest": digest.challenge(lock.realm, stale=stale)}
        return tuple(("WWW-Authenticate", values[scheme]) for scheme in lock.schemes)

    def _head(self, answer: Page, size: int, *, last: bool) -> bytes:
        lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}", f"Date: {formatdate(usegmt=True)}"]
        if self.server:
            lines.append(f"Server: {self.server}")
        lines += [f"{name}: {value}" for name, value in (*self.headers, *answer.headers)]
        lines += [f"Content-Type: {answer.kind}", f"Content-Length: {size}"]
        lines.append("Connection: close" if last else "Connection: keep-alive")
        return "\r\n".join((*lines, "", "")).encode("latin-1", "replace")


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    version: str
    headers: Mapping[str, str]
    query: str = ""
    body: bytes = b""
    fault: HTTPStatus | None = None
    """What is wrong with it, so that it is refused and the connection closed."""

    @property
    def kind(self) -> str:
        """The content type without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def asked(self) -> Asked:
        """What an application needs of it."""
        return Asked(self.method, self.query, self.kind, self.body, self.path, self.headers)

    @property
    def wants_close(self) -> bool:
        connection = self.headers.get("connection", "").lower()
        return "close" in connection or (self.version != "HTTP/1.1" and "keep-alive" not in connection)


async def _read_request(reader: asyncio.StreamReader) -> _Request | None:
    """The next request with its body, or None where the client has closed or its head has no end."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        request = _heard(first, headers)
        if request.fault:
            return request
        return replace(request, body=await reader.readexactly(int(headers.get("content-length", "0"))))
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return None


def _heard(first: str, headers: Mapping[str, str]) -> _Request:
    """A request without its body, and what is wrong with its head (RFC 9112, sections 3 and 6.3)."""
    words, size = first.split(" "), headers.get("content-length", "0")
    if len(words) != 3 or not words[2].startswith("HTTP/1.") or not (size.isascii() and size.isdecimal()):
        return _Request("", "", "", headers, fault=HTTPStatus.BAD_REQUEST)
    method, target, version = words
    path, _, query = target.partition("?")
    fault = HTTPStatus.LENGTH_REQUIRED if "transfer-encoding" in headers else None
    if int(size) > _BODY_LIMIT:
        fault = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return _Request(method, path, version, headers, query, fault=fault)


def _bare(status: HTTPStatus, *headers: tuple[str, str]) -> tuple[Page, bytes]:
    body = f"<html><head><title>{status.phrase}</title></head><body>{status.phrase}</body></html>\n"
    return Page(status=status, headers=headers), body.encode()


def _typed(request: "_Request") -> str:
    """The user name that was typed into a form, or that a login in JSON names; "" where there is none."""
    text = request.body.decode("utf-8", "replace")
    typed = re.search(r'(?:^|[&"])user(?:_?name)?"?\s*[=:]\s*"?([^&"]{1,64})', text, re.IGNORECASE)
    return unquote_plus(typed[1]) if typed else ""


def _basic(credentials: str) -> tuple[str, str]:
    try:
        pair = base64.b64decode(credentials, validate=True).decode("utf-8", "replace")
    except binascii.Error:
        return "", ""
    user, _, password = pair.partition(":")
    return user, password
