"""An office printer that names itself by IPP, has the community `public`, and prints whatever reaches its raw ports."""

from lab.fake import Expected, Fake
from lab.measures import community
from lab.services.ipp import Ipp
from lab.services.printing import Printing
from lab.services.snmp import Snmp
from lab.settings import SECRET

_MAC = "00:00:aa:4c:10:64"
_SERIAL = "4HX123456"

FAKE = Fake(
    name="xerox_printer",
    quarter="outskirts",
    title="Office printer with the community public",
    host=100,
    mac=_MAC,
    vendor="Xerox",
    model="VersaLink C405",
    kind="printer",
    firmware="68.41.21",
    serial=_SERIAL,
    services=(
        Ipp(
            attributes=(
                ("printer-make-and-model", "Xerox VersaLink C405"),
                ("printer-info", "Registry office, ground floor"),
                ("printer-firmware-string-version", "68.41.21"),
                ("printer-device-id", f"MFG:Xerox;CMD:PCL,PS,PDF;MDL:VersaLink C405;CLS:PRINTER;SN:{_SERIAL};"),
                ("printer-uuid", "urn:uuid:16a65700-007c-1000-bb49-0000aa4c1064"),
            ),
        ),
        Snmp(
            enterprise=253,
            mac=_MAC,
            community="public",
            descr="Xerox VersaLink C405 MFP;SS 68.41.21,NC 68.41.21,UI 68.41.21,ME 11.1.3",
            object_id="1.3.6.1.4.1.253.8.62.1.41.3.2.1",
            name="XRX0000AA4C1064",
        ),
        Printing(515),
        Printing(9100),
    ),
    together=("fleet-default-account: the community public",),
    causes=frozenset(
        (
            Expected("snmp-default-community", 161, "udp"),
            Expected("firmware-unknown", 0),
            Expected("cleartext-administration", 161, "udp"),
        )
    ),
    settings=(community("public", apart=("fleet-default-account: the community public",)),),
    state="shipped",
    states=(("kept", (("community", SECRET),)),),
)
