"""A kiosk whose desktop anybody may take over: VNC without a password."""

from lab.fake import Expected, Fake
from lab.services.netbios import Netbios
from lab.services.vnc import Vnc

_MAC = "1c:ee:c9:40:10:6b"

FAKE = Fake(
    name="ticket_kiosk",
    quarter="outskirts",
    title="Ticket kiosk with an open desktop",
    host=107,
    mac=_MAC,
    kind="kiosk",
    services=(Vnc(security=(1, 16)), Netbios("KIOSK-7", _MAC, "TICKETS")),
    causes=frozenset((Expected("no-authentication", 5900), Expected("firmware-unknown", 0))),
)
