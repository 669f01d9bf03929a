"""For whom a report is told: technicians have the report itself, others a page in their own words (`scanner/audiences/*.py`)."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from inventory.errors import ConfigError
from scanner.edition import Edition

if TYPE_CHECKING:
    from scanner.audiences.page import Page
    from scanner.report import Format


class Audience(StrEnum):
    """Who reads it."""

    TECHNICIAN = "technician"
    DEPARTMENT = "department"
    EXECUTIVE = "executive"
    PUBLIC = "public"


_FULL = (Audience.TECHNICIAN, Audience.DEPARTMENT)
"""Who may have the devices themselves, in all formats."""


def chooser(audience: Audience, page: Callable[[Edition], "Page"]) -> Callable[[Path], "Format"]:
    """What chooses the format of a file for that audience, by the end of its name."""
    from scanner.report import format_for, formats

    def choose(path: Path) -> "Format":
        longest = max((one.suffix for one in formats().values() if path.name.endswith(one.suffix)), key=len, default="")
        for one in _pages(audience, page).values():
            fits = path.name.endswith(one.suffix) and path.name != one.suffix
            if fits and len(one.suffix) >= len(longest):  # ".cdx.json" is a format of its own
                return one
        if audience in _FULL:
            return format_for(path)
        known = ", ".join(sorted(module.SUFFIX for module in _renderers().values()))
        raise ConfigError(f"the report for the {audience} is not written as {path.name!r}; its suffixes are {known}")

    return choose


def chosen(audience: Audience, page: Callable[[Edition], "Page"], name: str) -> "Format":
    """The format of that name for that audience ("text" is the text report's)."""
    from scanner.report import format_named

    pages = _pages(audience, page)
    wanted = "txt" if name == "text" else name
    if wanted in pages:
        return pages[wanted]
    if audience in _FULL:
        return format_named(name)
    raise ConfigError(f"the report for the {audience} has no format {name!r}; it has {', '.join(pages)}")


def _pages(audience: Audience, page: Callable[[Edition], "Page"]) -> Mapping[str, "Format"]:
    """The page in each of its formats; a technician has none, and a department's JSON is the report itself, for its own tools."""
    from scanner.report import Format

    if audience is Audience.TECHNICIAN:
        return {}
    left_out = ("json",) if audience is Audience.DEPARTMENT else ()
    return {
        name: Format(
            name, module.SUFFIX, (module.__doc__ or "").partition("\n")[0], _rendering(module, page), history=True
        )
        for name, module in _renderers().items()
        if name not in left_out
    }


def _rendering(module: ModuleType, page: Callable[[Edition], "Page"]) -> Callable[[Edition], Iterable[str]]:
    def render(edition: Edition) -> Iterator[str]:
        yield from module.render(page(edition))

    return render


@cache
def _renderers() -> Mapping[str, ModuleType]:
    from scanner.audiences import rendering

    names = sorted(each.name for each in pkgutil.iter_modules(rendering.__path__))
    return {name: importlib.import_module(f"{rendering.__name__}.{name}") for name in names}
