"""The makers that tables know under several names, whose advisories speak of their devices, and the families of their products: `data/makers.toml`."""

import importlib.resources
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

_NAME = "{name}"


@dataclass(frozen=True, slots=True)
class ProductFamily:
    """The names that a family of products has in advisories, and the models (their plain names) that belong to it."""

    pattern: re.Pattern[str]
    names: tuple[str, ...]

    def names_for(self, plain_name: str, name: str) -> tuple[str, ...]:
        """What the model `name` is called besides; () where it is not of this family."""
        if not self.pattern.fullmatch(plain_name):
            return ()
        return tuple(pattern.replace(_NAME, name) for pattern in self.names)


@dataclass(frozen=True, slots=True)
class Maker:
    """A maker: its name, other spellings of it, the makers whose advisories cover its devices too, and the words that may be left out of a model's name."""

    name: str
    source: str
    also: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    families: tuple[ProductFamily, ...] = ()


@cache
def load_makers() -> tuple[Maker, ...]:
    """Every maker of the list, in its order."""
    return read_makers(importlib.resources.files("checks").joinpath("data/makers.toml").read_text(encoding="utf-8"))


def read_makers(text: str) -> tuple[Maker, ...]:
    """The makers that a text in the form of `data/makers.toml` lists."""
    return tuple(
        Maker(
            entry["name"],
            entry["source"],
            tuple(entry.get("also", ())),
            tuple(entry.get("under", ())),
            tuple(entry.get("brands", ())),
            tuple(_family(family) for family in entry.get("family", ())),
        )
        for entry in tomllib.loads(text)["maker"]
    )


def _family(entry: Mapping[str, Any]) -> ProductFamily:
    return ProductFamily(re.compile(entry["pattern"]), tuple(entry["names"]))
