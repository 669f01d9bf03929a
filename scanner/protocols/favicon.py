"""The icon of a web server: one GET of /favicon.ico, and only where nothing has said what model the device is.

Makers paint one icon for a whole family, so that its hash tells the family where every text is silent. A device that has named its model keeps the
connection.
"""

import hashlib

from inventory.errors import ProtocolError
from inventory.model import Device
from scanner.codecs.http1 import authority, get_pattern, read_response, request
from scanner.conversation import Conversation, Heard, Safety, Say, Send, Target

NAME = "favicon"
TRANSPORT = "tcp"
PORTS: tuple[int, ...] = ()
SAFETY = Safety.A
OVER_TLS = True
SPEAKS_FIRST = False
LAST = True
SAYS = (Say.like("get favicon", get_pattern(rb"/favicon\.ico")),)
FACTS = {"favicon.md5": "MD5 of /favicon.ico"}
_ENDPOINTS = 2


def invited(device: Device) -> tuple[Target, ...]:
    """The first web servers of a device whose model is not known."""
    if device.claim("model") is not None:
        return ()
    return tuple(
        Target(seen.endpoint, tls=seen.facts.get("http.tls") is True, path="/favicon.ico")
        for seen in device.speaking("http")[:_ENDPOINTS]
    )


def probe(target: Target) -> Conversation[Heard]:
    """Get the icon; a page in its stead is none."""
    yield Send(request("GET", "/favicon.ico", authority(target, 443 if target.tls else 80)))
    response = yield from read_response()
    if response.status != 200 or not response.body or response.body.lstrip()[:1] == b"<":
        raise ProtocolError(f"status {response.status} and no icon")
    return Heard({"favicon.md5": hashlib.md5(response.body, usedforsecurity=False).hexdigest()}, response.head)
