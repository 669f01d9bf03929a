"""Addresses under a key: the same for the same, distinct for distinct, and neighbours stay neighbours; without the key nobody finds the way back.

A private or shared network keeps its block (10.0.0.0/8, fd00::/8 …) and every bit behind that is turned or left, as a keyed hash of the bits before it says: so
two addresses share as long a beginning as before and no more (J. Xu, J. Fan, M. Ammar and S. Moon, "Prefix-Preserving IP Address Anonymization", ICNP 2002,
which is what Crypto-PAn does). What is public goes to the documentation prefix 2001:db8::/32 (RFC 3849), by its hash: no other city is to be named by chance.
"""

import ipaddress
import re
from collections.abc import Callable
from hashlib import blake2b
from typing import TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
_BLOCKS = tuple(
    ipaddress.ip_network(block)
    for block in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "198.18.0.0/15", "169.254.0.0/16"),
        *("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "fe80::/10", "fc00::/7"),
    )
)
_SAME = tuple(
    ipaddress.ip_network(block)
    for block in ("0.0.0.0/32", "127.0.0.0/8", "224.0.0.0/4", "255.0.0.0/8", "::/128", "::1/128", "ff00::/8")
)
"""What is no device's: it means the same everywhere."""
_DOCUMENTATION = int(ipaddress.ip_address("2001:db8::"))
_MAC = re.compile("(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")


class Addresses:
    """The mapping of one key, which remembers what it was asked."""

    def __init__(self, key: bytes) -> None:
        self._key = blake2b(key, digest_size=32, person=b"tocsin-address").digest()
        self._known: dict[str, str] = {}

    def address(self, text: str) -> str:
        """The address, or the MAC address of what is known by nothing else, as another one; what is neither is returned as it is."""
        if text not in self._known:
            self._known[text] = self.mac(text) if _MAC.fullmatch(text) else self._address(text)
        return self._known[text]

    def mac(self, text: str) -> str:
        """A MAC address, in whatever notation, as one that nobody's device bears: locally administered, and without its maker's part."""
        digits = re.sub("[^0-9a-f]", "", text.casefold())
        made = self._hash(f"mac {digits}", 5).hex()
        return ":".join(("02", *(made[at : at + 2] for at in range(0, 10, 2))))

    def network(self, text: str) -> str:
        """A network, range or address as a scan names them. A range loses its order, so it becomes the smallest network around it."""
        word, _, zone = text.partition("%")
        try:
            network = ipaddress.ip_network(word, strict=False) if "-" not in word else _around(word)
        except ValueError:
            return self.address(text) if _MAC.fullmatch(text) else "network"
        first = self._placed(network.network_address, network.prefixlen)
        there = (
            str(ipaddress.ip_network((first, network.prefixlen), strict=False))
            if "/" in word or "-" in word
            else str(first)
        )
        return there + self._zone(zone)

    def _address(self, text: str) -> str:
        word, _, zone = text.partition("%")
        try:
            there = ipaddress.ip_address(word)
        except ValueError:
            return text
        return f"{self._placed(there, there.max_prefixlen)}{self._zone(zone)}"

    def _zone(self, zone: str) -> str:
        return f"%{self._hash(f'zone {zone}', 3).hex()}" if zone else ""

    def _placed(self, there: Address, bits: int) -> Address:
        """The address as another; only the first `bits` of it count."""
        if any(there in same for same in _SAME):
            return there
        block = next((block for block in _BLOCKS if there in block), None)
        if block is None or block.prefixlen > bits:
            return ipaddress.IPv6Address(_DOCUMENTATION | int.from_bytes(self._hash(f"public {there}", 12), "big"))
        return self._turned(there, block.prefixlen, bits)

    def _turned(self, there: Address, kept: int, bits: int) -> Address:
        size, number = there.max_prefixlen, int(there)
        made = number >> (size - kept)
        for length in range(kept, bits):
            before, bit = number >> (size - length), number >> (size - length - 1) & 1
            made = made << 1 | bit ^ (self._hash(f"bit {there.version} {length} {before:x}", 1)[0] & 1)
        kind: Callable[[int], Address] = ipaddress.IPv4Address if there.version == 4 else ipaddress.IPv6Address
        return kind(made << (size - bits))

    def _hash(self, text: str, size: int) -> bytes:
        return blake2b(text.encode(), key=self._key, digest_size=size).digest()


def _around(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """The smallest network around "10.0.0.5-20" or "10.0.0.5-10.0.1.3"."""
    begin, _, end = text.partition("-")
    first = ipaddress.ip_address(begin)
    last = ipaddress.ip_address(f"{begin.rpartition('.')[0]}.{end}" if end.isdecimal() else end)
    differ = (int(first) ^ int(last)).bit_length()
    return ipaddress.ip_network((first, first.max_prefixlen - differ), strict=False)
