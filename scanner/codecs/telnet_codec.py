"""The Telnet codec: option negotiation, plain text out of the stream, and what the end of that text asks for.

RFC 854 for the commands, RFC 1143 for answering each change of an option once, RFC 857 (ECHO) and RFC 858 (SUPPRESS-GO-AHEAD) for the two options that are
not refused. Crude devices take a sub-negotiation for typing, so none is ever sent.
"""

import re
from collections.abc import Callable

from inventory.errors import PeerClosed, PeerError, TimedOut
from scanner.conversation import Conversation, ReadAll, Say, Send

IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
ECHO, SUPPRESS_GO_AHEAD = 1, 3
TEXT_LIMIT = 4096
"""Bytes that are read of one stretch of text."""
QUIET = 0.5
"""Seconds of silence after which a device has said its piece."""

NEGOTIATE = Say.like(
    "answers to option negotiation (all but ECHO and SUPPRESS-GO-AHEAD refused)",
    rb"(?:\xff(?:\xfd[\x01\x03]|\xfb\x03|[\xfc\xfe].))+",
)
_THEY_MAY, _WE_MAY = frozenset((ECHO, SUPPRESS_GO_AHEAD)), frozenset((SUPPRESS_GO_AHEAD,))
# command: (whose option, how we agree, how we refuse), and (whose option, how we confirm)
_OFFERED = {WILL: ("theirs", DO, DONT), DO: ("ours", WILL, WONT)}
_GIVEN_UP = {WONT: ("theirs", DONT), DONT: ("ours", WONT)}


class Codec:
    """Takes the stream apart as it comes, in pieces of any size. Options that are on are remembered, so that no answer is given twice (RFC 1143)."""

    def __init__(self) -> None:
        self._on: dict[str, set[int]] = {"theirs": set(), "ours": set()}
        self._pending = b""
        self._in_subnegotiation = False
        self.spoke = False
        """Whether the device has negotiated, which proves that it speaks Telnet."""

    def receive(self, data: bytes) -> tuple[bytes, bytes]:
        """Return the text in `data`, without commands, and the answers to be sent."""
        stream, self._pending = self._pending + data, b""
        text, answers = bytearray(), bytearray()
        at = 0
        while at < len(stream):
            size = self._command_size(stream, at)
            if size == 0:
                if not self._in_subnegotiation:
                    text.append(stream[at])
                at += 1
            elif at + size > len(stream):
                self._pending = stream[at:]
                break
            else:
                self._obey(stream[at : at + size], text, answers)
                at += size
        return bytes(text), bytes(answers)

    @staticmethod
    def _command_size(stream: bytes, at: int) -> int:
        """Bytes of the command at `at`, as far as can be told yet; 0 where there is none."""
        if stream[at] != IAC:
            return 0
        return 3 if stream[at + 1 : at + 2] and WILL <= stream[at + 1] <= DONT else 2

    def _obey(self, command: bytes, text: bytearray, answers: bytearray) -> None:
        verb = command[1]
        self.spoke = True
        if self._in_subnegotiation:
            self._in_subnegotiation = verb != SE
        elif verb == SB:
            self._in_subnegotiation = True
        elif verb == IAC:
            text.append(IAC)
        elif len(command) == 3:
            answers += self._answer(verb, command[2])

    def _answer(self, verb: int, option: int) -> bytes:
        if verb in _GIVEN_UP:
            whose, answer = _GIVEN_UP[verb]
            if option not in self._on[whose]:
                return b""
            self._on[whose].discard(option)
            return bytes((IAC, answer, option))
        whose, agree, refuse = _OFFERED[verb]
        if option not in (_THEY_MAY if whose == "theirs" else _WE_MAY):
            return bytes((IAC, refuse, option))
        if option in self._on[whose]:
            return b""
        self._on[whose].add(option)
        return bytes((IAC, agree, option))


