"""The same ticket machine, kept better: an account before the desktop, and no SMB but the later versions, signed; only that both are open to everybody."""

from lab.fake import Expected, Fake
from lab.services.netbios import Netbios
from lab.services.rdp import HYBRID, Rdp
from lab.services.smb import Smb

_MAC = "1c:ee:c9:40:10:f1"

FAKE = Fake(
    name="ticket_machine_kept",
    quarter="outskirts",
    title="Ticket machine with a desktop that asks for an account first",
    host=241,
    mac=_MAC,
    kind="kiosk",
    services=(
        Rdp(security=HYBRID),
        Smb("KIOSK-13", "TICKETS", signing="required"),
        Netbios("KIOSK-13", _MAC, "TICKETS"),
    ),
    causes=frozenset(
        (Expected("remote-desktop", 3389), Expected("firmware-unknown", 0), Expected("policy-deviation", 445))
    ),
)
