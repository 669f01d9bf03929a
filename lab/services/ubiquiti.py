"""Ubiquiti's discovery, the device's side, as Rapid7 described it in 2019: fields to whoever sends four bytes of version 1 or 2."""

from dataclasses import dataclass

from lab.fake import Datagram, Visit

_MAC_AND_IP, _FIRMWARE, _USERNAME, _UPTIME, _HOSTNAME, _PRODUCT, _ESSID = 0x02, 0x03, 0x06, 0x0A, 0x0B, 0x0C, 0x0D
_MODEL, _MODEL_2, _VERSION, _DEFAULT = 0x14, 0x15, 0x16, 0x17


@dataclass(frozen=True)
class Ubiquiti(Datagram):
    """A radio, an access point or a router. `protocol` is the version that it speaks; anything but its request is harm, since a login is spoken here too."""

    mac: str
    firmware: str
    hostname: str
    product: str
    model: str = ""
    port: int = 10001
    protocol: int = 1
    essid: str = ""
    username: str = ""
    version: str = ""
    unmanaged: bool | None = None
    up: int = 113_144

    def answer(self, datagram: bytes, visit: Visit) -> bytes | None:
        """Answer the request of the protocol's version."""
        if datagram not in (b"\x01\0\0\0", b"\x02\x08\0\0"):
            visit.harm(f"{datagram[:16].hex()} to the discovery on port {self.port}")
            return None
        if datagram[0] != self.protocol:
            return None
        body = b"".join(_field(kind, value) for kind, value in self._fields(visit) if value)
        head = b"\x01\x00" if self.protocol == 1 else b"\x02\x06"
        return head + len(body).to_bytes(2, "big") + body

    def _fields(self, visit: Visit) -> list[tuple[int, bytes]]:
        address = bytes(int(part) for part in visit.address.split("."))
        default = b"" if self.unmanaged is None else bytes((self.unmanaged,))
        return [
            (_MAC_AND_IP, bytes.fromhex(self.mac.replace(":", "")) + address),
            (_FIRMWARE, self.firmware.encode()),
            (_USERNAME, self.username.encode()),
            (_UPTIME, self.up.to_bytes(4, "big")),
            (_HOSTNAME, self.hostname.encode()),
            (_PRODUCT, self.product.encode()),
            (_ESSID, self.essid.encode()),
            (_MODEL if self.protocol == 1 else _MODEL_2, self.model.encode()),
            (_VERSION, self.version.encode()),
            (_DEFAULT, default),
        ]


def _field(kind: int, value: bytes) -> bytes:
    return bytes((kind,)) + len(value).to_bytes(2, "big") + value
