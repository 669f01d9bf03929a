"""The writings in which a secret may stand in a text that a device has said, and where it stands there. Pure, and in time linear in the text."""

import hashlib
import html
import re
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass

_CORE = 6
"""Characters of base64 that are looked for within a longer text; fewer stand there by chance."""
_RUN = 400
_HASHES = ("md5", "sha1", "sha256", "sha512")
_BASE64 = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")
_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") | frozenset(range(0x80, 0x100))
# ECMA-48's control sequences, the other controls, an escape that was cut off, and the characters that nobody sees; as they are, and as
# `inventory.text` writes them.
_UNSEEN = (
    rb"(?P<unseen>(?:\x1b|\\x1b|\\u001b|\\033|\\e)(?:\[[0-?]{0,16}[ -/]{0,4}(?:[@-~]|\Z))?|[\x00-\x08\x0e-\x1f\x7f]"
    rb"|(?:\\(?:[xu][0-9a-f]{0,3})?|&(?:#x?[0-9a-f]{0,7})?|%[0-9a-f]?|=[0-9a-f]?)\Z)"
    rb"|(?P<character>\xc2[\x80-\x9f\xad]|\xe2[\x80\x81][\x80-\xbf]|\xef\xbb\xbf)"
)
_ONCE, _PERCENT = rb"|%(?P<percent>[0-9a-f]{2})", rb"|%(?:25){0,2}(?P<percent>[0-9a-f]{2})"
_ENTITY = rb"|(?P<entity>&(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8});)"
_BACKSLASH = rb"|\\x(?P<octet>[0-9a-f]{2})|\\u(?P<point>[0-9a-f]{4})|\\(?P<escaped>[!-/:-@\[-`{-~])"
_QUOTED = rb"|=(?:(?P<quoted>[0-9a-f]{2})|(?P<fold>\r?\n))"
# One writing each, for a password may itself look like another, and then two together.
_MANNERS = tuple(
    re.compile(_UNSEEN + manner, re.IGNORECASE)
    for manner in (_ONCE, _PERCENT, _ENTITY, _BACKSLASH, _QUOTED, _PERCENT + _ENTITY + _BACKSLASH)
)
_DIGITS, _CODED = re.compile(rb"[0-9a-fA-F]{16,}"), re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
_PARTING = re.compile(rb"(?P<unseen>(?:0x|\\x|%|[:\-\s,])(?=[0-9a-f]{2}))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Text:
    """One reading of a text: its octets, in lower case, and for each where it begins and ends in `raw`."""

    raw: bytes
    read: bytes
    starts: tuple[int, ...] | range
    ends: tuple[int, ...] | range

    @classmethod
    def readings(cls, raw: bytes) -> "tuple[Text, ...]":
        """The text as it stands, and without its escapes where it has some."""
        found = [cls(raw, raw.lower(), range(len(raw)), range(1, len(raw) + 1))]
        for manner in _MANNERS:
            text = cls._resolved(raw, manner)
            if all(text.read != other.read for other in found):
                found.append(text)
        return tuple(found)

    @classmethod
    def _resolved(cls, raw: bytes, pattern: re.Pattern[bytes]) -> "Text":
        read, starts, ends, at = bytearray(), list[int](), list[int](), 0
        for token in pattern.finditer(raw):
            here, meant = token.start(), _meaning(token)
            read += raw[at:here] + meant
            starts += [*range(at, here), *[here] * len(meant)]
            ends += [*range(at + 1, here + 1), *[token.end()] * len(meant)]
            at = token.end()
        read += raw[at:]
        starts += range(at, len(raw))
        ends += range(at + 1, len(raw) + 1)
        return cls(raw, bytes(read).lower(), tuple(starts), tuple(ends))

    def places(self, form: bytes) -> Iterator[tuple[int, int]]:
        """Where `form` stands in this reading, in either case."""
        sought = form.lower()
        at = self.read.find(sought)
        while at >= 0:
            yield at, at + len(sought)
            at = self.read.find(sought, at + len(sought))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the raw text of a place in this reading."""
        return self.starts[start], self.ends[end - 1]

    def before(self, start: int, size: int) -> bytes:
        """What stands before a place."""
        return self.read[max(0, start - size) : start]

    def is_word(self, start: int, end: int) -> bool:
        """Whether no letter and no digit stands on either side, in this reading or in the raw text."""
        first, last = self.span(start, end)
        left = _is_apart(self.read, start - 1) or _is_apart(self.raw, first - 1)
        return left and (_is_apart(self.read, end) or _is_apart(self.raw, last))

    def cut_off(self, form: bytes, least: int) -> Iterator[tuple[int, int]]:
        """Where the text ends with a beginning of `form`, or begins with an end of it, of at least so many octets."""
        sought, size = form.lower(), len(self.read)
        sizes = range(min(len(sought) - 1, size), least - 1, -1)
        yield from ([(self.starts[size - n], len(self.raw)) for n in sizes if self.read.endswith(sought[:n])])[:1]
        yield from ([self.span(0, n) for n in sizes if self.read.startswith(sought[-n:])])[:1]

    def runs(self, core: bytes) -> Iterator[tuple[int, int]]:
        """The whole runs of base64 round `core`, whose case counts; the ends of a run hold a part of the secret."""
        at = self.raw.find(core)
        while at >= 0:
            start, end = at, at + len(core)
            while start > max(0, at - _RUN) and self.raw[start - 1] in _BASE64:
                start -= 1
            while end < min(len(self.raw), at + _RUN) and self.raw[end] in _BASE64:
                end += 1
            while self.raw[end : end + 1] == b"=":
                end += 1
            yield start, end
            at = self.raw.find(core, end)

    def digits(self, form: bytes) -> Iterator[tuple[int, int]]:
        """Where these hexadecimal digits stand, whatever parts one octet from the next."""
        yield from (self.span(*place) for place in self.places(form))
        if _PARTING.search(self.raw):
            parted = self._resolved(self.raw, _PARTING)
            yield from (parted.span(*place) for place in parted.places(form))


def plain(secret: str) -> tuple[bytes, ...]:
    """The secret as it is, in UTF-8 and in Latin-1, in each case (of ASCII the reader takes either), and with what becomes of its blanks: a plus sign in
    forms; on a page and in a line one is as good as several, and those at its ends are lost."""
    cases = [secret] if secret.isascii() else [secret, secret.lower(), secret.upper()]
    if " " in secret:
        cases += [one.replace(" ", "+") for one in cases]
        kept = " ".join(secret.split())
        cases += [kept, secret.strip()] if len(kept) >= _CORE else []
    return tuple(dict.fromkeys(octets.lower() for one in cases for octets in _encodings(one)))


def hashes(secret: str) -> Iterator[bytes]:
    """Its unsalted hashes, in hexadecimal and in base64."""
    for octets in _encodings(secret):
        for name in _HASHES:
            digest = hashlib.new(name, octets, usedforsecurity=False).digest()
            yield digest.hex().encode()
            yield b64encode(digest).rstrip(b"=")


def hexadecimal(secret: str) -> tuple[bytes, ...]:
    """Its octets in hexadecimal, in each case of its letters."""
    cases = dict.fromkeys((secret, secret.lower(), secret.upper()))
    return tuple(dict.fromkeys(octets.hex().encode() for one in cases for octets in _encodings(one)))


def in_base64(secret: str) -> tuple[bytes, ...]:
    """What it comes to in base64, at each of the three places within a group of octets, without what its neighbours share in."""
    found: list[bytes] = []
    for octets in dict.fromkeys((*_encodings(secret), secret.encode("utf-16-le", "replace"))):
        for before in range(3):
            coded = b64encode(bytes(before) + octets)[(0, 2, 3)[before] : (before + len(octets)) * 4 // 3]
            if len(coded) >= _CORE:
                found += [coded, coded.translate(bytes.maketrans(b"+/", b"-_"))]
    return tuple(dict.fromkeys(found))


def repeated(heard: bytes, said: bytes) -> Iterator[tuple[int, int]]:
    """Where `heard` repeats of what was `said` what looks like a proof or a token: hexadecimal or base64 of it, or such as it stands there."""
    low = said.lower()
    for run in _DIGITS.finditer(heard):
        if run[0].lower() in low or bytes.fromhex(run[0][: len(run[0]) & ~1].decode()) in said:
            yield run.span()
    for run in _CODED.finditer(heard):
        if (_is_mixed(run[0]) and run[0] in said) or _decoded(run[0]) in said:
            yield run.span()


def _is_mixed(run: bytes) -> bool:
    """Whether it has what no word has: both cases and digits."""
    return re.search(rb"[a-z]", run) is not None and re.search(rb"[A-Z].*[0-9]|[0-9].*[A-Z]", run) is not None


def _decoded(run: bytes) -> bytes:
    whole = run.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    return b64decode(whole[: len(whole) & ~3] if len(whole) % 4 == 1 else whole + b"=" * (-len(whole) % 4))


def _encodings(text: str) -> tuple[bytes, ...]:
    found = [text.encode("utf-8", "surrogateescape")]
    if not text.isascii() and all(ord(one) < 0x100 for one in text):
        found.append(text.encode("latin-1"))
    return tuple(found)


def _is_apart(text: bytes, at: int) -> bool:
    return not 0 <= at < len(text) or text[at] not in _LETTERS


def _meaning(token: re.Match[bytes]) -> bytes:
    """The octets that a token stands for, none where nobody sees them."""
    match token.lastgroup:
        case "unseen" | "fold":
            return b""
        case "percent" | "octet" | "quoted":
            octet = bytes.fromhex(token[token.lastgroup].decode())
            return b"" if octet < b"\t" or b"\r" < octet < b" " or octet == b"\x7f" else octet
        case "escaped":
            return token["escaped"]
        case "point":
            said = chr(int(token["point"], 16))
        case "entity":
            said = html.unescape(token["entity"].decode())
        case _:
            said = token[0].decode("utf-8", "replace")
    unseen = all(unicodedata.category(one) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for one in said)
    return b"" if unseen else said.encode("utf-8", "replace")