# Control sequences, a window's title (OSC), character sets, single functions (ECMA-48); the bell.
_ANSI = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\r\n]{0,200}(?:\x07|\x1b\\)|[()][0-9A-Za-z]|[=>78cDEHMZ])|\x07"
)
_LOGIN_WORD = re.compile(r"\b(?:log[io]n|log on|user ?name|user ?id|user|account)\b", re.IGNORECASE)
_ASKS_LOGIN = re.compile(
    r"\b(?:log[io]n|log on|user ?name|user ?id|account)(?: (?:name|id|as))?\s*(?:\([^()]*\)|\[[^\[\]]*\])?\s*[:>?]$|\buser\s*(?:\([^()]*\))?\s*[:?]$"
    r"|^(?:\S{1,40} )?(?:log[io]n|user ?name)$",
    re.IGNORECASE,
)
_ASKS_PASSWORD = re.compile(
    r"\b(?:pass|password|passwd|passcode|passphrase|pass ?code|pin)\b[^:>?]{0,40}\s*[:>?]$|\b(?:password|passwd)$",
    re.IGNORECASE,
)
# "Last login: Mon Nov  2…", as long as the date has not come; "Your last successful login".
_TELLS_OF_LOGINS = re.compile(r"\b(?:last|previous|failed|successful|since)\b.{0,40}\blog[io]n\W*$", re.IGNORECASE)
_SHELL_SIGNS = frozenset("#$>")
_PROMPT_LINE, _SHELL_LINE = 120, 64


def plain(text: bytes) -> bytes:
    """The text without ANSI sequences and NULs, which terminals do not show either; CR NUL and CR LF become LF."""
    return _ANSI.sub(b"", text).replace(b"\0", b"").replace(b"\r\n", b"\n").replace(b"\n\r", b"\n")


def last_line(text: bytes) -> str:
    """What the cursor stands behind."""
    return re.split(rb"[\r\n]", plain(text))[-1].decode("latin-1")


def prompt(text: bytes) -> str:
    """What the end of `text` asks for: "login", "password", "shell" (a command; nobody was asked who they are on this line) or "none"."""
    line = last_line(text).rstrip()
    if not line or len(line) > _PROMPT_LINE:
        return "none"
    if _ASKS_PASSWORD.search(line):
        return "password"
    if _TELLS_OF_LOGINS.search(line):
        return "none"
    if _ASKS_LOGIN.search(line):
        return "login"
    return "shell" if _is_shell(line) and b"</" not in text and not text.startswith(b"HTTP/") else "none"


def _is_shell(line: str) -> bool:
    """Whether a line is what a shell writes before it waits; a box drawn in '#' has a second sign in it, and so has "# Welcome #"."""
    sign, before = line[-1], line[:-1].strip()
    if line.endswith(("#>", "$>")):  # Digi's "#> "
        before = line[:-2].strip()
    if sign not in _SHELL_SIGNS or len(before) > _SHELL_LINE or _LOGIN_WORD.search(line):
        return False
    return not _SHELL_SIGNS & set(before)


def listen(codec: Codec, rounds: int, is_enough: Callable[[bytes], bool]) -> Conversation[bytes]:
    """Read text until the device is quiet and `is_enough(text)`, or it stays quiet for that many rounds of QUIET, or TEXT_LIMIT bytes have come."""
    text, silent, raw = b"", 0, 0
    while silent < rounds and raw < TEXT_LIMIT:
        try:
            data = yield ReadAll(TEXT_LIMIT - raw, quiet=QUIET)
        except (PeerClosed, TimedOut) as error:  # the deadline of the whole conversation
            return text + codec.receive(error.partial)[0]
        raw += len(data)
        silent = 0 if data else silent + 1
        said, answers = codec.receive(data)
        text += said
        if answers:
            try:
                yield Send(answers)
            except PeerError:
                return text
        elif is_enough(text):
            break
    return text
