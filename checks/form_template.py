"""Texts with holes, for what a login form is sent: `{user}`, `{md5:{user}:{realm}:{password}}`.

A hole is filled with the value of its name. A function takes the template that follows its colon: md5, sha1, sha256 and sha512 give hexadecimal digits, in
capitals where the function is written in capitals; base64, url (percent-encoding) and xml (entities) are what their names say.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote
from xml.sax.saxutils import escape

_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
_HASHES = ("md5", "sha1", "sha256", "sha512")
_DEPTH = 6


def _hash(name: str, text: str) -> str:
    return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()


def _lower(name: str) -> Callable[[str], str]:
    return lambda text: _hash(name, text)


def _upper(name: str) -> Callable[[str], str]:
    return lambda text: _hash(name, text).upper()


FUNCTIONS: Mapping[str, Callable[[str], str]] = {
    **{name: _lower(name) for name in _HASHES},
    **{name.upper(): _upper(name) for name in _HASHES},
    "base64": lambda text: b64encode(text.encode()).decode(),
    "url": lambda text: quote(text, safe=""),
    "xml": lambda text: escape(text, {'"': "&quot;"}),
}


@dataclass(frozen=True, slots=True)
class Hole:
    """Where a value goes."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function of what a template gives."""

    function: str
    inside: "Template"


@dataclass(frozen=True, slots=True)
class Template:
    """A text with holes, read by `template`."""

    parts: tuple[str | Hole | Call, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """The names of all its holes."""
        own = {part.name for part in self.parts if isinstance(part, Hole)}
        return frozenset(own.union(*(part.inside.names for part in self.parts if isinstance(part, Call))))

    def fill(self, values: Mapping[str, str]) -> str:
        """The text with every hole filled; `KeyError` where a value is lacking."""
        return "".join(_filled(part, values) for part in self.parts)


def _filled(part: str | Hole | Call, values: Mapping[str, str]) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Hole):
        return values[part.name]
    return FUNCTIONS[part.function](part.inside.fill(values))


def template(text: str) -> Template:
    """Read a template; `ValueError` says what is wrong with it."""
    read, rest = _read(text, 0)
    if rest:
        raise ValueError(f"a brace too many in {text!r}")
    return read


def _read(text: str, depth: int) -> tuple[Template, str]:
    """The template that `text` begins with, up to the brace that closes it, and what follows from there."""
    parts: list[str | Hole | Call] = []
    while text and text[0] != "}":
        if text[0] != "{":
            plain = re.split(r"[{}]", text, maxsplit=1)[0]
            parts.append(plain)
            text = text[len(plain) :]
            continue
        part, text = _hole(text[1:], depth)
        parts.append(part)
    return Template(tuple(parts)), text


def _hole(text: str, depth: int) -> tuple[Hole | Call, str]:
    word = re.match(r"[A-Za-z0-9_]*", text)
    name = word[0] if word else ""
    rest = text[len(name) :]
    if rest.startswith("}") and _NAME.fullmatch(name):
        return Hole(name), rest[1:]
    if not rest.startswith(":") or name not in FUNCTIONS or depth >= _DEPTH:
        raise ValueError(f"no hole and no function: {{{name}{rest[:1]}")
    inside, rest = _read(rest[1:], depth + 1)
    if not rest:
        raise ValueError(f"a brace is never closed after {name}:")
    return Call(name, inside), rest[1:]
