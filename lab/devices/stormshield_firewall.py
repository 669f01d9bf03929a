"""A firewall before a district's cabinets, kept well: its administration speaks TLS 1.2 and 1.3 alone."""

from lab.fake import TLS, Expected, Fake
from lab.services.http import Http, page

FAKE = Fake(
    name="stormshield_firewall",
    title="Firewall, well kept",
    host=160,
    mac="00:0d:b4:10:a1:60",
    vendor="Stormshield",
    kind="firewall",
    quarter="outskirts",
    services=(
        Http(
            port=443,
            tls=TLS("modern", "TLSv1.2", "TLSv1.3", "CN=SN210A12B3456A7,O=Stormshield,C=FR"),
            pages=(("/", page("Authentication", form=True)),),
        ),
    ),
    unique=("SN210A12B3456A7",),
    causes=frozenset((Expected("firmware-unknown", 0),)),
)
