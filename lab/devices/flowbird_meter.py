"""A pay station whose certificate ran out in 2024, with an SSH server of 2016."""

from lab.account import Account
from lab.fake import TLS, Expected, Fake
from lab.measures import certificate
from lab.services.http import Http, icon, page
from lab.services.ssh import Ssh
from lab.settings import switch

_TLS = TLS("expired", "TLSv1.2", "TLSv1.2", "CN=strada-0422.parking.lab,O=Lab City")

FAKE = Fake(
    name="flowbird_meter",
    title="Parking meter with an expired certificate",
    host=22,
    mac="00:14:2d:5e:93:22",
    vendor="Flowbird",
    model="Strada",
    kind="parking-meter",
    services=(
        Http(
            port=443,
            tls=_TLS,
            pages=(("/", page("Flowbird Strada Evolution", "Terminal in service")),),
            favicon=icon("flowbird"),
        ),
        Ssh(version="OpenSSH_7.4", account=Account("service")),
    ),
    unique=("strada-0422",),
    causes=frozenset(
        (Expected("tls-certificate-expired", 443), Expected("tls-advice", 443), Expected("component-old", 22))
    ),
    settings=(
        certificate(_TLS, 443),
        switch("ssh", "SSH", (22, "tcp")),
    ),
    told=(("age", ((22, "tcp"),)),),
    state="neglected",
    states=(
        ("shipped", (("certificate", "own"),)),
        (
            "kept",
            (
                ("certificate", "own"),
                ("ssh", "off"),
            ),
        ),
    ),
)
