"""Leases of Kea: the memfile in CSV (Kea Administrator Reference Manual, "Memfile") and the answer of `lease4-get-all` and `lease6-get-all` in JSON."""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from inventory.errors import ConfigError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.passive.sighting import Sighting
from scanner.source import Broken, Source
from scanner.written import address_of, mac_of

NAME = "kea"
TITLE = "leases of Kea, CSV or JSON"
FACTS: Mapping[str, str] = {}
_HEAD = re.compile(rb"address,(?:hwaddr|duid),")
_LARGEST_JSON = 64 << 20
_MOST_LEASES = 1_000_000
_IN_USE = ("0", "")


def recognises(start: bytes) -> bool:
    """By the head of the memfile, or by JSON that names leases."""
    begun = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    return _HEAD.match(begun) is not None or (begun[:1] in (b"[", b"{") and b'"ip-address"' in start)


def read(source: Source) -> Iterator[Sighting]:
    """Every lease in use, with the time at which it was given."""
    if source.start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{"):
        yield from _json(source)
        return
    lines = (line.decode("utf-8", "replace") for line in source.lines())
    try:
        for row in csv.DictReader(lines):
            if None not in row and (row.get("state") or "") in _IN_USE:
                given = {name: (text or "").replace("&#x2c", ",") for name, text in row.items()}
                yield from _lease(
                    given.get("address", ""),
                    given.get("hwaddr", ""),
                    given.get("hostname", ""),
                    given.get("client_id") or given.get("duid", ""),
                    _began(given.get("expire"), given.get("valid_lifetime")) or source.when,
                )
    except csv.Error as error:
        raise Broken(f"line {source.records:,} cannot be read ({error})") from error


def _json(source: Source) -> Iterator[Sighting]:
    text = source.read(_LARGEST_JSON + 1)
    if len(text) > _LARGEST_JSON:
        raise ConfigError(
            f"{source.path} is more than {_LARGEST_JSON >> 20} MiB of JSON; give the memfile (CSV) instead"
        )
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{source.path} is no JSON: {one_line(str(error), 120)}") from error
    for lease in _leases(document):
        source.records += 1
        given = {name: str(value) for name, value in lease.items() if isinstance(value, str | int)}
        if given.get("state", "") in _IN_USE:
            yield from _lease(
                given.get("ip-address", ""),
                given.get("hw-address", ""),
                given.get("hostname", ""),
                given.get("client-id") or given.get("duid", ""),
                float(given["cltt"]) if re.fullmatch(r"\d{1,11}", given.get("cltt", ""), re.ASCII) else source.when,
            )


def _leases(document: Any) -> Iterator[dict[str, Any]]:
    """The leases of one answer, of several, or of a bare list."""
    for answer in document if isinstance(document, list) else [document]:
        if not isinstance(answer, dict):
            continue
        arguments = answer.get("arguments")
        listed = arguments.get("leases") if isinstance(arguments, dict) else answer.get("leases", [answer])
        for lease in listed if isinstance(listed, list) else []:
            if isinstance(lease, dict):
                yield lease


def _lease(address: str, hardware: str, name: str, client: str, when: float) -> Iterator[Sighting]:
    place, mac = address_of(address), mac_of(hardware)
    facts: dict[str, FactValue] = {}
    if name:
        facts["dhcp.host_name"] = one_line(name.removesuffix("."))
    if client:
        facts["dhcp.client_id"] = one_line(client)
    if place:
        yield Sighting(facts, place, mac, "dhcp", evidence=f"{address},{hardware},{name}".encode()[:512], when=when)


def _began(expire: str | None, lifetime: str | None) -> float:
    """The Unix time at which a lease was given: when it ends, less how long it lasts."""
    numbers = [text for text in (expire, lifetime) if text and re.fullmatch(r"\d{1,11}", text, re.ASCII)]
    return float(int(numbers[0]) - int(numbers[1])) if len(numbers) == 2 else 0.0
