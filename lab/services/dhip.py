"""DHIP, the device's side, by general knowledge of Dahua's configuration tool: an answer to a search, sent to the asker alone."""

import json
import struct
from dataclasses import dataclass

from lab.fake import Datagram, Visit

_HEADER = struct.Struct("<I4sQQQ")
_SEARCH = "DHDiscover.search"


@dataclass(frozen=True)
class Dhip(Datagram):
    """A device of Dahua's. Every method but a search is harm, for it would log in or set an address."""

    model: str
    device_class: str
    serial: str
    version: str
    mac: str
    port: int = 37810
    vendor: str = "Dahua"
    name: str = ""
    http_port: int = 80
    inputs: int = 1
    remote_inputs: int = 0
    init: int = 166

    def answer(self, datagram: bytes, visit: Visit) -> bytes | None:
        """Answer a search."""
        if datagram[:8] != b"\x20\0\0\0DHIP" or len(datagram) < _HEADER.size:
            return None
        size = _HEADER.unpack_from(datagram)[3]
        try:
            asked = json.loads(datagram[_HEADER.size : _HEADER.size + size])
            method = asked["method"]
        except (ValueError, TypeError, KeyError, RecursionError):
            return None
        if method != _SEARCH:
            visit.harm(f"the DHIP method {method}")
            return None
        body = json.dumps(self._notice(visit.address)).encode() + b"\n"
        return _HEADER.pack(32, b"DHIP", 0, len(body), len(body)) + body

    def _notice(self, address: str) -> dict[str, object]:
        info = {
            "AlarmInputChannels": 1,
            "AlarmOutputChannels": 1,
            "DeviceClass": self.device_class,
            "DeviceType": self.model,
            "Find": "BD",
            "HttpPort": self.http_port,
            "IPv4Address": {
                "DefaultGateway": address.rpartition(".")[0] + ".254",
                "DhcpEnable": False,
                "IPAddress": address,
                "SubnetMask": "255.255.255.0",
            },
            "IPv6Address": {"DefaultGateway": "", "DhcpEnable": False, "IPAddress": "", "LinkLocalAddress": ""},
            "Init": self.init,
            "MachineName": self.name or self.serial,
            "Manufacturer": "Private",
            "Port": 37777,
            "RemoteVideoInputChannels": self.remote_inputs,
            "SerialNo": self.serial,
            "UnLoginFuncMask": 1,
            "Vendor": self.vendor,
            "Version": self.version,
            "VideoInputChannels": self.inputs,
            "VideoOutputChannels": 0,
        }
        return {"mac": self.mac, "method": "client.notifyDevInfo", "params": {"deviceInfo": info}}
