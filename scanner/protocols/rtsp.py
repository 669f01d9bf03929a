"""RTSP: what the server can do (OPTIONS), and what it asks for before it would describe its stream (DESCRIBE).

RFC 2326, sections 10.1 and 10.2, over one connection, plain or inside TLS (rtsps, port 322). Nothing is set up and nothing is played, no path is guessed, and
no picture is ever asked for.
"""

import re

from inventory.errors import PeerError, ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.codecs.http1 import SAFE_HOST, USER_AGENT, Incoming, Response, authority, read_response
from scanner.codecs.http_auth import parse_challenges
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Safety, Say, Send, Target

NAME = "rtsp"
TRANSPORT = "tcp"
PORTS = (322, 554, 5554, 8554, 10554)
SAFETY = Safety.B
OVER_TLS = True
SPEAKS_FIRST = False
HARDY = True
_URL = rb"rtsps?://[A-Za-z0-9._:\[\]-]{1,260}/"
_AGENT = re.escape(USER_AGENT.encode())
SAYS = (
    Say.like("options", rb"OPTIONS " + _URL + rb" RTSP/1\.0\r\nCSeq: 1\r\nUser-Agent: " + _AGENT + rb"\r\n\r\n"),
    Say.like(
        "describe",
        rb"DESCRIBE "
        + _URL
        + rb" RTSP/1\.0\r\nCSeq: 2\r\nUser-Agent: "
        + _AGENT
        + rb"\r\nAccept: application/sdp\r\n\r\n",
    ),
)
FACTS = {
    "rtsp.status": "the status of DESCRIBE, or of OPTIONS where DESCRIBE was not answered",
    "rtsp.server": "the Server header",
    "rtsp.public": "the methods of the Public header",
    "rtsp.realm": "the realm of the first challenge",
    "rtsp.auth": "the schemes it asks for: 'basic', 'digest' or 'basic,digest'",
    "rtsp.described": "whether it described its stream to us, who named no account",
    "rtsp.tls": "whether this was said inside TLS",
}
_NAMES_LIMIT = 32
_OK = 200


def probe(target: Target) -> Conversation[Heard]:
    """Ask for the methods, and over the same connection for a description."""
    incoming = Incoming()
    yield Send(_request("OPTIONS", 1, target))
    options = yield from read_response(incoming)
    if not options.version.startswith("RTSP"):
        raise ProtocolError(f"{options.version} in answer to RTSP")
    facts, evidence = _facts(options) | {"rtsp.tls": target.tls}, options.head
    try:
        yield Send(_request("DESCRIBE", 2, target, (("Accept", "application/sdp"),)))
        described = yield from read_response(incoming)
    except PeerError:
        return Heard(facts, evidence[:EVIDENCE_LIMIT])  # some close after each answer
    facts |= _facts(described) | {"rtsp.described": _is_described(described)}
    return Heard(facts, (evidence + described.head)[:EVIDENCE_LIMIT])


def _is_described(response: Response) -> bool:
    """Whether an answer to DESCRIBE is a description (RFC 4566, section 5: it begins with its version)."""
    return response.status == _OK and response.body.startswith(b"v=")


def _request(method: str, number: int, target: Target, headers: tuple[tuple[str, str], ...] = ()) -> bytes:
    scheme, host = ("rtsps", authority(target, 322)) if target.tls else ("rtsp", authority(target, 554))
    if not SAFE_HOST.fullmatch(host):
        raise ProtocolError(f"a host name that cannot be asked for: {one_line(host, 80)}")
    fields = (("CSeq", str(number)), ("User-Agent", USER_AGENT), *headers)
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields)
    return f"{method} {scheme}://{host}/ RTSP/1.0\r\n{lines}\r\n".encode("ascii")


def _facts(response: Response) -> dict[str, FactValue]:
    challenges = parse_challenges(response.headers_named("WWW-Authenticate"))
    asked = [scheme for scheme in ("basic", "digest") if any(c.scheme == scheme for c in challenges)]
    texts = {
        "rtsp.server": response.header("Server"),
        "rtsp.realm": next((c.realm for c in challenges if c.realm), ""),
        "rtsp.auth": ",".join(asked),
    }
    facts: dict[str, FactValue] = {name: one_line(text) for name, text in texts.items() if text}
    facts["rtsp.status"] = response.status
    methods = tuple(
        one_line(word.strip(), 40)
        for value in response.headers_named("Public")
        for word in value.split(",")
        if word.strip()
    )
    if methods:
        facts["rtsp.public"] = methods[:_NAMES_LIMIT]
    return facts
