"""RTSP: Basic or Digest, as the device asks. The proof is that DESCRIBE, which answered 401 to a stranger, gives the account a description of the stream.

RFC 2326, section 10.2, over one connection, plain or inside TLS: the description says which streams there are. None of them is set up and none is played.

Where the account is let past the login and nothing stands at the path (404), that opens the device all the same, for the stranger's 401 came first. A random
pair proves nothing by it: there a 404 may be another way of saying no.
"""

from checks.contract import Account, Answer, Verdict
from inventory.errors import PeerError, ProtocolError
from inventory.text import one_line
from scanner.codecs.http1 import SAFE_PATH, USER_AGENT, Incoming, Response, read_response
from scanner.codecs.http_auth import Challenge, authorisation, parse_challenges, strongest
from scanner.codecs.http_refusal import LOCK_STATUS
from scanner.conversation import Conversation, Line, Reconnect, Send
from scanner.mask import masked
from scanner.refusals import says_busy, says_locked

NAME = "rtsp"
_EVIDENCE, _DESCRIPTION_LIMIT, _STREAMS = 256, 16384, 4
_BUSY_STATUS = frozenset((453, 503))


async def attempt(line: Line, account: Account) -> Answer:
    """Ask without credentials, and answer the challenge once."""
    try:
        return await line.hold(dialogue(url(line), account))
    except PeerError as error:
        return Answer(Verdict.UNREACHED, reason=str(error))


def url(line: Line) -> str:
    """The URL that is asked for, and that the digest is made of."""
    path = line.path or "/"
    if not SAFE_PATH.fullmatch(path):
        raise ProtocolError(f"a path that cannot be asked for: {one_line(path, 80)}")
    address, port = line.endpoint.address.partition("%")[0], line.endpoint.port
    host = f"[{address}]" if ":" in address else address
    usual = port == (322 if line.tls else 554)
    return f"{'rtsps' if line.tls else 'rtsp'}://{host}{'' if usual else f':{port}'}{path}"


def dialogue(asked: str, account: Account) -> Conversation[Answer]:
    """DESCRIBE as a stranger, then with the account, over the same connection: some servers hold a nonce to be the connection's."""
    incoming = Incoming()
    stranger = yield from _describe(incoming, asked, 1)
    if stranger.status != 401:
        return _without_login(stranger, account)
    if _is_lock(stranger):
        return _answer(Verdict.LOCKED, account, "it speaks of a lock", stranger)
    if account.anonymous:
        return _answer(Verdict.REFUSED, account, "it asks for a login", stranger)
    challenges = parse_challenges(stranger.headers_named("WWW-Authenticate"))
    challenge = strongest(challenges)
    if challenge is None:
        schemes = ", ".join(sorted({found.scheme for found in challenges})) or "none at all"
        return _answer(Verdict.UNREACHED, account, f"a 401 with no challenge we can answer ({schemes})", stranger)
    if (stranger.header("Connection") or "").lower() == "close":
        yield Reconnect()
        incoming = Incoming()
    page = yield from _describe(incoming, asked, 2, authorisation_of(challenge, account, asked))
    fresh = strongest(parse_challenges(page.headers_named("WWW-Authenticate")))
    if page.status == 401 and fresh is not None and fresh.stale:
        # RFC 7616, section 3.3, which leaves open whether the password was looked at; so no second one is sent.
        reason = "it says of the nonce that it has just given that it is too old"
        return _answer(Verdict.UNREACHED, account, reason, stranger, page)
    return judge(stranger, page, account)


def authorisation_of(challenge: Challenge, account: Account, asked: str) -> str:
    """The header's value; a realm or a nonce that no header can hold is a `ProtocolError`."""
    value = authorisation(challenge, account.user, account.password, "DESCRIBE", asked)
    if not (value.isascii() and value.isprintable()):
        raise ProtocolError("a challenge that cannot be answered in a header")
    return value


def _describe(incoming: Incoming, asked: str, number: int, credentials: str = "") -> Conversation[Response]:
    fields = [("CSeq", str(number)), ("User-Agent", USER_AGENT), ("Accept", "application/sdp")]
    if credentials:
        fields.append(("Authorization", credentials))
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields)
    yield Send(f"DESCRIBE {asked} RTSP/1.0\r\n{lines}\r\n".encode("ascii"))
    page = yield from read_response(incoming, _DESCRIPTION_LIMIT)
    if not page.version.startswith("RTSP"):
        raise ProtocolError(f"{page.version} in answer to RTSP")
    return page


def _without_login(page: Response, account: Account) -> Answer:
    if _is_lock(page):
        return _answer(Verdict.LOCKED, account, "it answers with a lock", page)
    if page.status == 200 and _streams(page):
        return _answer(Verdict.NO_LOGIN_ASKED, account, "it describes its stream to strangers", page)
    return _answer(Verdict.UNREACHED, account, f"status {page.status} to a stranger", page)


def judge(stranger: Response, page: Response, account: Account) -> Answer:
    """What the answer to the account means, after the 401 to a stranger."""
    said = (stranger, page)
    if page.status == 200 and _streams(page):
        return _answer(Verdict.OPENED, account, "", *said)
    if _is_lock(page):
        return _answer(Verdict.LOCKED, account, "it answers with a lock", *said)
    if page.status in _BUSY_STATUS or says_busy(page.reason):
        return _answer(Verdict.UNREACHED, account, f"it serves as many clients as it can: {page.status}", *said)
    if page.status in {401, 403}:
        return _answer(Verdict.REFUSED, account, "", *said)
    if page.status == 404 and not account.id.startswith("control:"):
        return _answer(Verdict.OPENED, account, "past the login, nothing stands at the path", *said)
    return _answer(Verdict.UNREACHED, account, f"status {page.status} in answer to the login", *said)


def _is_lock(page: Response) -> bool:
    text = page.body.decode("utf-8", "replace") if page.status >= 400 else ""
    return page.status in LOCK_STATUS or says_locked(page.reason) or says_locked(text)


def _streams(page: Response) -> list[bytes]:
    """The media lines of a session description (RFC 8866, section 5.14); none in what is no description."""
    lines = [line.strip() for line in page.body.splitlines()]
    return [line for line in lines if line.startswith(b"m=")] if b"v=0" in lines else []


def _answer(verdict: Verdict, account: Account, reason: str, *pages: Response) -> Answer:
    """The verdict with the status lines, and the streams by their kind."""
    said = [page.head.strip().split(b"\n", 1)[0].strip() for page in pages] + _streams(pages[-1])[:_STREAMS]
    return Answer(verdict, masked(b"\n".join(said), account.password)[:_EVIDENCE], reason)
