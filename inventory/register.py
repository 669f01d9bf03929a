"""The city's own list of its devices: whose each is, where it stands, and how much hangs on it. A CSV file, as any asset register can write it.

Its first line names the columns, in any order: name, address, mac, serial, owner, department, site, criticality. A row names a device by its serial number, its
MAC address or its address, or all devices of a network by "10.20.0.0/24". Criticality is low, normal, high or critical. A device that no row names itself is
found by its network's.
"""

import csv
import difflib
import io
import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from inventory.errors import ConfigError
from inventory.model import Device
from inventory.operator_file import read_operator_file
from inventory.report import Registered, Report
from inventory.text import one_line

COLUMNS = ("name", "address", "mac", "serial", "owner", "department", "site", "criticality")
CRITICALITIES = ("low", "normal", "high", "critical")
_RAISING = ("high", "critical")
_MARKS = ("address", "mac", "serial")
_MAC = re.compile("(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")
_LARGEST = 64_000_000
_LONGEST = 400
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Entry:
    """A row: `line` is where it stands, `network` what it names where it names no single device."""

    line: int
    name: str = ""
    address: str = ""
    mac: str = ""
    serial: str = ""
    owner: str = ""
    department: str = ""
    site: str = ""
    criticality: str = ""
    network: Network | None = None

    def __str__(self) -> str:
        marks = " ".join(mark for mark in (self.serial, self.mac, self.address) if mark)
        return f"{self.name} ({marks})" if self.name and marks else self.name or marks or str(self.network)


@dataclass(frozen=True, slots=True)
class Register:
    """Every row of a file, found by what it names."""

    path: str = ""
    entries: tuple[Entry, ...] = ()
    _by_mark: Mapping[tuple[str, str], Entry] = field(default_factory=dict, repr=False)
    _by_network: Mapping[Network, Entry] = field(default_factory=dict, repr=False)
    _prefixes: tuple[tuple[int, int], ...] = field(default=(), repr=False)

    def entry(self, device: Device) -> Entry | None:
        """The row of a device: by its serial number, else by its MAC address, else by an address, else by its network."""
        named = next((self._by_mark[mark] for mark in _marks_of(device) if mark in self._by_mark), None)
        return named or self._of_network(device)

    def vouched(self, device: Device) -> Entry | None:
        """The row by whose word something of the device may be taken lightly: its own where that names no card and no address, or one that was seen at it.

        A serial number is what the device says, and any device can say any: it finds the owner, and lowers nothing beside a card or an address of others.
        """
        row = self.entry(device)
        if row is None or not (row.mac or row.address) or _was_seen(row, device):
            return row
        return next((each for each in self._rows(device) if _was_seen(each, device)), None) or self._of_network(device)

    def criticality(self, device: Device) -> str:
        """The highest of all the rows that name it, "" where none says any; of what is normal or low, only what is vouched for."""
        vouched = self.vouched(device) or Entry(0)
        said = (row.criticality for row in (*self._rows(device), vouched) if row.criticality)
        highest = max(said, key=CRITICALITIES.index, default="")
        return highest if vouched.criticality or highest in _RAISING else ""

    def _rows(self, device: Device) -> Iterator[Entry]:
        """Every row that names it, by whatever mark."""
        return (self._by_mark[mark] for mark in _marks_of(device) if mark in self._by_mark)

    def _of_network(self, device: Device) -> Entry | None:
        for address in device.addresses:
            there = _ip(address)
            for version, length in self._prefixes if there else ():
                if there is not None and there.version == version:
                    around = ipaddress.ip_network((there, length), strict=False)
                    if around in self._by_network:
                        return self._by_network[around]
        return None

    def compared(self, report: Report) -> Registered:
        """What of the register the scan found, and what it found that is not in it.

        A row is missing where its address was asked and it was found nowhere. A row without an address was never sought.
        """
        rows = {assessment.device.identity: self.entry(assessment.device) for assessment in report.assessments}
        found = {row.line for row in rows.values() if row is not None and row.network is None}
        asked = _networks(report.scan.networks)
        missing = (row for row in self.entries if row.address and row.line not in found and _within(row.address, asked))
        unknown = [assessment.device for assessment in report.assessments if rows[assessment.device.identity] is None]
        return Registered(
            len(self.entries),
            tuple(str(row) for row in missing),
            tuple(device.identity for device in sorted(unknown, key=lambda each: each.identity)),
        )


def read_register(path: Path) -> Register:
    """The register in that file; `ConfigError` names the line of what is wrong."""
    raw = read_operator_file(path, _LARGEST, "register of devices")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path} line {line}: this is not UTF-8 text; save it as “CSV UTF-8”") from error
    return parse_register(text, str(path))


def parse_register(text: str, path: str) -> Register:
    """The register in the text of a file of that name; `ConfigError` names the line of what is wrong."""
    entries = tuple(_entries(text, path))
    by_mark: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        for kind in _MARKS:
            mark = (kind, getattr(entry, kind).casefold())
            if mark[1] and by_mark.setdefault(mark, entry) is not entry:
                other = by_mark[mark]
                raise ConfigError(
                    f"{path} line {entry.line}: the {kind} {getattr(entry, kind)} already stands in line {other.line};"
                    " a device has one row: take one of them out"
                )
    by_network = _by_network(entries, path)
    prefixes = sorted({(network.version, network.prefixlen) for network in by_network})
    return Register(path, entries, by_mark, by_network, tuple(prefixes))


