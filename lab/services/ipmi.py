"""A management processor's IPMI over LAN (IPMI 2.0, sections 13 and 22.13) before any session."""

from dataclasses import dataclass

from lab.fake import Datagram, Visit

_APPLICATION_ANSWER, _CAPABILITIES = 0x1C, 0x38


@dataclass(frozen=True)
class Ipmi(Datagram):
    """A processor. `kinds`, `state` and `extended` are bytes 2 to 4 of the answer's data (table 22-15), `oem` is its maker's enterprise number.

    Any command but Get Channel Authentication Capabilities would open a session, and some have only four: it is harm.
    """

    port: int = 623
    kinds: int = 0x84
    state: int = 0x04
    extended: int = 0x02
    oem: int = 0

    def answer(self, datagram: bytes, visit: Visit) -> bytes | None:
        """Answer the one question."""
        if len(datagram) < 21 or datagram[0] != 6 or datagram[3] != 7:
            return None
        message = datagram[14:]
        if datagram[4] or message[5] != _CAPABILITIES:
            visit.harm(f"IPMI command {message[5]:#04x} in a session of kind {datagram[4]}")
            return None
        if len(message) != datagram[13] or sum(message[:3]) & 0xFF or sum(message[3:]) & 0xFF:
            return None
        data = bytes((1, self.kinds, self.state, self.extended)) + self.oem.to_bytes(3, "little") + b"\0"
        head = bytes((message[3], _APPLICATION_ANSWER))
        body = bytes((message[0], message[4], _CAPABILITIES, 0)) + data
        whole = _summed(head) + _summed(body)
        return datagram[:13] + bytes((len(whole),)) + whole


def _summed(part: bytes) -> bytes:
    """The bytes with their checksum, which makes their sum zero."""
    return part + bytes((-sum(part) & 0xFF,))
