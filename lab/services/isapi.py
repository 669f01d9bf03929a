"""ISAPI, the device's side of one reading (Hikvision Intelligent Security API, System/deviceInfo)."""

from dataclasses import dataclass
from xml.sax.saxutils import escape

from lab.fake import Visit
from lab.services import digest
from lab.services.http import Application, Asked, Page

PATH = "/ISAPI/System/deviceInfo"


@dataclass(frozen=True)
class DeviceInfo(Application):
    """The description of a device. `realm` is what it is locked with: "" tells it to strangers. Writing to it is harm."""

    realm: str = ""
    model: str = ""
    serial: str = ""
    mac: str = ""
    firmware: str = ""
    built: str = ""
    name: str = "Embedded Net DVR"
    kind: str = "NVR"

    def answer(self, asked: Asked, visit: Visit) -> Page:
        """The document, or a challenge."""
        if asked.method != "GET" or asked.query:
            visit.harm(f"an ISAPI {asked.method} of deviceInfo")
        if self.realm:
            return Page("", status=401, headers=(("WWW-Authenticate", digest.challenge(self.realm)),))
        stated = {
            "deviceName": self.name,
            "deviceID": "255",
            "model": self.model,
            "serialNumber": self.serial,
            "macAddress": self.mac,
            "firmwareVersion": self.firmware,
            "firmwareReleasedDate": self.built,
            "deviceType": self.kind,
        }
        inside = "".join(f"<{name}>{escape(text)}</{name}>\n" for name, text in stated.items() if text)
        return Page(
            '<?xml version="1.0" encoding="UTF-8" ?>\n<DeviceInfo version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">\n'
            f"{inside}</DeviceInfo>\n",
            kind="application/xml",
        )
