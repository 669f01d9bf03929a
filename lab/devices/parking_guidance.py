"""A parking guidance server whose MongoDB stands open to the network."""

from lab.fake import TLS, Expected, Fake
from lab.services.http import Http, page
from lab.services.mongodb import MongoDb

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
            tls=TLS("modern", "TLSv1.2", "TLSv1.3", "CN=smartpark-82.lab,O=Lab City"),
            pages=(("/", page("TIBA SmartPark", form=True)),),
        ),
        MongoDb(),
    ),
    unique=("smartpark-82",),
    causes=frozenset((Expected("no-authentication", 27017),)),
)
