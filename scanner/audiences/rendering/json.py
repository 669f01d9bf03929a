"""The page as JSON: schema `tocsin-page/1`, block by block, for another page to show."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from inventory.text import visible
from scanner.audiences.page import Page

SUFFIX = ".json"
SCHEMA = "tocsin-page/1"


def render(page: Page) -> Iterator[str]:
    """One object; each block names its kind."""
    record = {"schema": SCHEMA, **_plain(page)}
    yield json.dumps(record, indent=2, ensure_ascii=False).replace("<", "\\u003c") + "\n"


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        kind = {} if isinstance(value, Page) else {"kind": type(value).__name__.lower()}
        return {**kind, **{each.name: _plain(getattr(value, each.name)) for each in fields(value)}}
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value
