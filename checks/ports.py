"""Which TCP ports are asked by default and why, and which are never touched; read from `data/ports.toml`."""

import importlib.resources
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from inventory.errors import ConfigError
from inventory.text import one_line


@dataclass(frozen=True, slots=True)
class Port:
    """One port of the list: what is expected there, why it is asked, and where that is documented."""

    port: int
    transport: str
    name: str
    reason: str
    source: str


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(importlib.resources.files("checks").joinpath("data/ports.toml").read_text(encoding="utf-8"))


@cache
def known_ports() -> tuple[Port, ...]:
    """Every port of the list, in order, each with its source spelt out."""
    data = _data()
    entries = (Port(**{**entry, "source": data["sources"][entry["source"]]}) for entry in data["port"])
    return tuple(sorted(entries, key=lambda entry: entry.port))


def default_ports() -> tuple[int, ...]:
    """The TCP ports that are asked where the operator names none, in order."""
    return tuple(entry.port for entry in known_ports())


@cache
def never_touch() -> frozenset[int]:
    """The ports to which no packet ever goes, because what arrives there is printed."""
    return frozenset(port for entry in _data()["never_touch"] for port in range(entry["first"], entry["last"] + 1))


@cache
def never_connect() -> frozenset[int]:
    """The TCP ports where a connection alone stops what runs behind them: they may be asked half open, and are never connected to."""
    return frozenset(port for entry in _data()["never_connect"] for port in entry["ports"])


def reason(port: int) -> str:
    """Why the port is asked, or why it never is; "" where the list says nothing."""
    for entry in _data()["never_touch"]:
        if entry["first"] <= port <= entry["last"]:
            return str(entry["reason"])
    for entry in _data()["never_connect"]:
        if port in entry["ports"]:
            return str(entry["reason"])
    return next((entry.reason for entry in known_ports() if entry.port == port), "")


def parse_ports(text: str) -> tuple[int, ...]:
    """Read "22,80,8000-8100": the ports in order, none twice. ConfigError where it cannot be read or names a port that is never touched."""
    ports = sorted({port for part in text.split(",") for port in _part(part.strip())})
    forbidden = sorted(never_touch().intersection(ports))
    if forbidden:
        raise ConfigError(f"ports: {forbidden[0]} is never touched: {reason(forbidden[0])}")
    return tuple(ports)


def _part(part: str) -> Iterator[int]:
    first, dash, last = part.partition("-")
    if not (_is_number(first) and (_is_number(last) or not dash)):
        raise ConfigError(f"ports: {one_line(part, 40)!r} is no port; write 22,80,8000-8100")
    begin, end = int(first), int(last or first)
    if not 1 <= begin <= 65535 or not 1 <= end <= 65535:
        raise ConfigError(f"ports: {part} is not between 1 and 65535")
    if begin > end:
        raise ConfigError(f"ports: {part} ends before it begins")
    yield from range(begin, end + 1)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 5
