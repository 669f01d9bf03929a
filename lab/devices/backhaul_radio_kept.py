"""A radio that is kept well: its SNMPv3 users have passphrases of their own, and one reads nothing that is not encrypted."""

from lab.fake import Expected, Fake
from lab.services.http import Http, page
from lab.services.snmp import Snmp
from lab.services.usm import User

_MAC = "58:c1:7a:9a:11:ba"

FAKE = Fake(
    name="backhaul_radio_kept",
    quarter="outskirts",
    title="Backhaul radio, well kept",
    host=186,
    mac=_MAC,
    vendor="Cambium Networks",
    model="PMP 450i",
    kind="radio",
    services=(
        Http(pages=(("/", page("PMP 450i - Home Page")),), keeps_alive=False),
        Snmp(
            enterprise=17713,
            mac=_MAC,
            descr="CANOPY 20.3",
            users=(User("Canopyro", "sha", "Kept-well-186", privacy=True), User("Canopy", "sha")),
        ),
    ),
    causes=frozenset((Expected("firmware-unknown", 0),)),
)
