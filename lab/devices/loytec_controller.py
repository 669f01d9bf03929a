"""A building controller that is kept well."""

from lab.fake import TLS, Fake
from lab.services.http import Http, icon, page

FAKE = Fake(
    name="loytec_controller",
    title="Building controller, well kept",
    host=25,
    mac="00:0a:b0:02:9d:25",
    vendor="LOYTEC",
    model="LINX-151",
    kind="building-controller",
    firmware="6.2.4",
    services=(
        Http(
            port=443,
            tls=TLS("modern", "TLSv1.2", "TLSv1.3", "CN=linx-151-town-hall.lab,O=Lab City"),
            server="LOYTEC LINX-151/6.2.4",
            pages=(("/", page("LINX-151 - LOYTEC", "Device info", form=True)),),
            favicon=icon("loytec"),
        ),
    ),
    causes=frozenset(),
)
