"""A radio that carries a district's cameras, whose SNMPv3 users have the passphrases of its manual."""

from lab.fake import Expected, Fake
from lab.services.http import Http, page
from lab.services.snmp import Snmp
from lab.services.usm import User

_MAC = "58:c1:7a:9a:11:b9"

FAKE = Fake(
    name="backhaul_radio",
    quarter="outskirts",
    title="Backhaul radio with default SNMPv3 users",
    host=185,
    mac=_MAC,
    vendor="Cambium Networks",
    model="PMP 450i",
    kind="radio",
    services=(
        Http(pages=(("/", page("PMP 450i - Home Page")),), keeps_alive=False),
        Snmp(
            enterprise=17713,
            mac=_MAC,
            descr="CANOPY 16.2",
            users=(User("Canopyro", "md5", "authCanopyro"), User("Canopy", "md5", "authCanopy")),
        ),
    ),
    causes=frozenset((Expected("default-credentials", 161, "udp"), Expected("firmware-unknown", 0))),
)
