"""Portainer: has its administrator been made yet? One GET, asked where a page calls itself Portainer.

Portainer API, GET /api/users/admin/check: 204 where there is an administrator, 404 with a message where there is none; it is meant for the page that everybody
sees before the login. Whoever makes the administrator first has every container that Portainer manages.
"""

import json

from inventory.errors import ProtocolError
from inventory.model import Device
from scanner.codecs.http1 import Response, authority, get_pattern, read_response, request
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Safety, Say, Send, Target

NAME = "portainer"
TRANSPORT = "tcp"
PORTS: tuple[int, ...] = ()
SAFETY = Safety.A
OVER_TLS = True
SPEAKS_FIRST = False
_PATH = "/api/users/admin/check"
SAYS = (Say.like("get whether there is an administrator", get_pattern(rb"/api/users/admin/check")),)
FACTS = {"portainer.administrator": "whether it has an administrator, who was given a password"}
_LIMIT = 8192


def invited(device: Device) -> tuple[Target, ...]:
    """Where a page calls itself Portainer."""
    return tuple(
        Target(seen.endpoint, tls=seen.facts.get("http.tls") is True, path=_PATH)
        for seen in device.speaking("http")
        if "portainer" in str(seen.facts.get("http.title", "")).lower()
    )[:2]


def probe(target: Target) -> Conversation[Heard]:
    """Ask whether there is an administrator."""
    yield Send(request("GET", _PATH, authority(target, 443 if target.tls else 80)))
    response = yield from read_response(limit=_LIMIT)
    return Heard({"portainer.administrator": parse(response)}, (response.head + response.body)[:EVIDENCE_LIMIT])


def parse(response: Response) -> bool:
    """Whether there is one; any other 404 than Portainer's own says nothing."""
    if response.status == 204:
        return True
    try:
        said = json.loads(response.body)
    except (ValueError, RecursionError):
        said = None
    message = str(said.get("message", "")) if isinstance(said, dict) else ""
    if response.status == 404 and "administrator" in message[:200].lower():
        return False
    raise ProtocolError(f"status {response.status}, and no word of an administrator")
