"""A cellular router that welcomes every POST and lets nobody in: no answer of it proves a login."""

from lab.fake import TLS, Expected, Fake
from lab.services.http import Http
from lab.services.web_login import Greeter

FAKE = Fake(
    name="greeting_router",
    title="Cellular router that says welcome to everybody",
    host=166,
    mac="54:d0:b4:00:01:66",
    vendor="Four-Faith",
    model="F3X24",
    kind="router",
    quarter="outskirts",
    services=(
        Http(
            port=443,
            tls=TLS("modern", "TLSv1.2", "TLSv1.3", "CN=greeting_router.lab,O=Lab City"),
            applications=(("/", Greeter("Four-Faith F3X24")),),
        ),
    ),
    unique=("greeting_router.lab",),
    causes=frozenset((Expected("firmware-unknown", 0),)),
)
