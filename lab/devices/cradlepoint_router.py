"""A cellular router of a message sign that is kept well."""

from lab.account import Account
from lab.fake import TLS, Fake
from lab.services.http import Http, page
from lab.services.ssh import Ssh

FAKE = Fake(
    name="cradlepoint_router",
    title="Cellular router, well kept",
    host=128,
    mac="00:30:44:2d:81:28",
    vendor="Cradlepoint",
    model="IBR900",
    kind="router",
    quarter="outskirts",
    services=(
        Http(
            port=443,
            tls=TLS("modern", "TLSv1.2", "TLSv1.3", "CN=ibr900-128.lab,O=Lab City"),
            pages=(("/", page("IBR900-128: Login", form=True)),),
        ),
        Ssh(version="dropbear_2024.85", account=Account("admin")),
    ),
    unique=("ibr900-128",),
    causes=frozenset(),
)
