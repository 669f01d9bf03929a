"""What protocols that are asked by invitation look for in a device: whose it is believed to be, where it has a web server, and whether that is locked."""

import re
from collections.abc import Collection, Iterator

from inventory.model import Device, FactValue
from inventory.text import one_line
from scanner.codecs.http1 import Response
from scanner.codecs.http_auth import parse_challenges
from scanner.conversation import Target

WEB_SERVERS = 2
"""Web servers of one device that are asked the same question: the second is for devices whose first one serves something else."""
_REDIRECTS = range(300, 400)
_FIRST = (80, 443, 8080, 8000, 8443)


def made_by(device: Device, vendors: Collection[str]) -> bool:
    """Whether any claim, however weak, says that one of `vendors` made the device, or the maker of its network card is named after one."""
    if any(claim.value in vendors for claim in device.claimed("vendor")):
        return True
    card = device.mac_vendor or ""
    return any(re.search(rf"\b{re.escape(name)}\b", card, re.IGNORECASE) for name in vendors)


def is_kind(device: Device, kinds: Collection[str]) -> bool:
    """Whether any claim, however weak, says that the device is one of `kinds`."""
    return any(claim.value in kinds for claim in device.claimed("kind"))


def web_servers(device: Device, path: str) -> Iterator[Target]:
    """`path` at the device's web servers, the usual ports first, at most WEB_SERVERS; one that only sends visitors on is asked where there is no other."""
    heard = sorted(device.speaking("http"), key=lambda seen: (_rank(seen.endpoint.port), seen.endpoint.sort_key))
    serving = [seen for seen in heard if seen.facts.get("http.status") not in _REDIRECTS]
    for seen in (serving or heard)[:WEB_SERVERS]:
        yield Target(seen.endpoint, tls=seen.facts.get("http.tls") is True, path=path)


def locked(name: str, response: Response) -> dict[str, FactValue]:
    """The facts `name`.authentication and, where the challenge has one, `name`.realm of a page that answered 401."""
    challenges = parse_challenges(response.headers_named("WWW-Authenticate"))
    realm = next((one_line(challenge.realm) for challenge in challenges if challenge.realm), "")
    facts: dict[str, FactValue] = {f"{name}.authentication": True}
    return facts | ({f"{name}.realm": realm} if realm else {})


def _rank(port: int) -> int:
    return _FIRST.index(port) if port in _FIRST else len(_FIRST)
