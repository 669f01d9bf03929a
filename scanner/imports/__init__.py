"""Files that tell of devices: one file a kind, found by listing the folder.

`recognises(start)` looks at the first bytes; `read(source)` yields what the file tells, and raises `Broken` where it does not go on as it should.
"""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Protocol, cast

from inventory.errors import ConfigError
from scanner.passive.sighting import Sighting
from scanner.source import Source


class ImportModule(Protocol):
    """A file of this folder, as a value. NAME is the kind as --as says it, TITLE what it is, FACTS what it may tell beyond the readers' facts."""

    NAME: str
    TITLE: str
    FACTS: Mapping[str, str]

    def recognises(self, start: bytes) -> bool:
        """Whether a file that begins so is of this kind."""

    def read(self, source: Source) -> Iterator[Sighting]:
        """What it tells."""


@cache
def load_kinds() -> dict[str, ImportModule]:
    """Every kind of file, by name."""
    modules = (importlib.import_module(found.name) for found in pkgutil.iter_modules(__path__, f"{__name__}."))
    return {module.NAME: cast(ImportModule, module) for module in modules if hasattr(module, "recognises")}


@cache
def facts() -> Mapping[str, str]:
    """Every fact that only a file may tell, with its meaning."""
    return {name: meaning for kind in load_kinds().values() for name, meaning in kind.FACTS.items()}


def kind_of(path: Path, start: bytes) -> ImportModule:
    """The kind of file that begins so; `ConfigError` where it is none of ours."""
    if not start.strip():
        raise ConfigError(f"{path} is empty")
    for kind in load_kinds().values():
        if kind.recognises(start):
            return kind
    known = "; ".join(f"{kind.NAME} ({kind.TITLE})" for kind in load_kinds().values())
    raise ConfigError(
        f"{path} is of no kind that can be imported, or does not show it: name it with --as. Known: {known}"
    )
