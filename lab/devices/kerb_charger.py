"""A charging controller as it should be: TLS 1.2 and 1.3 with ECDHE alone, and a certificate of the city's authority with its name and its address."""

from lab.fake import TLS, Expected, Fake
from lab.measures import certificate
from lab.services.http import Http, page

_TLS = TLS("modern", "TLSv1.2", "TLSv1.3", "CN=charx-226.lab,O=Lab City")

FAKE = Fake(
    name="kerb_charger",
    title="Charging controller with sound TLS and a certificate made out to its address",
    host=226,
    mac="a8:74:1d:0e:22:26",
    vendor="Phoenix Contact",
    model="CHARX control modular",
    kind="charger",
    quarter="outskirts",
    services=(
        Http(redirect="https://{address}", keeps_alive=False),
        Http(
            port=443,
            tls=_TLS,
            pages=(("/", page("CHARX control modular", form=True)),),
        ),
    ),
    unique=("charx-226.lab",),
    causes=frozenset((Expected("firmware-unknown", 0),)),
    settings=(certificate(_TLS, 443),),
    state="kept",
    states=(
        ("shipped", (("certificate", "factory"),)),
        ("neglected", (("certificate", "expired"),)),
    ),
)
