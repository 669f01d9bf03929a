"""A router that shuts an address out after its third failed login, whatever the account and the service, and says nothing of it before."""

from lab.account import Account
from lab.fake import Expected, Fake, Manners
from lab.services.http import Http, Lock, page
from lab.services.mndp import Mndp
from lab.services.ssh import Ssh
from lab.services.telnet import Telnet

_MAC = "4c:5e:0c:7c:02:01"
_ACCOUNT = Account("admin")

FAKE = Fake(
    name="banning_router",
    title="Router that shuts an address out after three failed logins",
    host=201,
    mac=_MAC,
    vendor="MikroTik",
    model="RB1100AHx4",
    kind="router",
    firmware="7.20.2",
    quarter="outskirts",
    services=(
        Mndp(mac=_MAC, identity="depot-edge", version="7.20.2 (stable) 2025-10-17 09:21:34", board="RB1100AHx4"),
        Telnet(banner="\r\nMikroTik v7.20.2 (stable)\r\n", user_prompt="Login: ", account=_ACCOUNT),
        Ssh(version="ROSSSH", host_key="rsa", account=_ACCOUNT),
        Http(lock=Lock("RouterOS", _ACCOUNT, ("digest",)), pages=(("/", page("RouterOS")),), keeps_alive=False),
    ),
    causes=frozenset(
        (
            Expected("cleartext-administration", 23),
            Expected("cleartext-administration", 80),
            Expected("firmware-behind", 5678, "udp"),
        )
    ),
    manners=Manners(failed_logins_ever=2),
)
