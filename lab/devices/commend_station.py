"""A help point: an intercom station that speaks SIP and keeps its page to itself."""

from lab.fake import TLS, Expected, Fake
from lab.services.http import Http, page
from lab.services.sip import Sip

FAKE = Fake(
    name="commend_station",
    quarter="outskirts",
    title="Help point at a tram stop",
    host=104,
    mac="bc:6a:44:02:10:68",
    vendor="Commend",
    kind="intercom",
    services=(
        Http(
            port=443,
            tls=TLS("modern", "TLSv1.2", "TLSv1.3", "CN=helppoint-7.lab,O=Lab City"),
            pages=(("/", page("Commend Station", form=True)),),
        ),
        Sip("Commend SIP Station", header="Server"),
    ),
    causes=frozenset((Expected("firmware-unknown", 0),)),
)
