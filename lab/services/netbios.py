"""A NetBIOS name service that answers the node status request (RFC 1002, sections 4.2.17 and 4.2.18)."""

from dataclasses import dataclass

from lab.fake import Datagram, Visit

_QUESTION = b"\x20CK" + b"A" * 30 + b"\0\0\x21\0\x01"
_ACTIVE, _GROUP = 0x0400, 0x8000


@dataclass(frozen=True)
class Netbios(Datagram):
    """A machine of that name in that workgroup. A registration or a release of a name is harm: it would take the name from its owner."""

    name: str
    mac: str
    workgroup: str = "WORKGROUP"
    port: int = 137

    def answer(self, datagram: bytes, visit: Visit) -> bytes | None:
        """Answer the request for names."""
        if len(datagram) < 12:
            return None
        if datagram[2] & 0xF8:
            visit.harm(f"NetBIOS operation {datagram[2] >> 3 & 15}")
            return None
        if datagram[12:] != _QUESTION:
            return None
        names = ((self.name, 0, _ACTIVE), (self.workgroup, 0, _ACTIVE | _GROUP), (self.name, 0x20, _ACTIVE))
        held = b"".join(
            name.upper().encode().ljust(15)[:15] + bytes((suffix,)) + flags.to_bytes(2, "big")
            for name, suffix, flags in names
        )
        data = bytes((len(names),)) + held + bytes.fromhex(self.mac.replace(":", "")) + bytes(40)
        head = datagram[:2] + bytes.fromhex("8400 0000 0001 0000 0000")
        return head + _QUESTION + bytes(4) + len(data).to_bytes(2, "big") + data
