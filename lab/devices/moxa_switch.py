"""An industrial switch from before SNMPv2, so to speak: it answers version 1 only, and `public`."""

from lab.fake import Expected, Fake
from lab.measures import community
from lab.services.http import Http, page
from lab.services.snmp import Snmp
from lab.settings import SECRET

_MAC = "00:90:e8:2b:04:92"

FAKE = Fake(
    name="moxa_switch",
    title="Industrial switch that speaks SNMPv1 only",
    host=92,
    mac=_MAC,
    vendor="Moxa",
    model="EDS-408A",
    kind="switch",
    services=(
        Http(pages=(("/", page("Moxa EDS-408A")),), keeps_alive=False),
        Snmp(
            enterprise=8691,
            mac=_MAC,
            community="public",
            versions=(0,),
            descr="MOXA EDS-408A",
            object_id="1.3.6.1.4.1.8691.7.6",
            name="tunnel-north",
        ),
    ),
    causes=frozenset(
        (
            Expected("snmp-default-community", 161, "udp"),
            Expected("firmware-advisory", 161, "udp"),
            Expected("firmware-unknown", 0),
            Expected("cleartext-administration", 161, "udp"),
        )
    ),
    quarter="outskirts",
    settings=(community("public", "firmware-advisory"),),
    told=(
        ("model", ((161, "udp"),)),
        ("kind", ((161, "udp"),)),
    ),
    state="shipped",
    states=(("kept", (("community", SECRET),)),),
)
