"""FTP's replies, and what a greeting offers. RFC 959, section 4.2: a reply is a three-digit code and a text; a reply of several lines has a hyphen after the
code of its first line and ends with the line that has the same code and a blank. Pure: no I/O.
"""

import re
from dataclasses import dataclass

from inventory.errors import PeerClosed, ProtocolError, TimedOut
from scanner.conversation import Conversation, ReadUntil

_LINE = re.compile(rb"([1-5]\d\d)([ -]?)(.*)", re.DOTALL)
_LINES, _LINE_LIMIT = 64, 2048
_OFFER = re.compile(
    r"\banonymous(?:ly)?\b|\bguest (?:log[io]n|access)\b|\blog ?in as (?:guest|ftp)\b|\b(?:e-?mail|mail) address as (?:your |the )?password\b",
    re.IGNORECASE,
)
_INVITATION = re.compile(
    r"\bguest\b|\be-?mail\b|\banonymous (?:\w+ ){0,2}(?:ok|okay|allowed|accepted|permitted|welcome)\b", re.IGNORECASE
)
_DENIAL = re.compile(
    r"\b(?:no|not|non|never|without|cannot|can't|don't|isn't|aren't|dis\w+|den(?:y|ied|ies)|forb\w+|refus\w+|prohibit\w*|reject\w*)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.!?;\n]+(?:\s|$)|\n")


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply: its code, its text without the codes (lines parted by a line feed, not yet made visible), and the bytes it came in."""

    code: int
    text: str
    raw: bytes = b""


def read_reply() -> Conversation[Reply]:
    """Read one reply of at most 64 lines; `ProtocolError` for what is none, `PeerClosed` and `TimedOut` where nothing came."""
    lines = [(yield from _line())]
    while not _is_whole(lines):
        lines.append((yield from _line()))
    return parse_reply(b"".join(lines))


def parse_reply(raw: bytes) -> Reply:
    """The reply that these bytes are."""
    code = _code(raw)
    marks = (code + b"-", code + b" ")
    texts = [line[4:] if line.startswith(marks) else line.removeprefix(code) for line in raw.splitlines()]
    return Reply(int(code), b"\n".join(texts).decode("utf-8", "replace"), raw)


def offers_anonymous(text: str) -> bool:
    """Whether a greeting invites strangers: a sentence that names them and denies nothing."""
    return _affirmed(_OFFER, text)


def invites_anonymous(text: str) -> bool:
    """Whether the reply to the name anonymous invites its bearer (RFC 1635, section 2.1); that it repeats the name means nothing."""
    return _affirmed(_INVITATION, text)


def _affirmed(offer: re.Pattern[str], text: str) -> bool:
    return any(offer.search(said) and not _DENIAL.search(said) for said in _SENTENCE.split(text) if said)


def _line() -> Conversation[bytes]:
    """The next line; also one that the device leaves without its end, as "421 Too many connections" often is."""
    try:
        return (yield ReadUntil(b"\n", _LINE_LIMIT))
    except (PeerClosed, TimedOut) as error:
        if not error.partial:
            raise
        return error.partial


def _is_whole(lines: list[bytes]) -> bool:
    """Whether these lines are a reply; `ProtocolError` where they cannot become one."""
    code = _code(lines[0])
    if len(lines) > _LINES:
        raise ProtocolError(f"an FTP reply of more than {_LINES} lines")
    return lines[0][3:4] != b"-" or lines[-1].startswith(code + b" ") or lines[-1].strip() == code


def _code(line: bytes) -> bytes:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ProtocolError("not an FTP reply")
    return match[1]
