"""A ticket machine on an old Windows: its desktop shows its login screen to anybody, and its shares are SMB version 1."""

from lab.fake import Expected, Fake
from lab.services.netbios import Netbios
from lab.services.rdp import EXTENDED_CLIENT_DATA, SSL, Rdp
from lab.services.smb import Smb

_MAC = "1c:ee:c9:40:10:f0"

FAKE = Fake(
    name="ticket_machine",
    quarter="outskirts",
    title="Ticket machine with a desktop without NLA, and SMB version 1",
    host=240,
    mac=_MAC,
    kind="kiosk",
    services=(
        Rdp(security=SSL, flags=EXTENDED_CLIENT_DATA),
        Smb("KIOSK-12", "TICKETS", version_1=True),
        Netbios("KIOSK-12", _MAC, "TICKETS"),
    ),
    causes=frozenset(
        (Expected("remote-desktop", 3389), Expected("smb-version-1", 445), Expected("firmware-unknown", 0))
    ),
)
