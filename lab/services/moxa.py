"""Moxa's search, the NPort's side, as observed of an NPort 5110A (M. Davidsaver, 2023): hardware, MAC and IP address."""

from dataclasses import dataclass

from lab.fake import Datagram, Visit

_SEARCH, _LENGTH = 0x01, 24


@dataclass(frozen=True)
class MoxaSearch(Datagram):
    """A serial server. `hardware` is its number. Any other request than the search is harm: the others reach the configuration."""

    mac: str
    hardware: int = 0x511A
    product_line: int = 0x80005110
    port: int = 4800

    def answer(self, datagram: bytes, visit: Visit) -> bytes | None:
        """Answer a search."""
        if len(datagram) != 8 or datagram[:4] != bytes((_SEARCH, 0, 0, 8)):
            visit.harm(f"Moxa request {datagram[:4].hex()}")
            return None
        identity = self.product_line.to_bytes(4, "little") + self.hardware.to_bytes(2, "little")
        identity += bytes.fromhex(self.mac.replace(":", ""))
        address = bytes(int(part) for part in visit.address.split("."))
        return bytes((_SEARCH | 0x80, 0)) + _LENGTH.to_bytes(2, "big") + datagram[4:8] + identity + address
