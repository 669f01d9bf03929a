"""The files of the sources that the operator names: on the web, in a file or in a folder, each given to the format that it is of.

What is to be read as a format is named ("kev=https://…"); what is only a place is looked into. A place that is not there, or that is none, is the operator's
mistake and ends everything before anything is fetched; what goes wrong from then on is a `Failure` of that source, which the others outlive.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from inventory.errors import ConfigError
from scanner.intel import fetch
from scanner.intel.inflate import TooLarge, unpacked
from scanner.intel.source import format_of, load_formats

PUBLIC: Mapping[str, tuple[str, ...]] = {
    "kev": ("https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",),
    "endoflife": ("https://endoflife.date/api/v1/products/full",),
}
"""Where the sources are had that are fetched where nobody names any."""
MOST_FILES = 100_000
MOST_BYTES = 1024 * 1024 * 1024
_NAMED = re.compile(r"([a-z][a-z0-9_-]*)=(.+)", re.DOTALL)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_PAGE = re.compile(rb"\s*(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|script)\b", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Wish:
    """A place to look into: a web address or a path, and the format of what is there, "" where that is to be seen."""

    format: str
    place: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that could not be had or used, and why, as the end of a sentence."""

    source: str
    why: str


@dataclass(slots=True)
class Gathered:
    """What was found: files by format as (name, content), where each format's were had, what failed, and what nobody knows the format of."""

    files: dict[str, list[tuple[str, bytes]]] = field(default_factory=dict)
    where: dict[str, list[str]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def take(self, kind: str, where: str, *files: tuple[str, bytes]) -> None:
        """Keep files of one format that were had at one place."""
        self.files.setdefault(kind, []).extend(files)
        self.where.setdefault(kind, []).append(where)


def wishes(words: Iterable[str], folder: Path | None, configured: Mapping[str, tuple[str, ...]]) -> tuple[Wish, ...]:
    """What the command line names, else `tocsin.toml`, else the public places; raises `ConfigError` for what is no place."""
    named = [_wish(word) for word in words]
    if folder is not None:
        named.append(Wish("", str(folder)))
    if not named:
        named = [Wish(kind, place) for kind, places in (configured or PUBLIC).items() for place in places]
    for wish in named:
        _check(wish)
    return tuple(dict.fromkeys(named))


def gather(wanted: Iterable[Wish], authorities: Path | None) -> Gathered:
    """Everything that they name."""
    found = Gathered()
    for wish in wanted:
        path = local(wish.place)
        where = fetch.plain(wish.place) if path is None else str(path)
        try:
            if path is None:
                _sort(found, wish, _name_of(wish.place), fetch.fetch(wish.place, authorities), where)
            elif path.is_dir():
                _look_into(found, wish, path)
            else:
                _sort(found, wish, path.name, _read(path), where)
        except fetch.NotFetched as error:
            found.failures.append(Failure(wish.format or where, f"{where}: {error}" if wish.format else str(error)))
        except OSError as error:
            found.failures.append(Failure(wish.format or where, f"cannot read {where}: {error.strerror}"))
        except ValueError as error:
            found.failures.append(Failure(wish.format or where, f"{where}: {error}" if wish.format else str(error)))
    return found


def local(place: str) -> Path | None:
    """The path that a place is, None for one on the web."""
    scheme = _SCHEME.match(place)
    if scheme is None:
        return Path(place).expanduser()
    return Path(unquote(urlsplit(place).path)) if scheme[1].lower() == "file" else None


def _wish(word: str) -> Wish:
    named = _NAMED.fullmatch(word)
    if named is None:
        return Wish("", word)
    known = load_formats()
    if named[1] not in known:
        raise ConfigError(f"{word!r}: there is no source {named[1]!r}; known: {', '.join(known)}")
    return Wish(named[1], named[2])


def _check(wish: Wish) -> None:
    scheme = _SCHEME.match(wish.place)
    if scheme and scheme[1].lower() not in {"http", "https", "file"}:
        raise ConfigError(
            f"{wish.place!r} is no place to fetch from: it must begin with https, http or file, or be a path"
        )
    if scheme and scheme[1].lower() == "file" and urlsplit(wish.place).netloc not in {"", "localhost"}:
        raise ConfigError(f"{wish.place!r} is on another machine: a file is named as file:///PATH")
    path = local(wish.place)
    if path is None:
        try:
            known = bool(urlsplit(wish.place).hostname)
        except ValueError:
            known = False
        if not known:
            raise ConfigError(f"{wish.place!r} is no web address: it names no server")
    else:
        _check_path(path)


def _check_path(path: Path) -> None:
    try:
        if not path.exists():
            raise ConfigError(f"there is no file or folder {path}")
        if not path.is_dir() and not path.is_file():
            raise ConfigError(f"{path} is neither a file nor a folder")
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error


def _sort(found: Gathered, wish: Wish, name: str, content: bytes, where: str) -> None:
    """Give one file to its format; raises ValueError for what is none's."""
    content = unpacked(content, fetch.LIMITS.size)
    name = name.removesuffix(".gz")
    if not content.strip():
        raise ValueError("it is empty")
    if _PAGE.match(content[:4096]):
        raise ValueError("a web page came instead of data, perhaps of a proxy or of a network that wants a login")
    if wish.format:
        kind = wish.format
    else:
        format_ = format_of(name, content)
        if format_ is None:
            raise ValueError(f"it is of no format that is known here: {', '.join(load_formats())}")
        kind = format_.NAME
    found.take(kind, where, (name, content))


def _look_into(found: Gathered, wish: Wish, folder: Path) -> None:
    """Take what is of the format that is wished, or of any, from a folder and all below it."""
    taken: dict[str, list[tuple[str, bytes]]] = {}
    unknown, total = list[str](), 0
    for count, path in enumerate(_files(folder)):
        name = path.relative_to(folder).as_posix()
        content = unpacked(_read(path), fetch.LIMITS.size)
        total += len(content)
        if count >= MOST_FILES or total > MOST_BYTES:
            raise ValueError(f"there is more in it than {MOST_FILES:,} files or {MOST_BYTES:,} bytes")
        kind = _kind(wish.format, name.removesuffix(".gz"), content)
        if kind:
            taken.setdefault(kind, []).append((name.removesuffix(".gz"), content))
        else:
            unknown.append(str(path))
    if not taken:
        what = (
            f"of the format {wish.format}"
            if wish.format
            else f"of a format that is known here: {', '.join(load_formats())}"
        )
        raise ValueError(f"no file in it is {what}")
    found.unknown += unknown
    for kind in sorted(taken):
        found.take(kind, str(folder), *taken[kind])


def _kind(wished: str, name: str, content: bytes) -> str:
    if wished:
        return wished if load_formats()[wished].recognises(name, content[:4096]) else ""
    format_ = format_of(name, content)
    return format_.NAME if format_ else ""


def _files(folder: Path) -> Iterator[Path]:
    """The regular files below a folder in a fixed order, without hidden ones and without following links to other folders."""
    for here, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (path for name in sorted(names) if not name.startswith(".") and (path := Path(here, name)).is_file())


def _raise(error: OSError) -> None:
    raise error


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(fetch.LIMITS.size + 1)
    if len(content) > fetch.LIMITS.size:
        raise TooLarge(fetch.LIMITS.size)
    return content


def _name_of(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path)).name
