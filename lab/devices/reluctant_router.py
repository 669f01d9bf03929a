"""A router with a password of its own that takes longer over each login that fails."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.services.mndp import Mndp
from lab.services.ssh import Ssh
from lab.services.telnet import Telnet

_MAC = "4c:5e:0c:7c:02:06"
_ACCOUNT = Account("admin")
_DELAYS = (0.1, 0.3, 3.0, 9.0)

FAKE = Fake(
    name="reluctant_router",
    title="Router that takes longer over each failed login",
    host=206,
    mac=_MAC,
    vendor="MikroTik",
    model="RB750Gr3",
    kind="router",
    firmware="7.20.2",
    quarter="outskirts",
    services=(
        Mndp(mac=_MAC, identity="clinic", version="7.20.2 (stable) 2025-10-17 09:21:34", board="RB750Gr3"),
        Telnet(banner="\r\nMikroTik v7.20.2 (stable)\r\n", user_prompt="Login: ", account=_ACCOUNT, delays=_DELAYS),
        Ssh(version="ROSSSH", host_key="rsa", account=_ACCOUNT, delays=_DELAYS),
    ),
    causes=frozenset((Expected("cleartext-administration", 23), Expected("firmware-behind", 5678, "udp"))),
)
