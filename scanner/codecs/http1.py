"""Answers in the manner of HTTP/1.x, read with the tolerance that cameras and routers need: HTTP, RTSP, ICY and bare pages.

    yield Send(request("GET", "/", target_host))
    response = yield from read_response()

RFC 9112 says what should come. Of what comes instead, whatever can be understood is: bare line feeds, blank lines and blanks before the status line, a status
line without reason or number, header lines without a colon, folds at the wrong place, wrong lengths, broken chunks, a page without any head. Pure: no I/O.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, urljoin, urlsplit

from inventory.errors import PeerClosed, PeerError, ProtocolError, TimedOut
from inventory.text import one_line
from scanner.conversation import Conversation, ReadAll, ReadSome, Target

USER_AGENT = "Tocsin/0.1 (security inventory)"
BODY_LIMIT = 65536
"""Bytes of a body that are read; the rest is left unread."""
HEAD_LIMIT = 16384
QUIET = 2.0
"""Seconds of silence after which a body without a length counts as whole: some servers never close."""

SAFE_PATH = re.compile(r"/[!-~]{0,1023}")
SAFE_HOST = re.compile(r"[A-Za-z0-9._:\[\]-]{1,260}")
_STATUS_LINE = re.compile(
    rb"(?P<protocol>HTTP|RTSP|ICY)(?:/[ \t]*(?P<version>[\d.]{0,5}))?(?:[ \t]+(?P<status>\d{3})(?!\d))?(?P<reason>[^\r\n]{0,200})",
    re.IGNORECASE,
)
_MARKUP = re.compile(rb"<(?:!doctype|!--|\?xml|html|head|body|title|meta|script|frameset)", re.IGNORECASE)
_BLANKS = b" \t\r\n\0"
_INTERIM_ANSWERS = 4


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: status (0 where the line holds no number), headers in their order as sent (not yet made visible), body, and `head`, the raw bytes above it."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""
    version: str = "HTTP/1.1"
    head: bytes = b""

    def header(self, name: str) -> str | None:
        """The first value of that header, None where it is absent; names are compared without case."""
        return next(iter(self.headers_named(name)), None)

    def headers_named(self, name: str) -> tuple[str, ...]:
        """Every value of that header, in order."""
        return tuple(value for key, value in self.headers if key.lower() == name.lower())


class Incoming:
    """What has come over one connection and is not read yet; keep one for several answers over the same connection."""

    def __init__(self) -> None:
        self.data = b""
        self.ended: PeerError | None = None

    def more(self) -> Conversation[bool]:
        """Wait for more; False when the peer has closed, fallen silent or said too much, and `ended` says which."""
        if self.ended is not None:
            return False
        try:
            self.data += yield ReadSome()
        except PeerError as error:
            return self._end(error)
        return True

    def _end(self, error: PeerError) -> bool:
        """Note how it ended; whether something had come before that."""
        partial = error.partial if isinstance(error, PeerClosed | TimedOut) else b""
        self.ended = error
        self.data += partial
        return bool(partial)

    def take(self, size: int) -> bytes:
        """At most `size` bytes of what is here."""
        taken, self.data = self.data[:size], self.data[size:]
        return taken

    def line(self) -> Conversation[bytes]:
        r"""The next line with its ending; what there is without one at the end or after HEAD_LIMIT bytes, b"" at the very end."""
        searched = 0
        while (at := self.data.find(b"\n", searched)) < 0 and len(self.data) < HEAD_LIMIT:
            searched = len(self.data)
            if not (yield from self.more()):
                break
        return self.take(at + 1 if at >= 0 else HEAD_LIMIT)

    def exactly(self, size: int) -> Conversation[bytes]:
        """The next `size` bytes, or fewer where the peer ends before."""
        while len(self.data) < size and (yield from self.more()):
            pass
        return self.take(size)

    def rest(self, limit: int) -> Conversation[bytes]:
        """Everything until the peer closes or falls silent, at most `limit` bytes."""
        if len(self.data) < limit and self.ended is None:
            try:
                self.data += yield ReadAll(limit - len(self.data), quiet=QUIET)
            except PeerError as error:
                self._end(error)
        return self.take(limit)


def authority(target: Target, usual_port: int) -> str:
    """The host as a request names it: with its port unless that is the scheme's own (RFC 9110 section 7.2), never with an IPv6 zone (RFC 6874, 4)."""
    host = re.sub(r"%[^\]]*", "", target.host)
    return host if target.endpoint.port == usual_port else f"{host}:{target.endpoint.port}"


