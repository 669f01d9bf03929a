"""The file that the intelligence is kept in: a zip archive of JSON whose manifest says of each part of each table what its SHA-256 is.

`manifest.json` says when the bundle was made, and of each source which table it fills, up to which day it knows, and what the SHA-256 of its rows is. The rows
are a member of their own, TABLE/SOURCE.json, so that a source is replaced without touching another's. The name of a bundle is the SHA-256 of its file; where
a file FILE.sha256 stands beside it (as `sha256sum` writes it), the two must agree.
"""

import hashlib
import os
import re
import stat
import zipfile
import zlib
from pathlib import Path
from typing import Any

import msgspec

from checks.knowledge import TABLES, Manifest, Origin
from checks.soundness import fault
from checks.zip_members import ZipMembers

SCHEMA = "tocsin-intelligence/1"
MANIFEST = "manifest.json"
LARGEST = 64 * 1024 * 1024
"""What a bundle may measure in bytes, packed and unpacked: nine times what the shipped one does. Rows take up to eight times as much in memory."""
_WORD = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_STATED = re.compile(rb"([0-9a-fA-F]{64})(?:[ \t\r\n]|$)")
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    msgspec.MsgspecError,
    ValueError,
    KeyError,
    EOFError,
    OSError,
    NotImplementedError,  # a way of compression that Python has none for
    RuntimeError,  # encrypted
)
"""What reading an archive that somebody else has made may end in."""


class DamagedIntelligence(ValueError):
    """A file that is no bundle, or not the one it was; the message says what is wrong with it."""


class Archive:
    """A bundle's bytes, its name and its manifest; the parts are read when they are asked for."""

    def __init__(self, packed: bytes) -> None:
        self.packed = packed
        self.hash = hashlib.sha256(packed).hexdigest()
        try:
            self._members = ZipMembers(packed)
            if self._members.size > LARGEST:
                raise DamagedIntelligence(f"unpacked, it is larger than {LARGEST:,} bytes")
            schema = msgspec.json.decode(self._text(MANIFEST), type=_Schema).schema
            if schema != SCHEMA:
                raise DamagedIntelligence(f"its schema is {schema!r}, and this Tocsin reads {SCHEMA!r}")
            self.manifest = msgspec.json.decode(self._text(MANIFEST), type=Manifest)
        except DamagedIntelligence:
            raise
        except _BROKEN as error:
            raise DamagedIntelligence(f"it is no bundle ({_why(error)})") from error
        self._check_origins()

    @classmethod
    def open(cls, path: Path) -> "Archive":
        """Read the bundle at `path`; OSError where the file cannot be read, `DamagedIntelligence` where it is none, or not the one that FILE.sha256 names.

        The two files are replaced one after the other, so that a pair that does not agree is read once more.
        """
        packed, stated = _pair(path)
        if stated not in ("", hashlib.sha256(packed).hexdigest()):
            packed, stated = _pair(path)
        archive = cls(packed)
        if stated not in ("", archive.hash):
            raise DamagedIntelligence(f"its SHA-256 is {archive.hash}, and {beside(path).name} says {stated}")
        return archive

    def text(self, origin: Origin) -> bytes:
        """The JSON of a part, which is the one of which the manifest speaks; raises `DamagedIntelligence`."""
        try:
            text = self._text(member(origin))
        except _BROKEN as error:
            raise DamagedIntelligence(f"its part {member(origin)} cannot be read ({_why(error)})") from error
        if hashlib.sha256(text).hexdigest() != origin.sha256:
            raise DamagedIntelligence(f"its part {member(origin)} is not the one of which its manifest speaks")
        return text

    def rows(self, origin: Origin) -> Any:
        """The rows of a part, as TABLES describes its table; raises `DamagedIntelligence`."""
        try:
            return msgspec.json.decode(self.text(origin), type=TABLES[origin.table])
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise DamagedIntelligence(f"its part {member(origin)} cannot be read ({_why(error)})") from error

    def verify(self) -> None:
        """Read every row of every part; raises `DamagedIntelligence`."""
        for origin in self.manifest.origins:
            if origin.table not in TABLES:
                self.text(origin)
                continue
            wrong = fault(origin.table, self.text(origin), self.rows(origin))
            if wrong:
                raise DamagedIntelligence(f"its part {member(origin)} {wrong}")

    def _text(self, name: str) -> bytes:
        return self._members.read(name)

    def _check_origins(self) -> None:
        seen = set()
        for origin in self.manifest.origins:
            name = member(origin)
            if not _WORD.fullmatch(origin.name) or not _WORD.fullmatch(origin.table):
                raise DamagedIntelligence(f"{name[:100]!r} is no name of a part")
            if name in seen:
                raise DamagedIntelligence(f"its manifest names the part {name} twice")
            seen.add(name)


class _Schema(msgspec.Struct):
    schema: str


def member(origin: Origin) -> str:
    """The member of the archive that holds the rows of an origin."""
    return f"{origin.table}/{origin.name}.json"


def beside(path: Path) -> Path:
    """The file that says what a bundle's SHA-256 is."""
    return path.with_name(path.name + ".sha256")


def _pair(path: Path) -> tuple[bytes, str]:
    """A bundle's bytes, and the SHA-256 that the file beside it states, "" where there is none."""
    packed = _read(path, LARGEST + 1)
    if len(packed) > LARGEST:
        raise DamagedIntelligence(f"it is larger than {LARGEST:,} bytes")
    try:
        stated = _STATED.match(_read(beside(path), 1024))
    except FileNotFoundError:
        return packed, ""
    if stated is None:
        raise DamagedIntelligence(f"{beside(path).name} does not begin with a SHA-256, as sha256sum writes it")
    return packed, stated[1].decode().lower()


def _read(path: Path, limit: int) -> bytes:
    """The beginning of a file; a pipe would have us wait for whoever writes to it."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise DamagedIntelligence(f"{path.name} is no regular file")
        return file.read(limit)


def _why(error: Exception) -> str:
    return f"{error.args[0]!s:.200} is missing" if isinstance(error, KeyError) else f"{error!s:.200}"
