"""A base station of street lights with Telnet on port 2323."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.services.telnet import BUSYBOX_OPTIONS, Telnet

FAKE = Fake(
    name="lighting_base_station",
    title="Base station of street lights with Telnet on port 2323",
    host=133,
    mac="00:04:a3:97:11:33",
    vendor="Telensa",
    model="PLANet",
    kind="lighting-gateway",
    quarter="outskirts",
    services=(
        Telnet(
            port=2323,
            options=BUSYBOX_OPTIONS,
            banner="\r\nTelensa PLANet base station\r\n",
            account=Account("engineer"),
        ),
    ),
    causes=frozenset((Expected("cleartext-administration", 2323), Expected("firmware-unknown", 0))),
)