def origin(target: Target, *, tls: bool) -> str:
    """The server as a URL without a path."""
    return f"{'https' if tls else 'http'}://{authority(target, 443 if tls else 80)}"


def path_inside(url: str, location: str) -> str | None:
    """The path of what an address found on the page `url` means, where it stays on that server; None where it leads elsewhere, or nowhere."""
    try:
        here, there = urlsplit(url), urlsplit(urljoin(url, location))
        same = _server(here) == _server(there) and there.username is None
    except ValueError:  # "http://[": a bracket that never closes
        return None
    found = (there.path or "/") + (f"?{there.query}" if there.query else "")
    return found if same and SAFE_PATH.fullmatch(found) else None


def _server(url: SplitResult) -> tuple[str, str | None, int]:
    return url.scheme, url.hostname, url.port or (443 if url.scheme == "https" else 80)


def request(method: str, path: str, host: str, headers: Iterable[tuple[str, str]] = ()) -> bytes:
    """A request without a body, over a connection that ends with its answer.

    `path` may have come from a device: anything but visible ASCII in path, host or a header's value is a `ProtocolError`.
    """
    if not SAFE_PATH.fullmatch(path):
        raise ProtocolError(f"a path that cannot be asked for: {one_line(path, 80)}")
    if not SAFE_HOST.fullmatch(host):
        raise ProtocolError(f"a host name that cannot be asked for: {one_line(host, 80)}")
    fields = [("Host", host), ("User-Agent", USER_AGENT), ("Accept", "*/*"), *headers, ("Connection", "close")]
    if not all(value.isascii() and value.isprintable() for _, value in fields):
        raise ProtocolError("a header value that cannot be sent")
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def post(path: str, host: str, content_type: str, body: bytes, headers: Iterable[tuple[str, str]] = ()) -> bytes:
    """A POST of that body, over a connection that ends with its answer; for protocols that put a question into a body (SOAP, JSON), and for logins."""
    about = (*headers, ("Content-Type", content_type), ("Content-Length", str(len(body))))
    return request("POST", path, host, about) + body


def post_pattern(path: bytes, content_type: str, body: bytes, headers: Iterable[tuple[str, str]] = ()) -> bytes:
    """A pattern of the requests that `post` makes of exactly this body and these headers, for paths that match the pattern `path`."""
    about = "".join(f"{name}: {value}\r\n" for name, value in headers)
    about += f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    head = get_pattern(path).replace(b"GET ", b"POST ", 1).removesuffix(rb"Connection: close\r\n\r\n")
    return head + re.escape(about.encode() + body)


def get_pattern(path: bytes) -> bytes:
    """A pattern of the GET requests that `request` makes without further headers, for paths that match the pattern `path`."""
    agent = re.escape(USER_AGENT.encode())
    host = SAFE_HOST.pattern.encode()
    return rb"GET %b HTTP/1\.1\r\nHost: %b\r\nUser-Agent: %b\r\nAccept: \*/\*\r\nConnection: close\r\n\r\n" % (
        path,
        host,
        agent,
    )


def read_response(incoming: Incoming | None = None, limit: int = BODY_LIMIT) -> Conversation[Response]:
    """Read one answer with at most `limit` bytes of its body, passing over interim ones (1xx).

    Raises `ProtocolError` for what is no answer at all, and what the wire raised (`PeerClosed`, `TimedOut`) where nothing came.
    """
    incoming = Incoming() if incoming is None else incoming
    response = yield from read_head(incoming)
    for _ in range(_INTERIM_ANSWERS):
        if not 100 <= response.status < 200:
            break
        response = yield from read_head(incoming)
    body = yield from read_body(incoming, response, limit)
    return replace(response, body=body)


