"""A cellular router whose web page has a form with a token, and the password of the manual."""

from lab.account import Account
from lab.fake import TLS, Expected, Fake
from lab.measures import certificate, password
from lab.services.http import Http
from lab.services.web_login import form_login
from lab.settings import SECRET

_TLS = TLS("modern", "TLSv1.2", "TLSv1.3", "CN=robustel_router.lab,O=Lab City")

FAKE = Fake(
    name="robustel_router",
    title="Cellular router on its factory password, by a web form",
    host=163,
    mac="34:fa:40:51:02:63",
    vendor="Robustel",
    model="R2000-3P",
    kind="router",
    quarter="outskirts",
    services=(
        Http(
            port=443,
            tls=_TLS,
            applications=form_login("Robustel R2000-3P", Account("admin", "admin")),
        ),
    ),
    unique=("robustel_router.lab",),
    causes=frozenset((Expected("default-credentials", 443), Expected("firmware-unknown", 0))),
    settings=(
        password(Account("admin", "admin"), 443),
        certificate(_TLS, 443),
    ),
    state="neglected",
    states=(
        ("shipped", (("certificate", "factory"),)),
        ("kept", (("password", SECRET),)),
    ),
)
