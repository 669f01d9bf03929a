"""dnsmasq's leases (dnsmasq(8), /var/lib/misc/dnsmasq.leases): expiry, MAC address, address, name, client id; IPv6 behind a line "duid …"."""

import re
from collections.abc import Iterator, Mapping

from inventory.model import FactValue
from inventory.text import one_line
from scanner.passive.sighting import Sighting
from scanner.source import Source
from scanner.written import address_of, mac_of

NAME = "dnsmasq"
TITLE = "leases of dnsmasq"
FACTS: Mapping[str, str] = {}
_LINE = re.compile(
    rb"(?m)^\d{1,12} (?:[0-9a-f]{2}-)?(?:[0-9a-f]{2}:){5}[0-9a-f]{2} [0-9.]{7,15} \S+ \S+\s*$|^duid [0-9a-f:]+\s*$"
)


def recognises(start: bytes) -> bool:
    """By a line of that shape."""
    return _LINE.search(start) is not None


def read(source: Source) -> Iterator[Sighting]:
    """Every lease. A hardware type before the MAC address ("06-…") is passed over; "*" stands for what is not known."""
    for line in source.lines():
        words = line[:1024].decode("utf-8", "replace").split()
        if len(words) < 5 or not words[0].isdigit():
            continue
        hardware, address, name, client = words[1], address_of(words[2]), words[3], words[4]
        mac = mac_of(hardware[-17:])
        facts: dict[str, FactValue] = {}
        if name != "*":
            facts["dhcp.host_name"] = one_line(name)
        if client != "*":
            facts["dhcp.client_id"] = one_line(client)
        if address:
            yield Sighting(facts, address, mac, "dhcp", evidence=line[:512], when=source.when)
