"""Advisories that the project itself has gathered, for vulnerabilities of which no machine-readable one names versions: `data/vendor_advisories.toml`."""

import importlib.resources
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from checks.knowledge import Advisory


@cache
def load_vendor_advisories() -> tuple[Advisory, ...]:
    """Every row, in the order of the list."""
    text = importlib.resources.files("checks").joinpath("data/vendor_advisories.toml").read_text(encoding="utf-8")
    return tuple(read_vendor_advisories(text))


def read_vendor_advisories(text: str) -> Iterator[Advisory]:
    """The rows that a text in the form of `data/vendor_advisories.toml` lists: one for each pair of product and range."""
    for entry in tomllib.loads(text)["advisory"]:
        yield from _rows(entry)


def _rows(entry: Mapping[str, Any]) -> Iterator[Advisory]:
    if not entry["source"].strip():
        raise ValueError(f"vendor_advisories: {entry['id']} of {entry['vendor']} has no source")
    for product in entry["products"]:
        for affected in entry["affected"]:
            yield Advisory(
                entry["id"],
                entry["vendor"],
                product,
                affected,
                tuple(entry["cves"]),
                entry["published"],
                entry.get("cvss"),
                tuple(entry.get("services", ())),
                entry["source"],
            )
