"""An NTP server (RFC 5905) that tells its variables to whoever asks for them by name (RFC 9327). It is not ours to set: whatever would change it is harm."""

from dataclasses import dataclass

from lab.fake import Datagram, Visit

_ACTIVE, _PASSIVE, _CLIENT, _SERVER, _BROADCAST, _CONTROL, _PRIVATE = range(1, 8)
_TELLING = {_ACTIVE: "of a peer", _PASSIVE: "of a peer", _SERVER: "of a server", _BROADCAST: "of a broadcasting server"}
"""Who else would tell it the time: such a message may set the clock, or make it remember an association (RFC 5905, section 9.2)."""
_READ_STATUS, _READ_VARIABLES = 1, 2
_UNKNOWN_ASSOCIATION, _UNKNOWN_VARIABLE = 4, 5


@dataclass(frozen=True)
class Ntp(Datagram):
    """A server beside its clock. An `open` one answers control messages, as ntpd did by default until its packagers forbade it."""

    version: str
    processor: str = "armv5tejl"
    system: str = "Linux"
    stratum: int = 1
    reference: str = "GPS"
    open: bool = True
    port: int = 123

    def answer(self, datagram: bytes, visit: Visit) -> bytes | None:
        """Tell the time, or the variables."""
        mode = datagram[0] & 7 if len(datagram) >= 12 else 0
        if mode == _PRIVATE:
            visit.harm("an NTP message of mode 7, which lists the server's clients")
        if mode in _TELLING:
            visit.harm(f"an NTP message {_TELLING[mode]}, which would set its clock")
        if mode == _CLIENT and len(datagram) >= 48:
            return self._time(datagram)
        return self._control(datagram, visit) if mode == _CONTROL and not datagram[1] & 0x80 else None

    def _time(self, datagram: bytes) -> bytes:
        """A time that nobody takes for the day's: the seconds of 1 January 2000."""
        seconds = (3_155_673_600).to_bytes(4, "big") + bytes(4)
        head = bytes((datagram[0] & 0x38 | _SERVER, self.stratum, 6, 0xEC)) + bytes(8)
        return head + self.reference.encode().ljust(4, b"\0") + seconds + datagram[40:48] + seconds * 2

    def _control(self, datagram: bytes, visit: Visit) -> bytes | None:
        opcode = datagram[1] & 0x1F
        if opcode not in (_READ_STATUS, _READ_VARIABLES):
            visit.harm(f"the NTP control message {opcode}")
        if not self.open:
            return None
        size = int.from_bytes(datagram[10:12], "big")
        asked = datagram[12 : 12 + size].decode("ascii", "replace").split(",") if size else []
        if datagram[6:8] != b"\0\0":
            return _reply(datagram, b"", _UNKNOWN_ASSOCIATION)
        known = {"version": self.version, "processor": self.processor, "system": self.system}
        if not set(asked) <= known.keys():
            return _reply(datagram, b"", _UNKNOWN_VARIABLE)
        told = ", ".join(f'{name}="{text}"' for name, text in known.items() if not asked or name in asked)
        return _reply(datagram, f"{told}\r\n".encode())


def _reply(datagram: bytes, data: bytes, error: int = 0) -> bytes:
    """The header with the bits of an answer, and of an error where there is one; the data to a multiple of four bytes (RFC 9327, section 2)."""
    flags = datagram[1] & 0x1F | 0x80 | (0x40 if error else 0)
    status = bytes((error, 0)) if error else b"\x01\x15"
    head = bytes((datagram[0] & 0x3F, flags)) + datagram[2:4] + status + datagram[6:8] + b"\0\0"
    return head + len(data).to_bytes(2, "big") + data + bytes(-len(data) % 4)
