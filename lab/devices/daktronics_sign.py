"""A variable message sign that is run over Telnet and plain HTTP."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.measures import https
from lab.services.http import Http, icon, page
from lab.services.telnet import Telnet
from lab.settings import switch

FAKE = Fake(
    name="daktronics_sign",
    title="Message sign run over Telnet and plain HTTP",
    host=21,
    mac="00:09:ec:06:71:21",
    vendor="Daktronics",
    model="Venus 1500",
    kind="message-sign",
    services=(
        Http(pages=(("/", page("Daktronics VFC - Venus 1500", "Sign status: OK", form=True)),), favicon=icon("sign")),
        Telnet(
            options=b"",
            banner="Daktronics VFC 3000\r\n",
            user_prompt="Username: ",
            refusal="\r\nInvalid login\r\n",
            account=Account("Admin"),
        ),
    ),
    causes=frozenset(
        (
            Expected("cleartext-administration", 80),
            Expected("cleartext-administration", 23),
            Expected("firmware-unknown", 0),
        )
    ),
    settings=(
        https("CN=sign-21.lab,O=Lab City"),
        switch("telnet", "Telnet", (23, "tcp")),
    ),
    state="neglected",
    states=(
        ("shipped", (("telnet", "off"),)),
        (
            "kept",
            (
                ("https", "only"),
                ("telnet", "off"),
            ),
        ),
    ),
)
