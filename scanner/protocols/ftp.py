"""FTP: the greeting, and a polite goodbye. No account is named, anonymous least of all.

RFC 959, section 4.2: a reply is a three-digit code and a text; a reply of several lines has a hyphen after the code of its first line and ends with the line
that has the same code and a blank.
"""

import re

from inventory.errors import PeerClosed, PeerError, ProtocolError, TimedOut
from inventory.text import one_line
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, ReadAll, ReadUntil, Safety, Say, Send, Target

NAME = "ftp"
TRANSPORT = "tcp"
PORTS = (21,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = True
HARDY = True
FACTS = {"ftp.code": "the reply code of the greeting", "ftp.banner": "the text of the greeting, without its codes"}
QUIT = b"QUIT\r\n"
SAYS = (Say.exactly("QUIT", QUIT),)
_LINE = re.compile(rb"([1-5]\d\d)([ -]?)(.*)", re.DOTALL)
_LINES, _LINE_LIMIT = 64, 2048


def probe(target: Target) -> Conversation[Heard]:
    """Read the greeting and leave."""
    lines = [(yield from _line())]
    while not _is_whole(lines):
        lines.append((yield from _line()))
    heard = parse(b"".join(lines))
    try:
        yield Send(QUIT)
        yield ReadAll(_LINE_LIMIT, quiet=1.0)
    except PeerError:
        pass  # it has said what we came for
    return heard


def recognises(greeting: bytes) -> bool:
    """Whether a greeting names FTP. SMTP greets with the same code, so a greeting without the name is not taken for either."""
    return (
        re.match(rb"(?:120|220|421)[ -]", greeting) is not None
        and b"ftp" in greeting.lower()
        and b"smtp" not in greeting.lower()
    )


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
        raise ProtocolError(f"an FTP greeting of more than {_LINES} lines")
    return lines[0][3:4] != b"-" or lines[-1].startswith(code + b" ") or lines[-1].strip() == code


def _code(line: bytes) -> bytes:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ProtocolError("not an FTP greeting")
    return match[1]


def parse(greeting: bytes) -> Heard:
    """Read a whole greeting."""
    code = _code(greeting)
    marks = (code + b"-", code + b" ")
    texts = [line[4:] if line.startswith(marks) else line.removeprefix(code) for line in greeting.splitlines()]
    return Heard({"ftp.code": int(code), "ftp.banner": one_line(b"\n".join(texts))}, greeting[:EVIDENCE_LIMIT])
