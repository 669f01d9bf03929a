"""A server whose management processor was never set up: IPMI opens to ADMIN with the password of its manual."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.measures import password
from lab.services.http import Http, page
from lab.services.ipmi import Ipmi
from lab.settings import SECRET, switch

FAKE = Fake(
    name="supermicro_bmc",
    quarter="outskirts",
    title="Server management with the factory's password",
    host=184,
    mac="0c:c4:7a:5e:18:b8",
    vendor="Supermicro",
    kind="server",
    services=(
        Http(pages=(("/", page("Supermicro BMC Login")),), keeps_alive=False),
        Ipmi(oem=10876, suites=(1, 2, 3, 15, 16, 17), account=Account("ADMIN", "ADMIN")),
    ),
    causes=frozenset(
        (
            Expected("default-credentials", 623, "udp"),
            Expected("ipmi-weak-login", 623, "udp"),
            Expected("firmware-unknown", 0),
        )
    ),
    settings=(
        password(Account("ADMIN", "ADMIN"), (623, "udp")),
        switch("ipmi", "IPMI over LAN", (623, "udp")),
    ),
    state="shipped",
    states=(
        ("neglected", (("password", SECRET),)),
        (
            "kept",
            (
                ("password", SECRET),
                ("ipmi", "off"),
            ),
        ),
    ),
)
