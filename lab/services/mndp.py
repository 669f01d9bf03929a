"""MNDP, the router's side: an announcement to whoever sends zeros (MikroTik, RouterOS: Neighbor discovery; Wireshark's description of the layout)."""

from dataclasses import dataclass

from lab.fake import Datagram, Visit


@dataclass(frozen=True)
class Mndp(Datagram):
    """A MikroTik router. Only a refresh of four or nine zeros is answered."""

    mac: str
    identity: str
    version: str
    board: str
    port: int = 5678
    platform: str = "MikroTik"
    software_id: str = "H792-MXJ3"
    interface: str = "bridge/ether2"
    up: int = 5596

    def answer(self, datagram: bytes, visit: Visit) -> bytes | None:
        """Announce."""
        if datagram not in (bytes(4), bytes(9)):
            return None
        fields = (
            (1, bytes.fromhex(self.mac.replace(":", ""))),
            (5, self.identity.encode()),
            (7, self.version.encode()),
            (8, self.platform.encode()),
            (10, self.up.to_bytes(4, "little")),
            (11, self.software_id.encode()),
            (12, self.board.encode()),
            (14, b"\x01"),
            (16, self.interface.encode()),
            (17, bytes(int(part) for part in visit.address.split("."))),
        )
        body = b"".join(kind.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value for kind, value in fields)
        return b"\x00\x00\x00\x01" + body
