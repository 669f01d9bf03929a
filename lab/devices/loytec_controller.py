"""A building controller that is kept well: its pages were packed this year, and no advisory names its model."""

from lab.fake import TLS, Fake
from lab.measures import certificate
from lab.services.http import Http, icon, page

_TLS = TLS("modern", "TLSv1.2", "TLSv1.3", "CN=linx-153-town-hall.lab,O=Lab City")

FAKE = Fake(
    name="loytec_controller",
    title="Building controller, well kept",
    host=25,
    mac="00:0a:b0:02:9d:25",
    vendor="LOYTEC",
    model="LINX-153",
    kind="building-controller",
    firmware="8.4.10",
    services=(
        Http(
            port=443,
            tls=_TLS,
            headers=(("Last-Modified", "Tue, 14 Apr 2026 09:20:11 GMT"),),
            server="LOYTEC LINX-153/8.4.10",
            pages=(("/", page("LINX-153 - LOYTEC", "Device info", form=True)),),
            favicon=icon("loytec"),
        ),
    ),
    causes=frozenset(),
    settings=(certificate(_TLS, 443),),
    state="kept",
    states=(
        ("shipped", (("certificate", "factory"),)),
        ("neglected", (("certificate", "expired"),)),
    ),
)
