"""The interfaces of what runs containers: Docker and Podman, Kubernetes, etcd. One GET of /version, which all of them have and which only reads.

Docker Engine API reference (GET /version); Kubernetes API (GET /version, which `system:public-info-viewer` lets everybody read by default); etcd (GET /version
beside the client's API). No container, pod, secret or key is asked for.
"""

import json
from typing import Any

from inventory.errors import ProtocolError
from inventory.model import Device, FactValue
from inventory.text import one_line
from scanner.codecs.http1 import Response, authority, get_pattern, read_response, request
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Safety, Say, Send, Target

NAME = "containers"
TRANSPORT = "tcp"
PORTS = (2375, 2376, 2379, 4243, 6443)
SAFETY = Safety.A
OVER_TLS = True
SPEAKS_FIRST = False
HARDY = True
_PATH = "/version"
SAYS = (Say.like("get version", get_pattern(rb"/version")),)
FACTS = {
    "containers.product": "what runs the containers: 'docker', 'podman', 'kubernetes' or 'etcd'",
    "containers.version": "its version",
    "containers.open": "whether it answered a stranger",
    "containers.tls": "whether it was asked inside TLS",
}
_LIMIT = 16384
_REFUSED = (401, 403)


def invited(device: Device) -> tuple[Target, ...]:
    """Web servers that call themselves Docker, or whose start page is the list of paths of a Kubernetes API."""
    return tuple(
        Target(seen.endpoint, tls=seen.facts.get("http.tls") is True, path=_PATH)
        for seen in device.speaking("http")
        if str(seen.facts.get("http.server", "")).startswith(("Docker/", "Libpod/"))
        or '"/api/v1"' in str(seen.facts.get("http.identity", ""))
    )[:2]


def probe(target: Target) -> Conversation[Heard]:
    """Ask for the version."""
    yield Send(request("GET", _PATH, authority(target, 443 if target.tls else 80)))
    response = yield from read_response(limit=_LIMIT)
    return Heard(parse(response) | {"containers.tls": target.tls}, _evidence(response))


def parse(response: Response) -> dict[str, FactValue]:
    """The facts of an answer; `ProtocolError` where it is none of theirs."""
    said = _object(response.body)
    if response.status in _REFUSED:
        return {"containers.product": _who_refuses(response, said), "containers.open": False}
    product, version = _product(said)
    if response.status != 200 or not product:
        raise ProtocolError(f"status {response.status} instead of the version of something that runs containers")
    facts: dict[str, FactValue] = {"containers.product": product, "containers.open": True}
    return facts | ({"containers.version": version} if version else {})


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _product(said: dict[str, Any]) -> tuple[str, str]:
    """What the members of the object are those of, and its version."""
    if isinstance(said.get("ApiVersion"), str):
        podman = "Podman" in json.dumps(said.get("Components"))[:4096]
        return "podman" if podman else "docker", _text(said.get("Version"))
    if isinstance(said.get("gitVersion"), str):
        return "kubernetes", _text(said["gitVersion"])
    if isinstance(said.get("etcdserver"), str):
        return "etcd", _text(said["etcdserver"])
    return "", ""


def _who_refuses(response: Response, said: dict[str, Any]) -> str:
    if said.get("kind") == "Status" and said.get("apiVersion") == "v1":
        return "kubernetes"
    if (response.header("Server") or "").startswith("Docker/"):
        return "docker"
    raise ProtocolError(f"status {response.status}, and nothing of containers")


def _text(value: object) -> str:
    return one_line(value, 80) if isinstance(value, str) else ""


def _evidence(response: Response) -> bytes:
    body = response.body[:300]
    return response.head[: EVIDENCE_LIMIT - len(body)] + body
