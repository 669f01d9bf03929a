"""The ONVIF device management service (ONVIF Core Specification, sections 5.8 and 5.9, Device Management WSDL): the time, and who it is.

Who it is may stand behind a login: HTTP Digest, or a UsernameToken (OASIS WSS UsernameToken Profile 1.1) that was made within the last minute by its own clock.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

from lab.account import Account
from lab.fake import Visit
from lab.services import digest
from lab.services.http import Application, Asked, Page

PATH = "/onvif/device_service"
_OPERATION = re.compile(rb"Body[^>]{0,300}>\s*<(?:\w{1,20}:)?(\w{1,60})")
_READS = frozenset(("GetCapabilities", "GetServices", "GetServiceCapabilities", "GetHostname", "GetScopes"))
_TOKEN = re.compile(
    rb"<(?:\w+:)?Username>([^<]*)<.*?<(?:\w+:)?Password Type=\"[^\"]*#PasswordDigest\">([^<]*)<"
    rb".*?<(?:\w+:)?Nonce[^>]*>([^<]*)<.*?<(?:\w+:)?Created>([^<]*)<",
    re.DOTALL,
)
_TOKEN_LIFE = timedelta(seconds=60)
_OPEN = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl"'
    ' xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:ter="http://www.onvif.org/ver10/error"><env:Body>'
)
_CLOSE = "</env:Body></env:Envelope>\n"


@dataclass(frozen=True)
class Onvif(Application):
    """A device. With `asks` it says who it is only to `account`, and to nobody where there is none. `skew` is by how many seconds its clock is wrong.

    With a `realm` it asks by HTTP Digest, else for a token. After `locks_after` failures of one account it is locked (0: never). Whatever is no reading
    is harm.
    """

    manufacturer: str
    model: str
    firmware: str = ""
    serial: str = ""
    hardware: str = ""
    asks: bool = True
    skew: int = 0
    source: str = "NTP"
    zone: str = "CET-1CEST,M3.5.0,M10.5.0/3"
    account: Account | None = None
    realm: str = ""
    locks_after: int = 0

    def answer(self, asked: Asked, visit: Visit) -> Page:
        """Answer one operation."""
        found = _OPERATION.search(asked.body)
        operation = found[1].decode() if found else ""
        if asked.method != "POST" or not operation:
            return self._fault("ter:WellFormed", "Well-formed Error", 400)
        if operation == "GetSystemDateAndTime":
            return self._page(self._time())
        if operation == "GetDeviceInformation":
            refusal = self._refusal(asked, visit) if self.asks else None
            return refusal or self._page(self._information())
        if operation not in _READS:
            visit.harm(f"the ONVIF operation {operation}")
        return self._fault("ter:NotAuthorized", "Sender not Authorized", 400)

    def _refusal(self, asked: Asked, visit: Visit) -> Page | None:
        """What whoever asks is told in place of who it is, None for the account."""
        user, opened = (self._by_http if self.realm else self._by_token)(asked)
        if user and visit.locked(user, self.locks_after):
            return self._fault("ter:NotAuthorized", "The account is locked", 400)
        if user:
            visit.login(user, opened=opened)
        if opened:
            return None
        if self.realm:
            return Page(status=401, headers=(("WWW-Authenticate", digest.challenge(self.realm)),))
        return self._fault("ter:NotAuthorized", "Sender not Authorized", 400)

    def _by_http(self, asked: Asked) -> tuple[str, bool]:
        given = digest.fields(asked.credentials.partition(" ")[2])
        if self.account is None or not digest.fresh(given):
            return "", False
        right = given.get("uri") == asked.path and digest.opens(given, "POST", self.realm, self.account)
        return given.get("username", ""), right

    def _by_token(self, asked: Asked) -> tuple[str, bool]:
        found = _TOKEN.search(asked.body)
        if found is None or self.account is None:
            return "", False
        user, proof, nonce, created = (text.decode("utf-8", "replace") for text in found.groups())
        try:
            age = self._now() - datetime.strptime(created, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
            salt = base64.b64decode(nonce, validate=True)
        except ValueError:
            return user, False
        if self.account.anyone:
            return user, True
        secret = (self.account.password or "").encode()
        made = base64.b64encode(hashlib.sha1(salt + created.encode() + secret, usedforsecurity=False).digest()).decode()
        known = self.account.password is not None and (user, proof) == (self.account.user, made)
        return user, known and abs(age) < _TOKEN_LIFE

    def _now(self) -> datetime:
        return datetime.fromtimestamp(datetime.now(UTC).timestamp() + self.skew, UTC)

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
        now = self._now()
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
