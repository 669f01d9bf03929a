"""An address that changes hands in mid-scan: a router has it for three conversations, then a camera that counts every failed login as harm."""

from lab.account import Account
from lab.fake import TLS, Expected, Fake, Manners
from lab.services.http import Http, page
from lab.services.mndp import Mndp
from lab.services.ssh import Ssh
from lab.services.telnet import Telnet

_MAC = "4c:5e:0c:7c:02:35"

_HEIR = Fake(
    name="passing_router_heir",
    title="Camera that has the router's address afterwards",
    host=235,
    mac="00:40:8c:7c:02:35",
    vendor="Axis",
    model="P3245-LV",
    kind="camera",
    serial="00408C7C0235",
    quarter="hostile",
    services=(
        Ssh(version="OpenSSH_9.6", host_key="rsa"),
        Http(server="AXIS", pages=(("/", page("AXIS_00408C7C0235")),), keeps_alive=False),
        Http(
            port=443, tls=TLS("modern", subject="CN=passing_router_heir.lab,O=Lab City"), pages=(("/", page("AXIS")),)
        ),
    ),
    causes=frozenset(),
    manners=Manners(failed_logins=0),
)

FAKE = Fake(
    name="passing_router",
    title="Router whose address becomes a camera's in mid-scan",
    host=235,
    mac=_MAC,
    vendor="MikroTik",
    model="RB750Gr3",
    kind="router",
    firmware="7.20.2",
    quarter="hostile",
    services=(
        Mndp(mac=_MAC, identity="harbour", version="7.20.2 (stable) 2025-10-17 09:21:34", board="RB750Gr3"),
        Ssh(version="ROSSSH", host_key="rsa", account=Account("admin", "")),
        Telnet(user_prompt="Login: ", account=Account("admin", "")),
        Http(pages=(("/", page("RouterOS")),), keeps_alive=False),
    ),
    causes=frozenset((Expected("firmware-behind", 5678, "udp"), Expected("cleartext-administration", 23))),
    heir=_HEIR,
    holds=3,
)
