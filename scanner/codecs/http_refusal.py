"""What an answer of a web server says where it lets nobody in: by its status, its headers and its words. Pure: nothing is sent here.

The words are those of `scanner/refusals.py`, looked for in what the page shows to a reader. A page of one message shows little; a page of settings may well
name its limit of sessions, and a log the logins that failed.
"""

import re

from scanner.codecs.html_page import decode, visible
from scanner.codecs.http1 import Response
from scanner.codecs.http_auth import parse_challenges
from scanner.refusals import few_left, says_busy, says_locked

LOCK_STATUS = frozenset((423, 429))
"""RFC 4918, section 11.3; RFC 6585, section 4. RTSP and ONVIF borrow them."""
_REFUSALS = frozenset((400, 401, 403))
MESSAGE = 400
"""Characters that a page of one message shows at most."""
_SCANT = 40
"""Characters: a page that shows fewer says what it has to say in its scripts, in an alert()."""
# Hikvision's (ISAPI, userCheck), who else writes "unlock".
_LOCK_STATE = re.compile(r"<lockStatus>\s*lock\b|\"lockStatus\"\s*:\s*\"lock\"", re.IGNORECASE)
_SCRIPT_WORDS = re.compile(r"\"([^\"\\]{4,160})\"|'([^'\\]{4,160})'")
_TITLE = re.compile(rb"<title[^>]{0,80}>[^<]{0,240}</title", re.IGNORECASE)


def text_of(response: Response) -> str:
    """The body as text."""
    return decode(response.body, response.header("Content-Type") or "")


def words_of(response: Response) -> str:
    """What the status line, the realms and the page say to a reader, a line for each stretch of text."""
    text = text_of(response)
    shown = visible(text)
    if len(shown.strip()) < _SCANT:
        quoted = (double or single for double, single in _SCRIPT_WORDS.findall(text[:8192]))
        shown = "\n".join((shown, *quoted))
    realms = (challenge.realm for challenge in parse_challenges(response.headers_named("WWW-Authenticate")))
    return "\n".join((response.reason, *realms, shown))


def news_of(response: Response, before: Response) -> str:
    """The words that did not stand in the answer before, which every stranger reads."""
    known = set(words_of(before).split("\n"))
    return "\n".join(line for line in words_of(response).split("\n") if line not in known)


def lock_of(response: Response, said: str, *, threats: bool = True) -> str:
    """Why nobody should try any further, "" where nothing says so; without `threats`, of a stranger who has tried nothing.

    A refusal for a time is a lock. With a 503, Retry-After says how long the server has no room (RFC 9110, section 10.2.3), and nothing of the login.
    """
    if response.status in LOCK_STATUS:
        return f"status {response.status}"
    if response.header("Retry-After") and response.status in _REFUSALS:
        return "it says when to try again"
    if threats and few_left(said):
        return "it says how few attempts are left"
    locked = _LOCK_STATE.search(text_of(response)) or says_locked(said, threats=threats)
    return "it speaks of a lock" if locked else ""


def is_busy(response: Response, said: str) -> bool:
    """Whether the server has no room for one more."""
    return response.status == 503 or (says_busy(said) and (response.status >= 400 or len(said) < MESSAGE))


def shown(response: Response) -> tuple[bytes, ...]:
    """What of an answer is evidence: its status line, where it points to, and its title."""
    location, title = response.header("Location"), _TITLE.search(response.body)
    said = (
        response.head.strip().split(b"\n", 1)[0].strip(),
        f"Location: {location}".encode() if location else b"",
        title[0] + b">" if title else b"",
    )
    return tuple(part for part in said if part)
