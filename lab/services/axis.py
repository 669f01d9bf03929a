"""Axis, the device's side of the two VAPIX calls that need no account: Basic device information and Systemready (VAPIX documentation)."""

import json
from dataclasses import dataclass

from lab.fake import Visit
from lab.services.http import Application, Asked, Page, page

_JSON = "application/json"


def _asked(asked: Asked) -> str:
    """The method of a VAPIX request in JSON, "" where it is none."""
    try:
        question = json.loads(asked.body)
        return str(question["method"]) if asked.method == "POST" else ""
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""


@dataclass(frozen=True)
class BasicDeviceInfo(Application):
    """`/axis-cgi/basicdeviceinfo.cgi`. With `asks` strangers are refused, as the owner of AXIS OS 11 and later may choose."""

    model: str
    full_name: str
    kind: str
    serial: str
    version: str
    built: str
    hardware: str = "7C5"
    asks: bool = False

    def answer(self, asked: Asked, visit: Visit) -> Page:
        """The unrestricted properties, and nothing else."""
        method = _asked(asked)
        if method not in {"getAllUnrestrictedProperties", "getAllProperties", "getSupportedVersions"}:
            visit.harm(f"the VAPIX method {method!r} of basicdeviceinfo")
        if self.asks or method != "getAllUnrestrictedProperties":
            challenge = f'Digest realm="AXIS_{self.serial}", nonce="b8ad0a2b", algorithm=MD5, qop="auth"'
            return Page("", kind="text/html", status=401, headers=(("WWW-Authenticate", challenge),))
        properties = {
            "ProdNbr": self.model,
            "HardwareID": self.hardware,
            "ProdFullName": self.full_name,
            "Version": self.version,
            "ProdType": self.kind,
            "Brand": "AXIS",
            "WebURL": "http://www.axis.com",
            "ProdShortName": f"AXIS {self.model}",
            "SerialNumber": self.serial,
            "BuildDate": self.built,
        }
        return Page(json.dumps({"apiVersion": "1.3", "data": {"propertyList": properties}}), kind=_JSON)


@dataclass(frozen=True)
class SystemReady(Application):
    """`/axis-cgi/systemready.cgi`, of a device that has been up for `uptime` seconds."""

    uptime: int = 37509
    boot_id: str = "a64e48df-6002-4f0a-83a1-98f302b05cb1"
    needs_setup: bool = False

    def answer(self, asked: Asked, visit: Visit) -> Page:
        """Whether it is ready."""
        method = _asked(asked)
        if method != "systemready":
            visit.harm(f"the VAPIX method {method!r} of systemready")
            return page("400 Bad Request")
        data = {
            "systemready": "yes",
            "needsetup": "yes" if self.needs_setup else "no",
            "uptime": str(self.uptime),
            "bootid": self.boot_id,
        }
        return Page(json.dumps({"apiVersion": "1.4", "method": "systemready", "data": data}), kind=_JSON)
