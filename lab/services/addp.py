"""ADDP, the device's side (Q. Beukes, "Advanced Digi Discovery Protocol Explained", 2009)."""

from dataclasses import dataclass

from lab.fake import Datagram, Visit

_DISCOVERY_REQUEST, _DISCOVERY_RESPONSE = 1, 2


@dataclass(frozen=True)
class Addp(Datagram):
    """A device of Digi's. Any other request than discovery is harm: the others change its addresses or restart it."""

    mac: str
    name: str
    firmware: str
    serial_ports: int = 1
    port: int = 2362

    def answer(self, datagram: bytes, visit: Visit) -> bytes | None:
        """Answer a discovery that is for this MAC address or for any."""
        own = bytes.fromhex(self.mac.replace(":", ""))
        if datagram[:4] != b"DIGI" or datagram[4:8] != b"\0\1\0\6":
            visit.harm(f"ADDP request {datagram[:8].hex()}")
            return None
        if datagram[8:] not in (own, b"\xff" * 6):
            return None
        fields = (
            (0x01, own),
            (0x02, bytes(int(part) for part in visit.address.split("."))),
            (0x03, bytes((255, 255, 255, 0))),
            (0x0B, bytes(4)),
            (0x0D, self.name.encode()),
            (0x10, b"\x01"),
            (0x07, b"\x00"),
            (0x08, self.firmware.encode()),
            (0x0E, (771).to_bytes(4, "big")),
            (0x13, (1027).to_bytes(4, "big")),
            (0x12, bytes((self.serial_ports,))),
        )
        body = b"".join(bytes((kind, len(value))) + value for kind, value in fields)
        return b"DIGI" + _DISCOVERY_RESPONSE.to_bytes(2, "big") + len(body).to_bytes(2, "big") + body
