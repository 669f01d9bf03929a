"""One file a format: SUFFIX and `render(edition)`, which yields its text piece by piece, and is pure. Only the command line writes, and late.

The folder is the registry: `sarif.py` is the format "sarif", and files that end in its SUFFIX are written in it.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Protocol, TypeAlias

from inventory.errors import ConfigError
from inventory.report import Assessment, Report, Scan
from scanner.edition import Edition

Render: TypeAlias = Callable[[Edition], Iterable[str]]


class Stream(Protocol):
    """A format that a scan is told in while it runs: its beginning, a device as soon as it is judged, and what is left at the end."""

    def begin(self) -> str:
        """What comes before all devices."""

    def device(self, assessment: Assessment) -> str:
        """One device."""

    def end(self, report: Report) -> Iterable[str]:
        """What the ranked report has that was not told."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format of reports: its name ("csv"), how its files end (".csv"), what it is in a sentence, and its renderer.

    `history` says whether it tells of the scans before (the module's HISTORY), which takes time to read; `stream` makes its Stream of a scan that begins
    (the module's class of that name), None where it needs the whole report.
    """

    name: str
    suffix: str
    about: str
    render: Render
    history: bool = False
    stream: Callable[[Scan], Stream] | None = None


def format_for(path: Path) -> Format:
    """The format of a file by the end of its name, the longest that fits; `ConfigError` names those there are."""
    fitting = [one for one in formats().values() if path.name.endswith(one.suffix) and path.name != one.suffix]
    if not fitting:
        known = ", ".join(sorted(one.suffix for one in formats().values()))
        raise ConfigError(f"no report format has the suffix {path.suffix or '(none)'!r}; known: {known}")
    return max(fitting, key=lambda one: len(one.suffix))


def format_named(name: str) -> Format:
    """The format of that name; `ConfigError` names those there are."""
    if name not in formats():
        raise ConfigError(f"there is no report format {name!r}; known: {', '.join(formats())}")
    return formats()[name]


@cache
def formats() -> Mapping[str, Format]:
    """Every format by its name, in order."""
    found = {each.name: importlib.import_module(f"{__name__}.{each.name}") for each in pkgutil.iter_modules(__path__)}
    return {name: _format(name, module) for name, module in sorted(found.items())}


def _format(name: str, module: ModuleType) -> Format:
    history, stream = getattr(module, "HISTORY", False), getattr(module, "Stream", None)
    return Format(name, module.SUFFIX, _about(module), module.render, history, stream)


def _about(module: ModuleType) -> str:
    return (module.__doc__ or "").partition("\n")[0]
