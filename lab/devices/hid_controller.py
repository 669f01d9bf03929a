"""A door controller whose shell opens to its factory password."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.measures import password
from lab.services.http import Http, page
from lab.services.telnet import Telnet
from lab.settings import SECRET, switch

FAKE = Fake(
    name="hid_controller",
    title="Door controller whose shell opens to its factory password",
    host=30,
    mac="00:06:8e:02:5c:30",
    vendor="HID",
    model="VertX V2000",
    kind="door-controller",
    services=(
        Telnet(
            banner="\r\n",
            user_prompt="VertX V2000 login: ",
            account=Account("root", "pass"),
            inside="\r\n\r\n",
        ),
        Http(pages=(("/", page("HID VertX Controller", "Controller online")),), keeps_alive=False),
    ),
    causes=frozenset(
        (Expected("default-credentials", 23), Expected("cleartext-administration", 23), Expected("firmware-unknown", 0))
    ),
    settings=(
        password(Account("root", "pass"), 23),
        switch("telnet", "Telnet", (23, "tcp")),
    ),
    told=(("model", ((23, "tcp"),)),),
    state="shipped",
    states=(
        ("neglected", (("password", SECRET),)),
        (
            "kept",
            (
                ("password", SECRET),
                ("telnet", "off"),
            ),
        ),
    ),
)
