"""Dahua's HTTP API, the device's side of one reading (magicBox.cgi, getSystemInfo)."""

from dataclasses import dataclass

from lab.fake import Visit
from lab.services import digest
from lab.services.http import Application, Asked, Page

PATH = "/cgi-bin/magicBox.cgi"


@dataclass(frozen=True)
class MagicBox(Application):
    """What the system is. `realm` is what it is locked with: "" tells it to strangers. Any other action is harm, for one of them restarts the device."""

    realm: str = ""
    model: str = ""
    serial: str = ""
    processor: str = "SSC335"

    def answer(self, asked: Asked, visit: Visit) -> Page:
        """The lines, or a challenge."""
        if asked.method != "GET" or asked.query != "action=getSystemInfo":
            visit.harm(f"{asked.method} magicBox.cgi?{asked.query}")
            return Page("Error\r\nBad Request!\r\n", kind="text/plain", status=400)
        if self.realm:
            return Page("", status=401, headers=(("WWW-Authenticate", digest.challenge(self.realm)),))
        lines = (
            f"deviceType={self.model}",
            "hardwareVersion=1.00",
            f"processor={self.processor}",
            f"serialNumber={self.serial}",
            f"updateSerial={self.model}",
            "",
        )
        return Page("\r\n".join(lines), kind="text/plain;charset=utf-8")
