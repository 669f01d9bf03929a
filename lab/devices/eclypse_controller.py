"""An ECLYPSE of Distech Controls, with its pages inside TLS."""

from lab.fake import TLS, Expected, Fake
from lab.services.bacnet import Bacnet
from lab.services.http import Http, page

FAKE = Fake(
    name="eclypse_controller",
    title="Room controller of a library, Distech",
    host=71,
    quarter="outskirts",
    mac="00:04:a3:d1:5c:71",
    vendor="Distech Controls",
    model="ECY-S1000",
    kind="building-controller",
    firmware="1.16.19324.1",
    serial="10CL0071E5",
    services=(
        Bacnet(
            instance=364071,
            vendor_id=364,
            vendor="Distech Controls, Inc.",
            model="ECY-S1000 Rev 1.0A",
            firmware="1.16.19324.1",
            application="1.16.19324.1",
            name="Library floor 2",
            serial="10CL0071E5",
        ),
        Http(
            port=443,
            tls=TLS("modern", "TLSv1.2", "TLSv1.3", "CN=ecy-library.lab,O=Lab City"),
            pages=(("/", page("ECLYPSE", form=True)),),
        ),
    ),
    causes=frozenset((Expected("unauthenticated-control", 47808, "udp"), Expected("firmware-unknown", 0))),
)
