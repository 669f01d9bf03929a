"""A network engine of Johnson Controls that speaks BACnet."""

from lab.fake import Expected, Fake
from lab.services.bacnet import Bacnet
from lab.services.http import Http, page

FAKE = Fake(
    name="metasys_engine",
    title="Network engine of the town hall, Johnson Controls",
    host=69,
    quarter="outskirts",
    mac="00:10:8d:0e:51:69",
    vendor="Johnson Controls",
    model="MS-NAE5510-2",
    kind="building-controller",
    firmware="9.0.7.5",
    services=(
        Bacnet(
            instance=100069,
            vendor_id=5,
            vendor="Johnson Controls, Inc.",
            model="MS-NAE5510-2",
            firmware="9.0.7.5",
            application="9.0.7.5",
            name="NAE-Town-Hall",
            location="Basement",
        ),
        Http(server="Microsoft-IIS/8.5", pages=(("/", page("Metasys Site Management Portal")),)),
    ),
    causes=frozenset((Expected("unauthenticated-control", 47808, "udp"), Expected("component-old", 80))),
)