def read_head(incoming: Incoming) -> Conversation[Response]:
    """Read the status line and the headers; the body is left in `incoming`."""
    raw = yield from _first_line(incoming)
    first = raw.lstrip(_BLANKS + b"\xef\xbb\xbf")
    match = _STATUS_LINE.match(first)
    if match is None:
        if not _MARKUP.match(first):
            raise ProtocolError(f"not an HTTP answer: {one_line(first, 60)}")
        incoming.data = raw + incoming.data
        return Response(200, "", (), version="HTTP/0.9")
    headers, lines = yield from _headers(incoming)
    protocol, version = match["protocol"].decode().upper(), (match["version"] or b"").decode()
    return Response(
        status=int(match["status"] or 0),
        reason=_text(match["reason"]),
        headers=headers,
        version=f"{protocol}/{version}" if version else protocol,
        head=raw + lines,
    )


def _first_line(incoming: Incoming) -> Conversation[bytes]:
    blank = b""
    for _ in range(16):
        line = yield from incoming.line()
        if not line and incoming.ended is not None:
            raise incoming.ended
        if line.strip(_BLANKS):
            return blank + line
        blank += line
    raise ProtocolError("only blank lines where an HTTP answer should be")


def _headers(incoming: Incoming) -> Conversation[tuple[tuple[tuple[str, str], ...], bytes]]:
    """The header fields, and the raw lines they came in, blank line included."""
    headers: list[tuple[str, str]] = []
    raw = b""
    while len(raw) < HEAD_LIMIT:
        line = yield from incoming.line()
        if _MARKUP.match(line):  # a page that follows without a blank line
            incoming.data = line + incoming.data
            break
        raw += line
        if not line.strip(_BLANKS):
            break
        name, colon, value = line.partition(b":")
        if line[:1] in {b" ", b"\t"} and headers:  # obsolete line folding, RFC 9112 section 5.2
            headers[-1] = (headers[-1][0], f"{headers[-1][1]} {_text(line)}".strip())
        elif colon and name.strip(_BLANKS):
            headers.append((_text(name), _text(value)))
    return tuple(headers), raw


def _text(raw: bytes) -> str:
    raw = raw.strip(_BLANKS)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def read_body(incoming: Incoming, response: Response, limit: int = BODY_LIMIT) -> Conversation[bytes]:
    """Read at most `limit` bytes of the body that belongs to that head; RFC 9112 section 6.3 says how long it is, a wrong length is survived."""
    if response.status in {204, 304}:
        return b""
    if any("chunked" in value.lower() for value in response.headers_named("Transfer-Encoding")):
        return (yield from _chunks(incoming, limit))
    length = _length(response)
    if length is not None:
        return (yield from incoming.exactly(min(length, limit)))
    if response.version.startswith("RTSP"):  # RFC 2326 section 12.14: no length means no body
        return b""
    return (yield from incoming.rest(limit))


def _length(response: Response) -> int | None:
    for value in response.headers_named("Content-Length"):
        match = re.match(r"\+?(\d+)", value, re.ASCII)
        if match:
            return int(match[1][:12])
    return None


def _chunks(incoming: Incoming, limit: int) -> Conversation[bytes]:
    """RFC 9112 section 7.1; a line that is no chunk size ends the pretence, and the rest is taken as it comes."""
    pieces, left = [], limit
    while left > 0:
        line = yield from incoming.line()
        if line and not line.strip(_BLANKS):
            continue  # the end of the last chunk
        match = re.match(rb"[ \t]*([0-9a-fA-F]{1,8})[ \t]*[;\r\n]", line)
        if match is None:
            incoming.data = line + incoming.data
            pieces.append((yield from incoming.rest(left)))
            break
        size = int(match[1], 16)
        if size == 0:
            while (yield from incoming.line()).strip(_BLANKS):
                pass  # trailers, which nothing needs
            break
        pieces.append((yield from incoming.exactly(min(size, left))))
        left -= len(pieces[-1])
    return b"".join(pieces)
