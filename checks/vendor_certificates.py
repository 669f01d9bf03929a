"""The certificates that products come with, told by the name that they bear; read from `data/vendor_certificates.toml`.

What ships in firmware ships with its private key. What a product makes for itself before anybody sets it up bears a name for all, and a key of its own.
"""

import importlib.resources
import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from typing import Any


@dataclass(frozen=True, slots=True)
class Default:
    """One maker's: its exact subjects, or a pattern of the `bearer` ("subject" or "issuer"); `shared` says that the key is in every copy."""

    id: str
    maker: str
    source: str
    shared: bool
    examples: tuple[str, ...]
    bearer: str = "subject"
    pattern: re.Pattern[str] | None = field(default=None)

    def names(self, name: str) -> bool:
        """Whether a name (RFC 4514) is one of these."""
        return name in self.examples if self.pattern is None else self.pattern.search(name) is not None


@cache
def all_defaults() -> tuple[Default, ...]:
    """Every entry, in the order of the table: the first that fits is the one."""
    return tuple(_default(**row) for row in _table()["certificate"])


def named_by(default: Default) -> str:
    """Where it stands that the product comes with it; an entry names its source by a word of the table, or in full."""
    return str(_table()["sources"].get(default.source, default.source))


@cache
def _table() -> dict[str, Any]:
    text = importlib.resources.files("checks").joinpath("data/vendor_certificates.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _default(*, pattern: str = "", examples: list[str], shared: bool = True, **texts: str) -> Default:
    return Default(shared=shared, examples=tuple(examples), pattern=re.compile(pattern) if pattern else None, **texts)


def factory_default(subject: str, issuer: str) -> Default | None:
    """Whose default a certificate with this subject and issuer is; None where it is none that is known."""
    names = {"subject": subject, "issuer": issuer}
    return next((entry for entry in all_defaults() if names[entry.bearer] and entry.names(names[entry.bearer])), None)
