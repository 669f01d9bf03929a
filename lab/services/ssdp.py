"""SSDP, the device's side (UPnP Device Architecture 1.1, section 1.3): an answer to M-SEARCH, sent to the asker alone."""

from dataclasses import dataclass

from lab.fake import Datagram, Visit

_ALL, _ROOT = "ssdp:all", "upnp:rootdevice"


@dataclass(frozen=True)
class Ssdp(Datagram):
    """A device that can be searched for. `location` is its description's URL, with {address} for its own address. An announcement is harm: it is believed."""

    udn: str
    location: str
    port: int = 1900
    server: str = "Linux UPnP/1.0"
    device_type: str = "urn:schemas-upnp-org:device:Basic:1"

    def answer(self, datagram: bytes, visit: Visit) -> bytes | None:
        """Answer a search for all, for root devices, for this type or for this device."""
        first, *lines = datagram.decode("utf-8", "replace").split("\r\n")
        if first == "NOTIFY * HTTP/1.1":
            visit.harm("an SSDP NOTIFY in another's name")
        if first != "M-SEARCH * HTTP/1.1":
            return None
        headers = {name.strip().upper(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        target = headers.get("ST", "")
        if headers.get("MAN") != '"ssdp:discover"' or target not in (_ALL, _ROOT, self.device_type, self.udn):
            return None
        target = _ROOT if target == _ALL else target
        usn = self.udn if target == self.udn else f"{self.udn}::{target}"
        answer = (
            "HTTP/1.1 200 OK",
            "CACHE-CONTROL: max-age=1800",
            "EXT:",
            f"LOCATION: {self.location.replace('{address}', visit.address)}",
            f"SERVER: {self.server}",
            f"ST: {target}",
            f"USN: {usn}",
            "",
            "",
        )
        return "\r\n".join(answer).encode()
