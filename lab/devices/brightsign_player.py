"""A signage player that is known by the name of its host."""

from lab.account import CHANGED
from lab.fake import Expected, Fake
from lab.services.http import Http, Lock, page
from lab.services.mdns import Announced, Mdns

_SERIAL = "D1E8A3001234"

FAKE = Fake(
    name="brightsign_player",
    quarter="outskirts",
    title="Signage player with its web login in clear",
    host=108,
    mac="90:ac:3f:1d:10:6c",
    vendor="BrightSign",
    kind="signage-player",
    serial=_SERIAL,
    services=(
        Http(lock=Lock("brightsign", CHANGED, ("digest",)), pages=(("/", page("BrightSign")),)),
        Mdns(f"brightsign-{_SERIAL}", (Announced("_http._tcp", f"BrightSign {_SERIAL}", 80),)),
    ),
    causes=frozenset((Expected("cleartext-administration", 80), Expected("firmware-unknown", 0))),
)
