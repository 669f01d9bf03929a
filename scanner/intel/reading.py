"""What every source's file is read with: JSON to declared types, texts and days that others wrote, and a count of what was left out."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import TypeVar

import msgspec

from scanner.intel.source import UnreadableSource

EARLIEST = date(1980, 1, 2)
"""Days before it are those of clocks that were never set: the epochs of Unix (1970) and of FAT (1980-01-01)."""
LATEST = date(2060, 12, 31)
"""No maker has declared anything for later; the end of FAT's calendar is 2107."""
LONGEST_NAME = 240
LONGEST_VERSION = 120
LONGEST_TEXT = 600

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ][\d:.]{0,20}(?:Z|[+-]\d{2}:?\d{2})?)?")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f]+")
_MOJIBAKE = re.compile(r"[ÂÃâ][\x80-\xbf\u0152-\u2122]|[ÂÃ][^\w\s]")
_CVE = re.compile(r"CVE-\d{4}-\d{4,19}")

T = TypeVar("T")


def beginning(head: bytes) -> bytes:
    """A file's first bytes without the byte order mark and the blanks that may stand before them."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()


def decoded(name: str, content: bytes, shape: type[T]) -> T:
    """The JSON of a file as `shape`; whatever else it is ends in `UnreadableSource`."""
    try:
        return msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"), type=shape)
    except msgspec.ValidationError as error:
        raise UnreadableSource(f"{name} is not of the known schema: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableSource(f"{name} is no JSON, or was cut off: {error}") from error
    except RecursionError as error:
        raise UnreadableSource(f"{name} is nested too deeply") from error


def piece(raw: msgspec.Raw, shape: type[T]) -> T | None:
    """A piece of a JSON document as `shape`; None where it is missing or is something else."""
    try:
        return msgspec.json.decode(raw, type=shape) if bytes(raw) else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def day(text: object) -> date | None:
    """The day that an ISO 8601 date or moment names; None for every other text, and for a day that no calendar has or that only a broken clock shows."""
    match = _DAY.fullmatch(text) if isinstance(text, str) and len(text) < 40 else None
    if match is None:
        return None
    try:
        found = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
    return found if EARLIEST <= found <= LATEST else None


def plain_text(text: object, longest: int = LONGEST_NAME) -> str:
    """A text on one line, without the blanks around it and what nobody sees (zero-width, bidirectional marks), mended where UTF-8 was taken for Windows-1252;
    "" for what is none or is longer than `longest`.
    """
    if not isinstance(text, str) or len(text) > 4 * longest:
        return ""
    line = _SPACE.sub(" ", _mended(text)).strip()
    if not line.isprintable():
        line = "".join(character for character in line if character.isprintable())
    return line if len(line) <= longest else ""


def cve(text: object) -> str:
    """A CVE id in capitals, or ""."""
    found = _CVE.fullmatch(text.strip().upper()) if isinstance(text, str) and len(text) < 40 else None
    return found[0] if found else ""


def score(value: object) -> float | None:
    """A CVSS score, or None for what is none."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number and 0 <= value <= 10 else None  # type: ignore[arg-type,operator] # `number` says so


def _mended(text: str) -> str:
    if _MOJIBAKE.search(text) is None:
        return text
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text


class Omissions:
    """What was left out of a source, counted by the reason, with the first place of each."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._first: dict[str, str] = {}

    def leave(self, why: str, where: str) -> None:
        """Count one more; `why` completes "3 rows were left out: …"."""
        self._counts[why] += 1
        self._first.setdefault(why, plain_text(where[:80]))

    def notes(self) -> tuple[str, ...]:
        """A sentence for each reason."""
        return tuple(
            f"{count:,} {'row was' if count == 1 else 'rows were'} left out: {why} (first: {self._first[why]})"
            for why, count in sorted(self._counts.items())
        )


def newest(days: Iterable[date | None], name: str) -> date:
    """The latest of the days that are not None; a source without any cannot say up to when it knows."""
    known = [each for each in days if each is not None]
    if not known:
        raise UnreadableSource(f"{name} holds no row with a date, so nobody can say of when it is")
    return max(known)
