"""SADP, the device's side, by general knowledge of Hikvision's search tool: an answer to an inquiry, sent to the asker alone."""

import re
from dataclasses import dataclass
from xml.sax.saxutils import escape

from lab.fake import Datagram, Visit

_TYPES = re.compile(rb"<Types>\s*(\w{1,40})\s*</Types>")
_UUID = re.compile(rb"<Uuid>\s*([0-9A-Fa-f-]{1,64})\s*</Uuid>")


@dataclass(frozen=True)
class Sadp(Datagram):
    """A device of Hikvision's. `model` is its DeviceDescription; every Type but an inquiry is harm, for it would set a password or an address."""

    model: str
    serial: str
    software: str
    mac: str
    port: int = 37020
    dsp: str = ""
    http_port: int = 80
    analogue: int = 0
    digital: int = 1
    boot_time: str = "2026-10-02 03:11:40"
    activated: bool = True
    oem: str = ""

    def answer(self, datagram: bytes, visit: Visit) -> bytes | None:
        """Answer an inquiry."""
        kind, asked = _TYPES.search(datagram), _UUID.search(datagram)
        if kind is None or not datagram.lstrip().startswith(b"<?xml"):
            return None
        if kind[1] != b"inquiry":
            visit.harm(f"a SADP {kind[1].decode('ascii', 'replace')}")
            return None
        return self._match(asked[1].decode() if asked else "", visit.address).encode()

    def _match(self, asked: str, address: str) -> str:
        stated = {
            "Uuid": asked,
            "Types": "inquiry",
            "DeviceType": "139264",
            "DeviceDescription": self.model,
            "DeviceSN": self.serial,
            "CommandPort": "8000",
            "HttpPort": str(self.http_port),
            "MAC": self.mac.replace(":", "-"),
            "IPv4Address": address,
            "IPv4SubnetMask": "255.255.255.0",
            "IPv4Gateway": address.rpartition(".")[0] + ".254",
            "IPv6Address": "::",
            "DHCP": "false",
            "AnalogChannelNum": str(self.analogue),
            "DigitalChannelNum": str(self.digital),
            "SoftwareVersion": self.software,
            "DSPVersion": self.dsp,
            "BootTime": self.boot_time,
            "Encrypt": "true",
            "ResetAbility": "false",
            "Activated": str(self.activated).lower(),
            "PasswordResetAbility": "true",
            "HCPlatformEnable": "false",
            "OEMInfo": self.oem,
        }
        inside = "".join(f"<{name}>{escape(text)}</{name}>\r\n" for name, text in stated.items() if text)
        return f'<?xml version="1.0" encoding="UTF-8" ?>\r\n<ProbeMatch>\r\n{inside}</ProbeMatch>\r\n'
