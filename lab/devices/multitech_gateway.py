"""A LoRa gateway whose network server keeps its data in a Redis that takes anybody, of a version that is years old."""

from lab.fake import TLS, Expected, Fake
from lab.measures import certificate
from lab.services.http import Http, page
from lab.services.redis import Redis
from lab.settings import switch

_TLS = TLS("modern", "TLSv1.2", "TLSv1.3", "CN=conduit-77.lab,O=Lab City")

FAKE = Fake(
    name="multitech_gateway",
    title="LoRa gateway with an open Redis",
    host=177,
    mac="00:08:00:4a:61:77",
    vendor="MultiTech",
    model="MultiConnect Conduit",
    kind="gateway",
    quarter="outskirts",
    services=(
        Http(
            port=443,
            tls=_TLS,
            pages=(("/", page("MultiConnect Conduit", form=True)),),
        ),
        Redis(version="6.0.5"),
    ),
    unique=("conduit-77",),
    causes=frozenset((Expected("no-authentication", 6379), Expected("component-old", 6379))),
    settings=(
        switch("redis", "Redis in the network", (6379, "tcp")),
        certificate(_TLS, 443),
    ),
    told=(("age", ((6379, "tcp"),)),),
    state="neglected",
    states=(
        (
            "shipped",
            (
                ("redis", "off"),
                ("certificate", "factory"),
            ),
        ),
        ("kept", (("redis", "off"),)),
    ),
)