def _by_network(entries: Iterable[Entry], path: str) -> dict[Network, Entry]:
    """The rows of networks; networks either lie apart or one in the other, so that of two neighbours in order one shows every overlap."""
    rows = [(row.network, row) for row in entries if row.network is not None]
    rows.sort(key=lambda row: (row[0].version, int(row[0].network_address), row[0].prefixlen))
    widest: tuple[Network, Entry] | None = None
    for network, row in rows:
        if widest is not None and widest[0].version == network.version and network[0] in widest[0]:
            first, second = sorted((widest[1], row), key=lambda each: each.line)
            raise ConfigError(
                f"{path} line {second.line}: the network {second.network} overlaps {first.network} in line {first.line};"
                " a device would have two owners: divide them"
            )
        widest = (network, row)
    return dict(rows)


def _entries(text: str, path: str) -> Iterator[Entry]:
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",")
    try:
        names = _names([name.strip().lower() for name in next(reader, [])], path)
        for fields in reader:
            if any(value.strip() for value in fields):
                yield _entry(dict(_pairs(names, fields, reader.line_num, path)), reader.line_num, path)
    except csv.Error as error:
        raise ConfigError(f"{path} line {reader.line_num}: this is no CSV: {error}") from error


def _names(names: list[str], path: str) -> list[str]:
    if not set(_MARKS) & set(names):
        raise ConfigError(
            f"{path} line 1: the first line must name the columns, address, mac or serial among them; known are {', '.join(COLUMNS)}"
        )
    for name in names:
        if name not in COLUMNS:
            close = difflib.get_close_matches(name, COLUMNS, 1)
            meant = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(COLUMNS)}"
            raise ConfigError(f"{path} line 1: there is no column {one_line(name, 40)!r}; {meant}")
        if names.count(name) > 1:
            raise ConfigError(f"{path} line 1: the column {name!r} is named twice")
    return names


def _pairs(names: list[str], fields: list[str], line: int, path: str) -> Iterator[tuple[str, str]]:
    if len(fields) != len(names):
        raise ConfigError(
            f"{path} line {line}: it has {len(fields)} fields where the first line names {len(names)} columns"
        )
    for name, value in zip(names, fields, strict=True):
        if len(value) > _LONGEST:
            raise ConfigError(f"{path} line {line}: its {name} has more than {_LONGEST} characters")
        yield name, _clean(value.strip())


def _clean(value: str) -> str:
    """The value on one line; most are already."""
    plain = value.isascii() and value.isprintable() and "  " not in value
    return value if plain else one_line(value, _LONGEST)


def _entry(row: dict[str, str], line: int, path: str) -> Entry:
    if not any(row.get(mark) for mark in _MARKS):
        raise ConfigError(f"{path} line {line}: it names no device: give an address, a network, a mac or a serial")
    criticality = row.get("criticality", "").lower()
    if criticality and criticality not in CRITICALITIES:
        raise ConfigError(f"{path} line {line}: the criticality {criticality!r} is none of {', '.join(CRITICALITIES)}")
    address, network = _place(row.get("address", ""), line, path)
    if network is not None and (row.get("mac") or row.get("serial")):
        raise ConfigError(f"{path} line {line}: it names a network and one device of it; give each a row of its own")
    mac = _mac(row["mac"], line, path) if row.get("mac") else ""
    return Entry(**{**row, "address": address, "mac": mac, "criticality": criticality}, line=line, network=network)


def _place(text: str, line: int, path: str) -> tuple[str, Network | None]:
    """An address in its shortest form, or a network."""
    if not text:
        return "", None
    try:
        if "/" in text:
            network = ipaddress.ip_network(text)
            return ("", network) if network.num_addresses > 1 else (str(network[0]), None)
        return str(ipaddress.ip_address(text)), None
    except ValueError:
        raise ConfigError(
            f"{path} line {line}: {text!r} is neither an address nor a network such as 10.20.0.0/24"
        ) from None


def _mac(text: str, line: int, path: str) -> str:
    if _MAC.fullmatch(text):
        return text
    digits = re.sub("[:.-]", "", text.lower())
    if not re.fullmatch("[0-9a-f]{12}", digits):
        raise ConfigError(f"{path} line {line}: {text!r} is no MAC address such as 44:19:b6:01:02:03")
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def _was_seen(row: Entry, device: Device) -> bool:
    """Whether the row names the card that answered, or an address at which the device was found."""
    at = {address.partition("%")[0].casefold() for address in device.addresses}
    return bool(row.mac and device.mac and row.mac == device.mac.casefold()) or (
        bool(row.address) and row.address in at
    )


def _marks_of(device: Device) -> Iterator[tuple[str, str]]:
    yield from (("serial", claim.value.casefold()) for claim in device.claimed("serial"))
    macs = (device.mac or "", *(claim.value for claim in device.claimed("mac")))
    yield from (("mac", mac.casefold()) for mac in macs if mac)
    yield from (("address", address.partition("%")[0].casefold()) for address in device.addresses)


def _ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None


def _networks(texts: Iterable[str]) -> list[tuple[int, int, int]]:
    """The scan's networks, ranges and addresses as (version, first, last)."""
    found: list[tuple[int, int, int]] = []
    for text in texts:
        word = text.partition("%")[0]
        first, _, last = word.partition("-")
        try:
            if "/" in word:
                network = ipaddress.ip_network(word, strict=False)
                found.append((network.version, int(network[0]), int(network[-1])))
            else:
                begin = ipaddress.ip_address(first)
                end = ipaddress.ip_address(f"{first.rpartition('.')[0]}.{last}" if last.isdecimal() else last or first)
                found.append((begin.version, int(begin), int(end)))
        except ValueError:
            continue
    return found


def _within(address: str, spans: Iterable[tuple[int, int, int]]) -> bool:
    there = ipaddress.ip_address(address)
    return any(version == there.version and first <= int(there) <= last for version, first, last in spans)
