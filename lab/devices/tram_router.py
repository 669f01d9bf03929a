"""A router in a tram, known by its name wherever it is: its certificate bears that name and no address."""

from lab.fake import TLS, Expected, Fake
from lab.services.http import Http, page

FAKE = Fake(
    name="tram_router",
    title="Router with a certificate made out to its name alone",
    host=227,
    mac="00:11:2b:01:22:27",
    vendor="NetModule",
    model="NB2700",
    kind="router",
    quarter="outskirts",
    services=(
        Http(redirect="https://{address}", keeps_alive=False),
        Http(
            port=443,
            tls=TLS("by-name", "TLSv1.2", "TLSv1.3", "CN=tram-227.lab,O=Lab City"),
            pages=(("/", page("NetModule Router NB2700", form=True)),),
        ),
    ),
    unique=("tram-227.lab",),
    causes=frozenset((Expected("firmware-unknown", 0),)),
)
