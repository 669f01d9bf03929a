"""A router whose web page was moved to port 8899, as if that hid it."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.measures import reset
from lab.services.http import Http, page
from lab.services.mndp import Mndp
from lab.services.ssh import Ssh
from lab.services.telnet import Telnet
from lab.settings import switch

_MAC = "4c:5e:0c:91:0d:22"

FAKE = Fake(
    name="mikrotik_router",
    title="Router with Telnet, and its web login in clear text on port 8899",
    host=122,
    mac=_MAC,
    vendor="MikroTik",
    model="RB960PGS",
    kind="router",
    firmware="7.1.5",
    quarter="outskirts",
    services=(
        Mndp(mac=_MAC, identity="kerb-22", version="7.1.5 (stable) 2022-03-22 13:12:33", board="RB960PGS"),
        Ssh(version="ROSSSH", host_key="rsa", account=Account("admin")),
        Http(port=8899, pages=(("/", page("RouterOS router configuration page", form=True)),)),
        Telnet(banner="\r\nMikroTik v7.1.5 (stable)\r\n", user_prompt="Login: ", account=Account("admin")),
    ),
    causes=frozenset(
        (
            Expected("cleartext-administration", 8899),
            Expected("cleartext-administration", 23),
            Expected("firmware-advisory", 5678, "udp"),
            Expected("firmware-behind", 5678, "udp"),
        )
    ),
    settings=(
        reset(Account("admin"), Account("admin", ""), 22, 23, joins=("fleet-default-account: admin of MikroTik",)),
        switch("telnet", "Telnet", (23, "tcp")),
        switch("www", "WebFig in clear text", (8899, "tcp")),
    ),
    state="neglected",
    states=(
        ("shipped", (("password", "factory"),)),
        (
            "kept",
            (
                ("telnet", "off"),
                ("www", "off"),
            ),
        ),
    ),
)
