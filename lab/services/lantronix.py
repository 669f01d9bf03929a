"""Lantronix's configuration port, the device's side (UDS-10 user guide, table 19; XPort user manual, table 24)."""

from dataclasses import dataclass

from lab.fake import Datagram, Visit

_FIRMWARE_QUERY, _FIRMWARE = b"\0\0\0\xf6", b"\0\0\0\xf7"


@dataclass(frozen=True)
class Lantronix(Datagram):
    """A serial server. Any request but the query for the firmware is harm: the others read the password, reset the device or configure it."""

    mac: str
    kind: str = "X5"
    port: int = 30718

    def answer(self, datagram: bytes, visit: Visit) -> bytes | None:
        """Answer F6 with F7: sixteen bytes of the firmware's image, four of the device, the MAC address."""
        if datagram != _FIRMWARE_QUERY:
            visit.harm(f"{datagram[:4].hex()} to the configuration port {self.port}")
            return None
        mac = bytes.fromhex(self.mac.replace(":", ""))
        image = b"\x10\x09\x8f\xb7" + self.kind.encode().ljust(4, b"\0") + bytes(6) + b"\x3c\xa1"
        return _FIRMWARE + image + b"\x00\x00" + mac[4:] + mac
