"""The ONVIF device management service as far as a stranger gets (ONVIF Core Specification, section 5.8, Device Management WSDL): the time, and who it is."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from lab.fake import Visit
from lab.services.http import Application, Asked, Page

PATH = "/onvif/device_service"
_OPERATION = re.compile(rb"Body[^>]{0,300}>\s*<(?:\w{1,20}:)?(\w{1,60})")
_READS = frozenset(("GetCapabilities", "GetServices", "GetServiceCapabilities", "GetHostname", "GetScopes"))
_OPEN = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl"'
    ' xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:ter="http://www.onvif.org/ver10/error"><env:Body>'
)
_CLOSE = "</env:Body></env:Envelope>\n"


@dataclass(frozen=True)
class Onvif(Application):
    """A device. With `asks` it says who it is only to an account. `skew` is by how many seconds its clock is wrong. Whatever is no reading is harm."""

    manufacturer: str
    model: str
    firmware: str = ""
    serial: str = ""
    hardware: str = ""
    asks: bool = True
    skew: int = 0
    source: str = "NTP"
    zone: str = "CET-1CEST,M3.5.0,M10.5.0/3"

    def answer(self, asked: Asked, visit: Visit) -> Page:
        """Answer one operation."""
        found = _OPERATION.search(asked.body)
        operation = found[1].decode() if found else ""
        if asked.method != "POST" or not operation:
            return self._fault("ter:WellFormed", "Well-formed Error", 400)
        if operation == "GetSystemDateAndTime":
            return self._page(self._time())
        if operation == "GetDeviceInformation":
            if self.asks:
                return self._fault("ter:NotAuthorized", "Sender not Authorized", 400)
            return self._page(self._information())
        if operation not in _READS:
            visit.harm(f"the ONVIF operation {operation}")
        return self._fault("ter:NotAuthorized", "Sender not Authorized", 400)

    def _information(self) -> str:
        stated = {
            "Manufacturer": self.manufacturer,
            "Model": self.model,
            "FirmwareVersion": self.firmware,
            "SerialNumber": self.serial,
            "HardwareId": self.hardware,
        }
        inside = "".join(f"<tds:{name}>{escape(text)}</tds:{name}>" for name, text in stated.items())
        return f"<tds:GetDeviceInformationResponse>{inside}</tds:GetDeviceInformationResponse>"

    def _time(self) -> str:
        now = datetime.fromtimestamp(datetime.now(UTC).timestamp() + self.skew, UTC)
        return (
            "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime>"
            f"<tt:DateTimeType>{self.source}</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings>"
            f"<tt:TimeZone><tt:TZ>{escape(self.zone)}</tt:TZ></tt:TimeZone><tt:UTCDateTime>"
            f"<tt:Time><tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute><tt:Second>{now.second}</tt:Second></tt:Time>"
            f"<tt:Date><tt:Year>{now.year}</tt:Year><tt:Month>{now.month}</tt:Month><tt:Day>{now.day}</tt:Day></tt:Date>"
            "</tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
        )

    def _fault(self, code: str, reason: str, status: int) -> Page:
        return self._page(
            "<env:Fault><env:Code><env:Value>env:Sender</env:Value><env:Subcode>"
            f"<env:Value>{code}</env:Value></env:Subcode></env:Code>"
            f'<env:Reason><env:Text xml:lang="en">{reason}</env:Text></env:Reason></env:Fault>',
            status,
        )

    def _page(self, inside: str, status: int = 200) -> Page:
        return Page(f"{_OPEN}{inside}{_CLOSE}", kind="application/soap+xml; charset=utf-8", status=status)
