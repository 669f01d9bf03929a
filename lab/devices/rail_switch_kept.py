"""A rail switch that is kept well: its SNMPv3 users have passwords of their own, and one reads nothing that is not encrypted."""

from lab.fake import Fake
from lab.services.http import Http, page
from lab.services.snmp import Snmp
from lab.services.usm import User

_MAC = "00:80:63:9a:11:ba"

FAKE = Fake(
    name="rail_switch_kept",
    quarter="outskirts",
    title="Rail switch, well kept",
    host=186,
    mac=_MAC,
    vendor="Hirschmann",
    services=(
        Http(pages=(("/", page("Rail switch")),), keeps_alive=False),
        Snmp(
            enterprise=248,
            mac=_MAC,
            descr="Hirschmann MACH",
            users=(User("admin", "sha", "Kept-well-186", privacy=True), User("user", "sha")),
        ),
    ),
    causes=frozenset(),
)
