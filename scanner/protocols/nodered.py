"""Node-RED: may anybody who comes by change its flows? One GET, asked where a page calls itself Node-RED.

Node-RED documentation, Admin API, Authentication: GET /auth/login names the scheme that is in use, an empty object where there is none; "the Node-RED admin
API is accessible to anyone" then. No flow and no setting is read.
"""

import json

from inventory.errors import ProtocolError
from inventory.model import Device
from scanner.codecs.http1 import authority, get_pattern, read_response, request
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Safety, Say, Send, Target

NAME = "nodered"
TRANSPORT = "tcp"
PORTS: tuple[int, ...] = ()
SAFETY = Safety.A
OVER_TLS = True
SPEAKS_FIRST = False
_PATH = "/auth/login"
SAYS = (Say.like("get the scheme of authentication", get_pattern(rb"/auth/login")),)
FACTS = {"nodered.open": "whether its editor asks nobody who they are"}
_LIMIT = 8192


def invited(device: Device) -> tuple[Target, ...]:
    """Where a page calls itself Node-RED."""
    return tuple(
        Target(seen.endpoint, tls=seen.facts.get("http.tls") is True, path=_PATH)
        for seen in device.speaking("http")
        if "node-red" in str(seen.facts.get("http.title", "")).lower()
    )[:2]


def probe(target: Target) -> Conversation[Heard]:
    """Ask how one logs in."""
    yield Send(request("GET", _PATH, authority(target, 443 if target.tls else 80)))
    response = yield from read_response(limit=_LIMIT)
    if response.status != 200:
        raise ProtocolError(f"status {response.status} instead of Node-RED's scheme of authentication")
    return Heard({"nodered.open": parse(response.body)}, (response.head + response.body)[-EVIDENCE_LIMIT:])


def parse(body: bytes) -> bool:
    """Whether no login is asked for: the object that should describe it is empty."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("not Node-RED: no JSON") from error
    if not isinstance(said, dict) or (said and not isinstance(said.get("type"), str)):
        raise ProtocolError("not Node-RED's scheme of authentication")
    return not said
