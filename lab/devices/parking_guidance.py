"""A parking guidance server whose MongoDB stands open to the network."""

from lab.fake import TLS, Expected, Fake
from lab.measures import certificate
from lab.services.http import Http, page
from lab.services.mongodb import MongoDb
from lab.settings import switch

_TLS = TLS("modern", "TLSv1.2", "TLSv1.3", "CN=smartpark-82.lab,O=Lab City")

FAKE = Fake(
    name="parking_guidance",
    title="Parking guidance server with an open MongoDB",
    host=182,
    mac="18:66:da:20:11:82",
    vendor="TIBA",
    kind="kiosk",
    quarter="outskirts",
    services=(
        Http(
            port=443,
            tls=_TLS,
            pages=(("/", page("TIBA SmartPark", form=True)),),
        ),
        MongoDb(),
    ),
    unique=("smartpark-82",),
    causes=frozenset((Expected("no-authentication", 27017),)),
    settings=(
        switch("database", "MongoDB in the network", (27017, "tcp")),
        certificate(_TLS, 443),
    ),
    told=(("age", ((27017, "tcp"),)),),
    state="neglected",
    states=(
        (
            "shipped",
            (
                ("database", "off"),
                ("certificate", "factory"),
            ),
        ),
        ("kept", (("database", "off"),)),
    ),
)
