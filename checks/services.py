"""The words that a policy is written in: protocols, groups of them, and the ports that are their own; read from `data/services.toml`."""

import importlib.resources
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from inventory.model import Endpoint

NOTHING = "nothing"
"""What is allowed where nothing is."""


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(importlib.resources.files("checks").joinpath("data/services.toml").read_text(encoding="utf-8"))


@cache
def groups() -> Mapping[str, frozenset[str]]:
    """Every group by its name, with the protocols that it stands for."""
    return {name: frozenset(members) for name, members in _data()["group"].items()}


@cache
def talk_words() -> frozenset[str]:
    """The protocols of announcement and search."""
    return frozenset(_data()["talk"])


@cache
def speak_words() -> frozenset[str]:
    """The protocols of services that have a port of their own."""
    return frozenset(_data()["speak"])


@cache
def _own_ports() -> Mapping[str, frozenset[str]]:
    data = _data()
    return {name: frozenset(ports) for table in ("speak", "talk") for name, ports in data[table].items()}


@cache
def carriers() -> frozenset[str]:
    """The protocols within which quite different services stand."""
    return frozenset(_data()["carriers"]["names"])


@cache
def no_service() -> frozenset[str]:
    """The names of what tells of a device and of no service on it."""
    return frozenset(_data()["no_service"]["names"])


def counts_as(protocol: str) -> str:
    """The protocol that a policy means by it: "http" for "favicon"; itself for most."""
    return str(_data()["counts_as"].get(protocol, protocol))


@cache
def secure_forms() -> Mapping[str, str]:
    """The names of protocols inside TLS, each with that of the protocol."""
    return dict(_data()["secure"])


def plain_forms(names: Iterable[str]) -> frozenset[str]:
    """What may be spoken inside TLS where these are allowed."""
    return frozenset(secure_forms()[name] for name in names if name in secure_forms())


def spelt_out(words: Iterable[str]) -> frozenset[str]:
    """The protocols behind words, each group as its members."""
    return frozenset(name for word in words for name in groups().get(word, (counts_as(word),)))


def at_own_port(endpoint: Endpoint, protocols: Iterable[str]) -> str:
    """The first by name of these protocols whose own port this is; "" where it is none's."""
    port = f"{endpoint.transport}/{endpoint.port}"
    return next((name for name in sorted(protocols) if port in _own_ports().get(name, ())), "")


def in_words(protocols: Iterable[str]) -> str:
    """The protocols in a fixed order for a sentence, those that make up a group by its name; NOTHING for none."""
    left = frozenset(protocols)
    whole = [name for name, members in groups().items() if members <= left]
    rest = left.difference(*(groups()[name] for name in whole))
    return ", ".join([*whole, *sorted(rest)]) or NOTHING
