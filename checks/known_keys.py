"""Keys whose private half is known: those of the table `data/known_keys.tsv`, and the operator's own lists.

Everything is looked up by hashes, and nothing but hashes is kept. An operator's list has one hash a line in hexadecimal, optional text behind it, and comments
with #. A hash of 64 digits is the SHA-256 of a certificate, of a SubjectPublicKeyInfo, of an SSH key's blob or of an RSA modulus; one of 40 the SHA-1 of a
certificate; one of 20 the last 80 bits by which Debian's packages list the keys of CVE-2008-0166: of the SHA-1 of "Modulus=HEX" and a line feed for RSA
(openssl-vulnkey(1)), of the MD5 of the blob for SSH (ssh-vulnkey(1)). No such list is at hand offline, so none is brought along.
"""

import hashlib
import importlib.resources
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from inventory.text import one_line

PUBLISHED = "the published lists"
LARGEST_MODULUS = 16_384
"""Bits. What is larger is no key of a device, but somebody's wish to keep us busy."""
_MOST_HASHES = 5_000_000
_LONGEST_LINE = 4096
_HASH = re.compile(r"[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{20}")
_DEBIAN_DIGITS = 20


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list says of a key: which list it is, the products that have it (or the operator's words), and whether it is malware's or one of Debian's."""

    source: str
    products: tuple[str, ...] = ()
    malware: bool = False
    debian: bool = False


@dataclass(frozen=True, slots=True)
class KnownKeys:
    """What is listed, by hash in lower case."""

    listed: Mapping[str, Listed] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.listed)

    def find(self, hashes: Iterable[str]) -> Listed | None:
        """What is said of the first of the hashes that is listed."""
        return next((self.listed[one] for one in hashes if one in self.listed), None)


NONE = KnownKeys()


@cache
def published() -> KnownKeys:
    """The keys of the table, read when they are first asked for."""
    text = importlib.resources.files("checks").joinpath("data/known_keys.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    next(rows)  # the names of the columns
    return KnownKeys({one: entry for row in rows for one, entry in _row(*row)})


def _row(what: str, hashes: str, products: str) -> Iterator[tuple[str, Listed]]:
    entry = Listed(PUBLISHED, tuple(products.split("; ")) if products else (), malware=what == "malware")
    for one in hashes.split():
        yield one.partition(":")[2], entry


def read_lists(paths: Iterable[Path]) -> KnownKeys:
    """The operator's own lists together, the first that names a hash first; ValueError in one sentence that names the file, and the line where one is wrong."""
    found: dict[str, Listed] = {}
    for path in paths:
        for one, entry in _read(path):
            found.setdefault(one, entry)
            if len(found) > _MOST_HASHES:
                raise ValueError(f"{path}: this and the lists before it have more than {_MOST_HASHES:,} hashes")
    return KnownKeys(found)


def _read(path: Path) -> Iterator[tuple[str, Listed]]:
    """Each hash of one list. Entries of the same words are one object: Debian's lists are long."""
    debian = "blacklist" in path.name.lower()
    entries: dict[tuple[str, bool], Listed] = {}
    for number, line in _lines(path):
        try:
            parsed = _parsed(line)
        except _NoHash as error:
            raise ValueError(f"{path} line {number}: {error}") from None
        if parsed is None:
            continue
        one, words = parsed
        weak = debian or len(one) == _DEBIAN_DIGITS
        entry = Listed(one_line(path.name, 80), (words,) if words else (), debian=weak)
        yield one, entries.setdefault((words, weak), entry)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines with their numbers; ValueError where they cannot be had."""
    if path.exists() and not path.is_file():
        raise ValueError(f"{path}: this is no list of known keys but a folder, a device or a pipe")
    number = 0
    try:
        with path.open("rb") as file:
            while line := file.readline(_LONGEST_LINE + 1):
                number += 1
                if len(line) > _LONGEST_LINE:
                    raise ValueError(f"{path} line {number}: the line is longer than {_LONGEST_LINE} bytes")
                yield number, line.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path} line {number}: this is not UTF-8 text") from None
    except OSError as error:
        raise ValueError(f"cannot read the list of known keys {path}: {error.strerror}") from None


class _NoHash(Exception):
    """A line does not begin with a hash; the message says what is wrong with it."""


def _parsed(line: str) -> tuple[str, str] | None:
    """The hash of a line and the words behind it; None where it has none. Colons between the digits, as openssl prints them, are left out."""
    text = re.split(r"(?:^|\s)#", line, maxsplit=1)[0].strip()
    if not text:
        return None
    digits, *rest = text.split(maxsplit=1)
    one = digits.replace(":", "").lower()
    if not _HASH.fullmatch(one):
        raise _NoHash(
            f"'{one_line(digits, 80)}' is no hash: 64 hexadecimal digits (SHA-256), 40 (SHA-1) or 20 (Debian's) are wanted"
        )
    return one, one_line(rest[0], 200) if rest else ""


def modulus(fact: object) -> int | None:
    """The number that a fact such as `tls.modulus` writes in hexadecimal; None where it is none, or no odd number of a key's size."""
    if not isinstance(fact, str) or not re.fullmatch(r"[0-9A-Fa-f]+", fact) or len(fact) * 4 > LARGEST_MODULUS + 64:
        return None
    number = int(fact, 16)
    return number if number % 2 and number.bit_length() <= LARGEST_MODULUS else None


def modulus_hashes(number: int) -> tuple[str, str]:
    """The hashes by which the lists know an RSA modulus: the table's, and that of openssl-blacklist."""
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    printed = f"Modulus={number:X}\n".encode()
    return hashlib.sha256(raw).hexdigest(), hashlib.sha1(printed, usedforsecurity=False).hexdigest()[-_DEBIAN_DIGITS:]
