"""The page as one HTML file that needs nothing else, for screens of any size, dark or light, and for paper."""

import base64
import hashlib
import importlib.resources
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from inventory.text import one_line
from scanner.audiences.page import Page

if TYPE_CHECKING:
    from jinja2 import Template

SUFFIX = ".html"


def render(page: Page) -> Iterator[str]:
    """The page, as the template beside this file lays it out; its only style is allowed by its hash, and no script at all."""
    style = _file("page.css")
    yield _template().render(
        page=page, style=style, style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    )


@cache
def _template() -> "Template":
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["line"] = lambda text: one_line(text, 4096)
    environment.filters["kind"] = lambda block: type(block).__name__
    return environment.from_string(_file("page.html.j2"))


def _file(name: str) -> str:
    return importlib.resources.files("scanner.audiences.rendering").joinpath(name).read_text(encoding="utf-8")
