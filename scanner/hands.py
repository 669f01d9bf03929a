"""Whose an address is while it is examined. No I/O: it is handed a way to learn which MAC address this machine sends to.

A lease ends, two devices are set to one address, somebody exchanges a device: then what is heard before and after is of two devices. Mixed they would be a
third one that does not exist, and the accounts of the first would be tried on the second. So where the segment shows it, the MAC address of the beginning
is held against that of now: at every connection before a byte is said, at every datagram, and after every conversation.

Behind a router no MAC address is seen. There a host key shows it that is not the one that was shown before, to whoever comes with a password.

A router may answer for others with a MAC address of its own, or two of them in turn. What changes from or to such a one is no change of device.
"""

from collections.abc import Callable

from inventory.joining import bearable


class Hands:
    """Which MAC address each address under examination had at the beginning; `mac_of` tells which it has now, None where that is not to be seen."""

    def __init__(self, mac_of: Callable[[str], str | None] = lambda address: None) -> None:
        self._mac_of = mac_of
        self._began: dict[str, str] = {}
        self._addresses: dict[str, set[str]] = {}
        self._told: dict[str, str] = {}

    def note(self, address: str, mac: str | None) -> None:
        """Note who has the address as its examination begins."""
        if mac is not None:
            self._began[address] = mac
            self._addresses.setdefault(mac, set()).add(address)

    def tell(self, address: str, why: str) -> None:
        """Note what else shows that another device has the address."""
        self._told.setdefault(address, why)

    def changed(self, address: str) -> str:
        """That another device has the address now, in a sentence; "" where it is the same, or nobody can tell."""
        if address in self._told:
            return self._told[address]
        before = self._began.get(address)
        now = self._mac_of(address) if before is not None else None
        if before is None or now is None or now == before:
            return ""
        if not all(bearable(self._addresses.get(mac, ())) for mac in (before, now)):
            return ""
        return f"another device answers at this address now: its MAC address is {now}, and was {before} when it was asked first"
