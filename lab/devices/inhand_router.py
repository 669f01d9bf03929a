"""A cellular router with a web form and a password of its own, which locks an account after five failures."""

from lab.account import Account
from lab.fake import TLS, Expected, Fake
from lab.services.http import Http
from lab.services.web_login import form_login

FAKE = Fake(
    name="inhand_router",
    title="Cellular router with a web form, well kept",
    host=165,
    mac="00:18:05:61:01:65",
    vendor="InHand Networks",
    model="IR615",
    kind="router",
    quarter="outskirts",
    services=(
        Http(
            port=443,
            tls=TLS("modern", "TLSv1.2", "TLSv1.3", "CN=inhand_router.lab,O=Lab City"),
            applications=form_login("IR615 - Login", Account("adm"), lock=5),
        ),
    ),
    unique=("inhand_router.lab",),
    causes=frozenset((Expected("firmware-advisory", 443), Expected("firmware-unknown", 0))),
)
