"""A rail switch whose SNMPv3 user has the password of its manual."""

from lab.fake import Expected, Fake
from lab.services.http import Http, page
from lab.services.snmp import Snmp
from lab.services.usm import User

_MAC = "00:80:63:9a:11:b9"

FAKE = Fake(
    name="rail_switch",
    quarter="outskirts",
    title="Rail switch with a default SNMPv3 user",
    host=185,
    mac=_MAC,
    vendor="Hirschmann",
    services=(
        Http(pages=(("/", page("Rail switch")),), keeps_alive=False),
        Snmp(enterprise=248, mac=_MAC, descr="Hirschmann MACH", users=(User("admin", "md5", "private"), User("user"))),
    ),
    causes=frozenset((Expected("default-credentials", 161, "udp"),)),
)
