"""HTTP, plain or inside TLS: the start page, and the page it leads on to on the same endpoint.

At most two GET requests, one connection each, one after the other. A redirect to another host, port or scheme is noted and not followed, and no path is
guessed. RFC 9110 and 9112; `scanner/codecs/http1.py` reads what devices send instead.
"""

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from inventory.errors import PeerError, ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.codecs import html_page
from scanner.codecs.database_page import greeting_of
from scanner.codecs.html_controls import Controls, read_controls
from scanner.codecs.html_page import Page
from scanner.codecs.http1 import SAFE_PATH, Response, authority, get_pattern, read_response, request
from scanner.codecs.http_auth import parse_challenges
from scanner.codecs.login_page import is_first_run
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Reconnect, Safety, Say, Send, Target

NAME = "http"
TRANSPORT = "tcp"
_PLAIN_PORTS = (80, 81, 82, 88, 591, 5000, 7080, 8000, 8001, 8008, 8010, 8080, 8081, 8082, 8088, 8090, 8888)
_HIGH_PORTS = (
    1880,
    3000,
    3128,
    5357,
    8123,
    8181,
    8899,
    9000,
    9080,
    9090,
    9191,
    9200,
    10000,
    10080,
    49152,
    49153,
    49154,
)
_TLS_PORTS = (443, 444, 4443, 5001, 7443, 8443, 9443, 10443)
PORTS = tuple(sorted((*_PLAIN_PORTS, *_HIGH_PORTS, *_TLS_PORTS)))
SAFETY = Safety.A
OVER_TLS = True
SPEAKS_FIRST = False
CONNECTIONS = 2
HARDY = True
SAYS = (
    Say.like("get start page", get_pattern(rb"/")),
    Say.like("get the page it leads to", get_pattern(rb"/[!-~]{0,1023}")),
)
FACTS = {
    "http.status": "the status of the start page, or of the page on the same endpoint that it leads on to",
    "http.server": "the Server header",
    "http.realm": "the realm of the first challenge",
    "http.auth": "the schemes it asks for: 'basic', 'digest' or 'basic,digest'",
    "http.title": "the page's title",
    "http.generator": "the page's meta generator",
    "http.location": "where the start page leads on to",
    "http.cookies": "the names of the cookies it sets",
    "http.headers": "the names of the headers, in their order",
    "http.last_modified": "the Last-Modified header",
    "http.date": "the Date header",
    "http.hsts": "for how many seconds browsers are to stay with HTTPS (Strict-Transport-Security); not there where the page does not say",
    "http.password_form": "whether the page has a field for a password",
    "http.login_page": "the path of the page that has a field for a password",
    "http.first_run": "whether the page asks for a password that is yet to be set, and for none that is",
    "http.tls": "whether this was said inside TLS",
    "http.body_sha256": "SHA-256 of the page",
    "http.identity": "the beginning of the page's visible text",
    "http.administration": "what its links, buttons and forms offer to administer: 'restart', 'firmware' and so on",
    "http.operable": "what of that a button or a form of this very page does",
    "http.database": "the database that greets a stranger here, of those that ask for an account first where one is set",
}
_MAX_AGE = re.compile(r'(?:^|;)\s*max-age\s*=\s*"?([0-9]{1,10})"?\s*(?:;|$)', re.IGNORECASE)
_REDIRECTS = range(300, 400)
_NAMES_LIMIT = 64
_OK = 200
# What nginx, Apache httpd and Go's net/http answer to plain HTTP where they speak TLS.
_WANTS_TLS = re.compile(
    rb"plain HTTP request was sent to HTTPS port|speaking plain HTTP to an SSL|HTTP request to an HTTPS server"
)


@dataclass(frozen=True, slots=True)
class _Answer:
    """A response and what there is to read on its page."""

    response: Response
    page: Page
    controls: Controls
    database: str
    path: str = "/"


def probe(target: Target) -> Conversation[Heard]:
    """Get the start page, and follow it once within the endpoint."""
    first = yield from _get(target, target.path)
    last = first
    path = _onward(target, first)
    if path is not None:
        try:
            yield Reconnect()
            last = yield from _get(target, path)
        except PeerError:
            last = first  # the start page has said enough
    facts = _facts(first) | _facts(last) | _offers(last) | {"http.tls": target.tls}
    return Heard(facts, _evidence(last))


