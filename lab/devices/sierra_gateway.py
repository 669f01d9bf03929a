"""A cellular gateway in a bus, with Telnet on port 2332 and its web page on port 9191."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.services.http import Http, page
from lab.services.telnet import BUSYBOX_OPTIONS, Telnet
from lab.settings import switch

FAKE = Fake(
    name="sierra_gateway",
    title="Cellular gateway with Telnet and a web login in clear text on ports of its own",
    host=127,
    mac="00:14:3e:70:19:27",
    vendor="Sierra Wireless",
    model="AirLink GX440",
    kind="router",
    quarter="outskirts",
    services=(
        Http(
            port=9191,
            server="Sierra Wireless Inc, Embedded Server",
            pages=(("/", page("::: ACEmanager :::", form=True)),),
        ),
        Telnet(
            port=2332,
            options=BUSYBOX_OPTIONS,
            banner="\r\n\r\n        Welcome to the Sierra Wireless Inc.  ALEOS Environment\r\n\r\n",
            user_prompt="GX440 login: ",
            account=Account("user"),
        ),
    ),
    causes=frozenset(
        (
            Expected("cleartext-administration", 9191),
            Expected("cleartext-administration", 2332),
            Expected("firmware-advisory", 2332),
            Expected("firmware-unknown", 0),
        )
    ),
    settings=(switch("telnet", "Telnet", (2332, "tcp")),),
    told=(("model", ((2332, "tcp"),)),),
    state="neglected",
    states=(("kept", (("telnet", "off"),)),),
)
