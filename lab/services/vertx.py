"""HID's discovery daemon, the controller's side, as seen of a VertX EVO V2000 (ZDI-16-223)."""

from dataclasses import dataclass

from lab.fake import Datagram, Visit


@dataclass(frozen=True)
class VertxDiscovery(Datagram):
    """A door controller. Anything but `discover` is harm: the daemon runs what it is told, as root."""

    mac: str
    name: str
    model: str
    version: str
    built: str
    port: int = 4070

    def answer(self, datagram: bytes, visit: Visit) -> bytes | None:
        """Answer `discover;013;` with ten fields; the second is the length of all."""
        if datagram != b"discover;013;":
            visit.harm(f"{datagram[:32]!r} to the discovery daemon")
            return None
        rest = f";{self.mac.upper()};{self.name};{visit.address};1;{self.model};{self.version};{self.built};".encode()
        return b"discovered;" + f"{len(rest) + 14:03d}".encode() + rest
