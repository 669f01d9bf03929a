"""A gateway out of the box, on whose page the first visitor chooses the password."""

from lab.fake import TLS, Expected, Fake
from lab.services.http import Http
from lab.services.web_login import first_run

FAKE = Fake(
    name="unset_gateway",
    title="Gateway that nobody has set up yet",
    host=167,
    mac="24:e1:24:0a:01:67",
    vendor="Milesight",
    model="UG65",
    kind="gateway",
    quarter="outskirts",
    services=(
        Http(
            port=443,
            tls=TLS("modern", "TLSv1.2", "TLSv1.3", "CN=unset_gateway.lab,O=Lab City"),
            pages=(("/", first_run("UG65 - Gateway")),),
        ),
    ),
    unique=("unset_gateway.lab",),
    causes=frozenset((Expected("first-run", 443), Expected("firmware-unknown", 0))),
)
