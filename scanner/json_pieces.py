"""JSON piece by piece: the whole text of a large city would take more memory than its devices."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from inventory.text import visible

_TEXT = 8192
_WIDEST = 2**63


@dataclass(frozen=True, slots=True)
class Many:
    """A list whose items are made as they are written, each of them whole: none of them holds a list of this kind."""

    items: Iterable[Any]


def pieces(document: Mapping[str, Any]) -> Iterator[str]:
    """The document's text, indented by two, with every text visible (`shown`); its `Many` are written an item at a time."""
    yield from _members(document, 0)
    yield "\n"


def line(value: Any) -> str:
    """The same of a small value, on one line, as JSON lines have it."""
    return _written(value, 0)


def shown(value: Any) -> Any:
    """The same with every text visible and every number one that JSON has."""
    return _shown(value, _finite)


def _written(value: Any, indent: int) -> str:
    """The text that `json.dumps` makes of what is shown, in a small part of its time; what devices say cannot end a page's script element that holds it."""
    text = msgspec.json.format(msgspec.json.encode(_shown(value, _as_python)), indent=indent).decode()
    return text.replace("<", "\\u003c")


def _shown(value: Any, number: Callable[[float], Any]) -> Any:
    if isinstance(value, str):
        return value if len(value) <= _TEXT and value.isascii() and value.isprintable() else visible(value, _TEXT)
    if isinstance(value, dict):
        return {_name(key): _shown(each, number) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_shown(each, number) for each in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return number(value)
    return {_name(key): _shown(each, number) for key, each in value.items()} if isinstance(value, Mapping) else value


@lru_cache(maxsize=4096)  # every record has the same names
def _name(key: str) -> str:
    return visible(key, _TEXT)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _as_python(value: float) -> float | msgspec.Raw | None:
    """A number that will be written as Python writes it: msgspec has other exponents, and no integers of more than 64 bits."""
    if isinstance(value, int):
        return value if -_WIDEST <= value < _WIDEST else msgspec.Raw(str(value).encode())
    if not math.isfinite(value):
        return None
    return msgspec.Raw(text.encode()) if "e" in (text := repr(value)) else value


def _members(document: Mapping[str, Any], depth: int) -> Iterator[str]:
    before = "{"
    for name, value in document.items():
        yield f"{before}\n{'  ' * (depth + 1)}{_written(name, 0)}: "
        yield from _value(value, depth + 1)
        before = ","
    yield f"\n{'  ' * depth}}}" if document else "{}"


def _items(items: Iterable[Iterable[str]], depth: int) -> Iterator[str]:
    before = "["
    for item in items:
        yield f"{before}\n{'  ' * (depth + 1)}"
        yield from item
        before = ","
    yield "[]" if before == "[" else f"\n{'  ' * depth}]"


def _value(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, Many):
        yield from _items(([_whole(item, depth + 1)] for item in value.items), depth)
    elif isinstance(value, Mapping) and _holds_many(value):
        yield from _members(value, depth)
    elif isinstance(value, (list, tuple)) and _holds_many(value):
        yield from _items((_value(item, depth + 1) for item in value), depth)
    else:
        yield _whole(value, depth)


def _whole(value: Any, depth: int) -> str:
    return _written(value, 2).replace("\n", f"\n{'  ' * depth}")


def _holds_many(value: Any) -> bool:
    """Whether something within is written an item at a time; what the items are made of is not looked into."""
    if isinstance(value, Mapping):
        return any(map(_holds_many, value.values()))
    if isinstance(value, (list, tuple)):
        return any(map(_holds_many, value))
    return isinstance(value, Many)
