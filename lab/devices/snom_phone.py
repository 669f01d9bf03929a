"""A telephone that is kept well: its page inside TLS only."""

from lab.fake import TLS, Expected, Fake
from lab.services.http import Http, page
from lab.services.sip import Sip

FAKE = Fake(
    name="snom_phone",
    quarter="outskirts",
    title="Desk telephone, well kept",
    host=103,
    mac="00:04:13:7c:10:67",
    vendor="Snom",
    model="D785",
    kind="phone",
    firmware="10.1.54.13",
    services=(
        Http(
            port=443,
            tls=TLS("modern", "TLSv1.2", "TLSv1.3", "CN=0004137c1067.lab,O=Lab City"),
            server="snom embedded",
            pages=(("/", page("snom D785", form=True)),),
        ),
        Sip("snomD785/10.1.54.13"),
    ),
    causes=frozenset((Expected("firmware-unknown", 0),)),
)
