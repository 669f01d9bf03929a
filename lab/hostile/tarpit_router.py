"""A router that keeps whoever tries a password waiting: a byte a minute, and the first looks like a shell's prompt."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.services.mndp import Mndp
from lab.services.telnet import Telnet

_MAC = "4c:5e:0c:7c:02:05"

FAKE = Fake(
    name="tarpit_router",
    title="Router that answers a password with a byte a minute",
    host=205,
    mac=_MAC,
    vendor="MikroTik",
    model="RB2011UiAS",
    kind="router",
    firmware="7.20.2",
    quarter="hostile",
    services=(
        Mndp(mac=_MAC, identity="museum", version="7.20.2 (stable) 2025-10-17 09:21:34", board="RB2011UiAS"),
        Telnet(
            banner="\r\nMikroTik v7.20.2 (stable)\r\n",
            user_prompt="Login: ",
            account=Account("admin"),
            refusal="# Login incorrect\r\n",
            drip=60.0,
        ),
    ),
    causes=frozenset((Expected("cleartext-administration", 23), Expected("firmware-behind", 5678, "udp"))),
)
