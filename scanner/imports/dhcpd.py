"""Leases of ISC dhcpd (dhcpd.leases(5)): blocks "lease ADDRESS { … }", of which the last of an address counts."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from inventory.model import FactValue
from inventory.text import one_line
from scanner.passive.sighting import Sighting
from scanner.source import Source
from scanner.written import address_of, mac_of

NAME = "dhcpd"
TITLE = "leases of ISC dhcpd"
FACTS: Mapping[str, str] = {}
_LEASE = re.compile(r"lease ([0-9.]{7,15}) \{\s*$")
_WORDS = {
    "client-hostname": re.compile(r'client-hostname "(.{0,255})";'),
    "vendor": re.compile(r'set vendor-class-identifier = "(.{0,512})";'),
    "mac": re.compile(r"hardware ethernet ([0-9A-Fa-f:]{11,17});"),
    "starts": re.compile(r"starts \d (\d{4}/\d\d/\d\d \d\d:\d\d:\d\d);"),
    "state": re.compile(r"binding state (\w{1,20});"),
}


def recognises(start: bytes) -> bool:
    """By the head of a lease, or the file's own first words."""
    return re.search(rb"(?m)^lease [0-9.]+ \{\s*$", start) is not None or b"isc-dhcp-" in start


def read(source: Source) -> Iterator[Sighting]:
    """Every lease that is or was in use. A block that does not end is left out, as dhcpd does."""
    address, said = "", dict[str, str]()
    for line in source.lines():
        text = line[:2048].decode("utf-8", "replace").strip()
        begins = _LEASE.match(text)
        if begins:
            address, said = address_of(begins[1]), {}
        elif text == "}" and address:
            yield from _lease(address, said, source.when)
            address = ""
        elif address:
            said |= {name: found[1] for name, pattern in _WORDS.items() if (found := pattern.match(text))}


def _lease(address: str, said: Mapping[str, str], when: float) -> Iterator[Sighting]:
    mac = mac_of(said.get("mac", ""))
    if not mac or said.get("state") == "abandoned":  # what answered at that address had no lease
        return
    texts = {"dhcp.host_name": said.get("client-hostname", ""), "dhcp.vendor_class": said.get("vendor", "")}
    facts: dict[str, FactValue] = {name: one_line(text) for name, text in texts.items() if text}
    evidence = f"lease {address} hardware ethernet {mac}".encode()
    yield Sighting(facts, address, mac, "dhcp", evidence=evidence, when=_began(said.get("starts", "")) or when)


def _began(text: str) -> float:
    """The Unix time of "2026/11/19 08:15:00", which is UTC; 0.0 where it is none."""
    try:
        return datetime.strptime(text, "%Y/%m/%d %H:%M:%S").replace(tzinfo=UTC).timestamp()
    except (ValueError, OverflowError):
        return 0.0
