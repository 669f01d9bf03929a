"""A KNXnet/IP server (KNX Standard 3/8/2) that describes itself and opens no tunnel."""

from dataclasses import dataclass

from lab.fake import Datagram, Visit

_SEARCH, _DESCRIPTION, _ANSWER = (0x0201, 0x020B), 0x0203, 0x0204
FAMILIES = {"core": 2, "device management": 3, "tunnelling": 4, "routing": 5, "object server": 8, "security": 9}


@dataclass(frozen=True)
class Knx(Datagram):
    """An IP interface or router. `services` and `secured` are families and their versions; every request but a description is harm.

    `serial` is its KNX serial number in hexadecimal, which begins with the manufacturer's number; `area` is "area.line.device".
    """

    serial: str
    mac: str
    name: str
    port: int = 3671
    medium: int = 0x02
    address: str = "1.1.0"
    services: tuple[tuple[str, int], ...] = (("core", 1), ("device management", 1), ("tunnelling", 1), ("routing", 1))
    secured: tuple[str, ...] = ()

    def answer(self, datagram: bytes, visit: Visit) -> bytes | None:
        """Answer a description request that routes back, or names the asker's own address."""
        if len(datagram) < 14 or datagram[:2] != b"\x06\x10" or int.from_bytes(datagram[4:6], "big") != len(datagram):
            return None
        service = int.from_bytes(datagram[2:4], "big")
        if service != _DESCRIPTION or len(datagram) != 14 or datagram[6:8] != b"\x08\x01":
            if service not in _SEARCH:
                visit.harm(f"KNXnet/IP service {service:#06x}")
            return None
        if datagram[8:14] != bytes(6):
            return None  # it would be sent to where no asker of this lab listens
        body = self._device() + self._families(2, self.services)
        if self.secured:
            body += self._families(6, tuple((name, 1) for name in self.secured))
        return b"\x06\x10" + _ANSWER.to_bytes(2, "big") + (6 + len(body)).to_bytes(2, "big") + body

    def _device(self) -> bytes:
        area, line, device = (int(part) for part in self.address.split("."))
        return b"".join(
            (
                bytes((54, 1, self.medium, 0, area << 4 | line, device, 0, 0)),
                bytes.fromhex(self.serial),
                bytes((224, 0, 23, 12)),
                bytes.fromhex(self.mac.replace(":", "")),
                self.name.encode("latin-1")[:29].ljust(30, b"\0"),
            )
        )

    @staticmethod
    def _families(kind: int, families: tuple[tuple[str, int], ...]) -> bytes:
        pairs = b"".join(bytes((FAMILIES[name], version)) for name, version in families)
        return bytes((2 + len(pairs), kind)) + pairs