def _get(target: Target, path: str) -> Conversation[_Answer]:
    yield Send(request("GET", path, _host(target)))
    response = yield from read_response()
    if response.version.startswith("RTSP"):
        raise ProtocolError(f"{response.version} in answer to HTTP")
    if response.status == 400 and not target.tls and _WANTS_TLS.search(response.body[:4096]):
        raise ProtocolError("TLS is asked for")
    text = html_page.decode(response.body, response.header("Content-Type") or "")
    page = html_page.read_page(text)
    if response.status != _OK:
        return _Answer(response, page, Controls(), "", path)  # what it says in refusing is nobody's to use
    return _Answer(response, page, read_controls(text), greeting_of(response.body), path)


def _host(target: Target) -> str:
    return authority(target, 443 if target.tls else 80)


def _leads_to(answer: _Answer) -> str | None:
    if answer.response.status in _REDIRECTS:
        return answer.response.header("Location")
    if answer.page.refresh and not answer.page.password_form:
        return answer.page.refresh
    return None


def _onward(target: Target, answer: _Answer) -> str | None:
    """The path on this same endpoint that an answer leads on to, None where it leads nowhere, elsewhere or back to itself."""
    location = _leads_to(answer)
    scheme = "https" if target.tls else "http"
    try:
        url = urlsplit(urljoin(f"{scheme}://{_host(target)}{target.path}", location or ""))
        port = url.port or (443 if url.scheme == "https" else 80)
    except ValueError:
        return None
    hosts = {target.endpoint.address.lower(), target.name.lower() or target.endpoint.address.lower()}
    if url.scheme != scheme or port != target.endpoint.port or (url.hostname or "") not in hosts or url.username:
        return None
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    return path if path != target.path and SAFE_PATH.fullmatch(path) else None


def _facts(answer: _Answer) -> dict[str, FactValue]:
    response, page = answer.response, answer.page
    challenges = parse_challenges(response.headers_named("WWW-Authenticate"))
    asked = [scheme for scheme in ("basic", "digest") if any(c.scheme == scheme for c in challenges)]
    realm = next((c.realm for c in challenges if c.realm), "")
    cookies = (value.partition("=")[0] for value in response.headers_named("Set-Cookie"))
    texts = {
        "http.server": response.header("Server"),
        "http.realm": realm,
        "http.auth": ",".join(asked),
        "http.title": page.title,
        "http.generator": page.generator,
        "http.location": _leads_to(answer),
        "http.last_modified": response.header("Last-Modified"),
        "http.date": response.header("Date"),
        "http.identity": page.text,
    }
    facts: dict[str, FactValue] = {name: one_line(text) for name, text in texts.items() if text}
    facts |= {
        "http.status": response.status,
        "http.headers": tuple(one_line(name, 80) for name, _ in response.headers[:_NAMES_LIMIT]),
        "http.password_form": page.password_form,
    }
    age = _staying(response)
    if age is not None:
        facts["http.hsts"] = age
    names = tuple(dict.fromkeys(one_line(name, 80) for name in cookies))[:_NAMES_LIMIT]
    if names:
        facts["http.cookies"] = names
    if page.password_form:
        facts |= {"http.login_page": answer.path, "http.first_run": is_first_run(page)}
    if response.body:
        facts["http.body_sha256"] = hashlib.sha256(response.body).hexdigest()
    return facts


def _staying(response: Response) -> int | None:
    """The max-age of Strict-Transport-Security (RFC 6797 section 6.1.1); None where there is none that can be read."""
    found = _MAX_AGE.search(response.header("Strict-Transport-Security") or "")
    return int(found[1]) if found else None


def _offers(answer: _Answer) -> dict[str, FactValue]:
    """What the page lets whoever comes by do, and the database that stands open behind it."""
    found: dict[str, FactValue] = {
        "http.administration": answer.controls.offered,
        "http.operable": answer.controls.operable,
        "http.database": answer.database,
    }
    return {name: value for name, value in found.items() if value}


def _evidence(answer: _Answer) -> bytes:
    """The head, the title as it stands in the page, and what else shows who may do what here."""
    body = answer.response.body
    title = re.search(rb"<title[^>]{0,200}>[^<]{0,200}", body, re.IGNORECASE)
    shown = title[0] if title else body[:120] if answer.database or not answer.response.head else b""
    for label in answer.controls.labels:
        shown += b"\n" + label.encode()[:60]
    return answer.response.head[: max(EVIDENCE_LIMIT - len(shown), 0)] + shown[:EVIDENCE_LIMIT]
