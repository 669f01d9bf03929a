"""A traffic signal controller that opens its whole configuration to the community of the standard's own example."""

from lab.fake import Expected, Fake
from lab.services.http import Http, page
from lab.services.snmp import Snmp

_MAC = "58:fc:db:b1:40:88"
_GLOBAL = "1.3.6.1.4.1.1206.4.2.6.1"
_MODULE = f"{_GLOBAL}.3.1"

FAKE = Fake(
    name="swarco_controller",
    title="Traffic signal controller known by NTCIP alone",
    host=88,
    mac=_MAC,
    vendor="SWARCO",
    model="ITC-3",
    kind="traffic-controller",
    firmware="v4.11",
    services=(
        Http(pages=(("/", page("Junction 4711")),), keeps_alive=False),
        Snmp(
            enterprise=1206,
            mac=_MAC,
            community="public",
            versions=(0, 1),
            descr="Traffic Controller",
            object_id="1.3.6.1.4.1.1206.4.2.1",
            name="junction-4711",
            objects=(
                (f"{_GLOBAL}.1.0", 41977),
                (f"{_GLOBAL}.2.0", 2),
                (f"{_GLOBAL}.4.0", "NTCIP 1202v02.19"),
                (f"{_MODULE}.1.1", 1),
                (f"{_MODULE}.3.1", "SWARCO Traffic Systems GmbH"),
                (f"{_MODULE}.4.1", "ITC-3"),
                (f"{_MODULE}.5.1", "Rev. C"),
                (f"{_MODULE}.6.1", 2),
                (f"{_MODULE}.1.2", 2),
                (f"{_MODULE}.3.2", "SWARCO Traffic Systems GmbH"),
                (f"{_MODULE}.4.2", "ITC-PC"),
                (f"{_MODULE}.5.2", "20140318 - v4.11"),
                (f"{_MODULE}.6.2", 3),
            ),
            identifiers=((f"{_MODULE}.2.1", "1.3.6.1.4.1.1206.4.2.1"), (f"{_MODULE}.2.2", "1.3.6.1.4.1.1206.4.2.1")),
        ),
    ),
    together=("fleet-default-account: the community public",),
    causes=frozenset(
        (
            Expected("snmp-default-community", 161, "udp"),
            Expected("firmware-old", 161, "udp"),
            Expected("cleartext-administration", 161, "udp"),
        )
    ),
    quarter="outskirts",
)
