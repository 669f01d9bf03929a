"""A Modbus gateway that restarts where it gets more than five connections in a second, and counts it."""

from lab.fake import Expected, Fake, Fate, Manners
from lab.services.http import Http, page
from lab.services.snmp import Snmp

_MAC = "00:90:e8:6b:15:97"
FAKE = Fake(
    name="restless_gateway",
    title="Serial gateway that restarts when it is hurried",
    host=151,
    mac=_MAC,
    vendor="Moxa",
    model="MGate MB3170",
    kind="gateway",
    services=(
        Http(pages=(("/", page("MGate MB3170", "Modbus gateway")),), keeps_alive=False),
        Snmp(enterprise=8691, mac=_MAC, up=3_542_400, boots=3),
    ),
    causes=frozenset((Expected("firmware-advisory", 80), Expected("firmware-unknown", 0))),
    manners=Manners(connections_per_second=5, fate=Fate.RESTARTS),
    quarter="outskirts",
)
