"""An operator panel of a tunnel's ventilation: whoever knows its manual takes over the screen by VNC."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.services.http import Http, page
from lab.services.vnc import Vnc

FAKE = Fake(
    name="tunnel_hmi",
    quarter="outskirts",
    title="Operator panel with the factory's VNC password",
    host=187,
    mac="00:0c:26:51:18:bb",
    vendor="Weintek",
    model="cMT2108",
    kind="hmi",
    services=(
        Vnc(account=Account("", "111111"), marks=5),
        Http(pages=(("/", page("cMT2108 - EasyWeb")),), keeps_alive=False),
    ),
    causes=frozenset(
        (Expected("default-credentials", 5900), Expected("firmware-unknown", 0), Expected("remote-desktop", 5900))
    ),
)
