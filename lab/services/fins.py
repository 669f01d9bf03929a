"""Omron FINS over UDP (Communications Commands Reference Manual W342, section 5): Controller Data Read; every other command is harm."""

from dataclasses import dataclass

from lab.fake import Datagram, Visit

_CONTROLLER_DATA_READ = b"\x05\x01"
_UNDEFINED_COMMAND = b"\x04\x01"
_MOST_NETWORKS = (
    7  # the gateway count of a frame that may pass as many networks as there may be in its way (W342, 5-1-1)
)


@dataclass(frozen=True)
class Fins(Datagram):
    """A controller. Its memory, its mode and its clock are one command away, so nothing but its name may be asked for."""

    model: str
    version: str
    port: int = 9600

    def answer(self, datagram: bytes, visit: Visit) -> bytes | None:
        """Answer with the header turned round: ICF as a response, destination and source exchanged."""
        if len(datagram) < 12 or datagram[0] & 0x40 or datagram[1] or datagram[2] > _MOST_NETWORKS:
            visit.harm(f"no FINS command: {datagram[:16].hex(' ')}")
            return None
        head = bytes((0xC0, 0, 2)) + datagram[6:9] + datagram[3:6] + datagram[9:10]
        command = datagram[10:12]
        if command != _CONTROLLER_DATA_READ or datagram[12:] not in (b"", b"\x00"):
            visit.harm(f"FINS command {command.hex()}")
            return head + command + _UNDEFINED_COMMAND
        texts = self.model.encode().ljust(20) + self.version.encode().ljust(20)
        area = bytes.fromhex("000a 17 8000 00 08 0000 00 0000")  # program, I/O and memory sizes, as a CJ2 has them
        return head + command + b"\0\0" + texts + bytes(40) + area
