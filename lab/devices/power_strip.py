"""A switchable power strip that made its certificate at its first start, when its clock stood at 1970, and as an authority's; in three weeks it ends."""

from lab.fake import TLS, Expected, Fake
from lab.measures import certificate
from lab.services.http import Http, page

_TLS = TLS("first-start", "TLSv1.2", "TLSv1.2", "CN=netio-4c-225")

FAKE = Fake(
    name="power_strip",
    title="Power strip with a certificate made in 1970, as an authority's, that ends in 20 days",
    host=225,
    mac="24:a4:2c:39:22:25",
    vendor="NETIO",
    model="PowerPDU-4C",
    kind="pdu",
    quarter="outskirts",
    services=(
        Http(
            port=443,
            tls=_TLS,
            pages=(("/", page("NETIO PowerPDU-4C")),),
            keeps_alive=False,
        ),
    ),
    unique=("netio-4c-225",),
    causes=frozenset(
        (
            Expected("firmware-unknown", 0),
            *(
                Expected(check, 443)
                for check in (
                    "tls-certificate-expiring",
                    "tls-certificate-default-date",
                    "tls-certificate-self-signed",
                    "tls-certificate-hygiene",
                    "tls-advice",
                )
            ),
        )
    ),
    settings=(certificate(_TLS, 443),),
    state="shipped",
    states=(
        ("neglected", (("certificate", "expired"),)),
        ("kept", (("certificate", "own"),)),
    ),
)
