"""A cellular router whose form lets in whoever types anything."""

from lab.account import ANYONE
from lab.fake import TLS, Expected, Fake
from lab.services.http import Http
from lab.services.web_login import form_login

FAKE = Fake(
    name="careless_router",
    title="Cellular router with a form that takes any password",
    host=168,
    mac="00:1a:dd:33:01:68",
    vendor="Peplink",
    model="MAX BR1",
    kind="router",
    quarter="outskirts",
    services=(
        Http(
            port=443,
            tls=TLS("modern", "TLSv1.2", "TLSv1.3", "CN=careless_router.lab,O=Lab City"),
            applications=form_login("Pepwave MAX BR1 - Web Admin", ANYONE),
        ),
    ),
    unique=("careless_router.lab",),
    causes=frozenset((Expected("accepts-any-password", 443), Expected("firmware-unknown", 0))),
)
