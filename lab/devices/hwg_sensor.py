"""A thermometer in a pumping station: a page in clear, and an agent that speaks SNMPv1 alone and reads it to everybody."""

from lab.fake import Expected, Fake
from lab.measures import community
from lab.services.http import Http, page
from lab.services.snmp import Snmp
from lab.settings import SECRET

_MAC = "00:0a:59:03:5e:61"

FAKE = Fake(
    name="hwg_sensor",
    title="Thermometer that anyone may read over SNMP",
    host=161,
    mac=_MAC,
    vendor="HW group",
    model="HWg-STE",
    kind="sensor",
    quarter="outskirts",
    services=(
        Http(pages=(("/", page("HWg-STE: Sensor", "Temperature 18.4 C")),), keeps_alive=False),
        Snmp(
            enterprise=21796,
            mac=_MAC,
            community="public",
            descr="HWg-STE",
            object_id="1.3.6.1.4.1.21796.4.1",
            versions=(0,),
        ),
    ),
    causes=frozenset(
        (
            Expected("snmp-default-community", 161, "udp"),
            Expected("firmware-unknown", 0),
            Expected("cleartext-administration", 161, "udp"),
        )
    ),
    settings=(community("public"),),
    state="shipped",
    states=(("kept", (("community", SECRET),)),),
)
