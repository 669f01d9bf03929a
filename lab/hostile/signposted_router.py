"""A router with a password of its own, whose banner and refusals are drawn in the characters that shells ask with."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.services.mndp import Mndp
from lab.services.telnet import Telnet

_MAC = "4c:5e:0c:7c:02:03"
_SIGN = "\r\n#####################\r\n# AUTHORISED ONLY\r\n#\r\n$ fines apply\r\n> "

FAKE = Fake(
    name="signposted_router",
    title="Router whose banner looks like a shell",
    host=203,
    mac=_MAC,
    vendor="MikroTik",
    model="RB951Ui-2HnD",
    kind="router",
    firmware="7.20.2",
    quarter="hostile",
    services=(
        Mndp(mac=_MAC, identity="library", version="7.20.2 (stable) 2025-10-17 09:21:34", board="RB951Ui-2HnD"),
        Telnet(
            banner=_SIGN,
            user_prompt="\r\nLast login: never\r\nLogin: ",
            account=Account("admin"),
            refusal=f"\r\nAnmeldung fehlgeschlagen\r\n{_SIGN}",
            pause=0.9,
        ),
    ),
    causes=frozenset((Expected("cleartext-administration", 23), Expected("firmware-behind", 5678, "udp"))),
)
