"""A list of devices in CSV, as a city keeps it: the first line names the columns, of which one is `address` or `mac`. Comma, semicolon or tab."""

import csv
from collections.abc import Iterator

from inventory.errors import ConfigError
from inventory.model import KINDS, FactValue
from inventory.text import one_line
from scanner.passive.sighting import Sighting
from scanner.source import Broken, Source
from scanner.written import address_of, mac_of

NAME = "csv"
TITLE = "a list with the columns address, mac, name, vendor, model …"
FACTS = {
    "list.name": "the device's name",
    "list.vendor": "who made it",
    "list.model": "its model",
    "list.kind": "what it is for, a word of KINDS",
    "list.serial": "its serial number",
    "list.firmware": "its firmware's version",
    "list.hardware": "its hardware's revision",
}
COLUMNS = ("address", "mac", *(fact.removeprefix("list.") for fact in FACTS))


def recognises(start: bytes) -> bool:
    """By a first line that names an address or a MAC address among its columns."""
    first = start.partition(b"\n")[0].decode("utf-8-sig", "replace")
    names = [name.strip().strip('"').lower() for name in first.split(_separator(first))]
    return bool({"address", "mac"} & set(names)) and not {"hwaddr", "duid"} & set(names)


def read(source: Source) -> Iterator[Sighting]:
    """Every line; `ConfigError` where the head names a column that there is not, or a line an address that is none."""
    lines = (line.decode("utf-8", "replace") for line in source.lines())
    head = source.start.partition(b"\n")[0].decode("utf-8-sig", "replace")
    rows = csv.reader(lines, delimiter=_separator(head))
    try:
        names = [name.strip().removeprefix("\ufeff").strip().lower() for name in next(rows, [])]
        _understood(source, names)
        for row in rows:
            if any(text.strip() for text in row):
                yield _device(source, names, row)
    except csv.Error as error:
        raise Broken(f"line {source.records:,} cannot be read ({error})") from error


def _separator(head: str) -> str:
    return max(",;\t", key=head.count)


def _understood(source: Source, names: list[str]) -> None:
    unknown = [name for name in names if name not in COLUMNS]
    if unknown:
        known = ", ".join(COLUMNS)
        raise ConfigError(f"{source.path} has a column {one_line(unknown[0], 40)!r} that is not known; known: {known}")
    if not {"address", "mac"} & set(names):
        raise ConfigError(
            f"{source.path} has no column address and none named mac: one of them must say which device is meant"
        )
    if len(set(names)) < len(names):
        raise ConfigError(f"{source.path} has two columns of the same name")


def _device(source: Source, names: list[str], row: list[str]) -> Sighting:
    if len(row) > len(names):
        raise ConfigError(f"{source.path} line {source.records:,} has {len(row)} columns, and its head {len(names)}")
    said = {name: one_line(text) for name, text in zip(names, row, strict=False) if text.strip()}
    places = {"address": address_of(said.get("address", "")), "mac": mac_of(said.get("mac", ""))}
    for name, place in places.items():
        if said.get(name) and not place:
            raise ConfigError(f"{source.path} line {source.records:,}: {said[name][:40]!r} is no {name} of a device")
    if not any(places.values()):
        raise ConfigError(f"{source.path} line {source.records:,} has neither an address nor a MAC address")
    if said.get("kind", KINDS[0]) not in KINDS:
        raise ConfigError(
            f"{source.path} line {source.records:,}: no kind is called {said['kind'][:40]!r}; known: {', '.join(KINDS)}"
        )
    facts: dict[str, FactValue] = {f"list.{name}": text for name, text in said.items() if name not in places}
    evidence = ", ".join(row).encode()[:512]
    return Sighting(facts, places["address"], places["mac"], "list", evidence=evidence, when=source.when)
