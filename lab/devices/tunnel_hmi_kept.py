"""An operator panel whose VNC password was changed, and which turns away who guesses; but anybody may reach it to try."""

from lab.fake import Expected, Fake
from lab.services.http import Http, page
from lab.services.vnc import Vnc

FAKE = Fake(
    name="tunnel_hmi_kept",
    quarter="outskirts",
    title="Operator panel with a VNC password of its own",
    host=188,
    mac="00:0c:26:51:18:bc",
    vendor="Weintek",
    model="cMT2158",
    kind="hmi",
    services=(Vnc(marks=5), Http(pages=(("/", page("cMT2158 - EasyWeb")),), keeps_alive=False)),
    causes=frozenset((Expected("firmware-unknown", 0), Expected("remote-desktop", 5900))),
)
