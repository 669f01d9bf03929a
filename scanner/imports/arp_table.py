"""ARP and neighbour tables: `arp -an`, `arp -a` of Windows, `ip neigh`, /proc/net/arp, and `show ip arp` of Cisco and its like.

All of them have an address and a MAC address on a line, and that is what is read.
"""

import re
from collections.abc import Iterator, Mapping

from scanner.passive.sighting import Sighting
from scanner.source import Source
from scanner.written import MAC, address_of, mac_of

NAME = "arp"
TITLE = "an ARP table: arp -an, ip neigh, show ip arp"
FACTS: Mapping[str, str] = {}
_MAC = re.compile(rf"(?:^|(?<=\s))(?:{MAC})(?=\s|$)")
_WORDS = re.compile(r"[\s()]+")
_SHAPES = re.compile(
    rb"(?m)^\S+ \([0-9a-f.:%\w]+\) (?:at|auf) |^[0-9a-f.:]+ dev \S+ |^Internet\s+[0-9.]+\s|^IP address\s+HW type|^Protocol\s+Address"
    rb"|^\s+[0-9.]+\s+(?:[0-9a-f]{2}-){5}[0-9a-f]{2}\s"
)


def recognises(start: bytes) -> bool:
    """By a line of one of those shapes, or a table's head."""
    return b"\0" not in start and _SHAPES.search(start) is not None


def read(source: Source) -> Iterator[Sighting]:
    """Every line that has both; incomplete and failed entries have no MAC address."""
    for line in source.lines():
        text = line[:1024].decode("utf-8", "replace")
        found = _MAC.search(text)
        mac = mac_of(found[0]) if found else ""
        address = next((address for word in _WORDS.split(text) if (address := address_of(word))), "")
        if mac and address:
            yield Sighting({"arp.mac": mac}, address, mac, "arp", evidence=line[:512], when=source.when)
