"""A LoRaWAN gateway whose page logs in by JSON, with the password of the manual."""

from lab.account import Account
from lab.fake import TLS, Expected, Fake
from lab.measures import certificate, password
from lab.services.http import Http, page
from lab.services.web_login import json_login
from lab.settings import SECRET

_TLS = TLS("modern", "TLSv1.2", "TLSv1.3", "CN=conduit_gateway.lab,O=Lab City")

FAKE = Fake(
    name="conduit_gateway",
    title="Gateway on its factory password, by a login in JSON",
    host=164,
    mac="00:08:00:4a:01:64",
    vendor="MultiTech",
    model="MultiConnect Conduit",
    kind="gateway",
    quarter="outskirts",
    services=(
        Http(
            port=443,
            tls=_TLS,
            pages=(("/", page("MultiConnect Conduit", "Loading")),),
            applications=json_login(Account("admin", "admin")),
        ),
    ),
    unique=("conduit_gateway.lab",),
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
