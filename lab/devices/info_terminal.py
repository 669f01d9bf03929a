"""An information terminal whose X display is open to anyone: somebody wrote `xhost +` into its start-up."""

from lab.fake import Expected, Fake
from lab.services.netbios import Netbios
from lab.services.x11 import X11

_MAC = "1c:ee:c9:40:10:f3"

FAKE = Fake(
    name="info_terminal",
    quarter="outskirts",
    title="Information terminal with an open X display",
    host=243,
    mac=_MAC,
    kind="kiosk",
    services=(X11(is_open=True), Netbios("INFOKIOSK-3", _MAC, "TOWNHALL")),
    causes=frozenset((Expected("remote-desktop", 6000), Expected("firmware-unknown", 0))),
)
