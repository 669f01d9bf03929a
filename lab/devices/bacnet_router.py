"""A BACnet router with stations on the serial line behind it."""

from lab.fake import Expected, Fake
from lab.services.bacnet import Bacnet, Behind
from lab.services.http import Http, page

FAKE = Fake(
    name="bacnet_router",
    title="BACnet router to a line of room controllers",
    host=72,
    quarter="outskirts",
    mac="00:50:db:02:33:72",
    vendor="Contemporary Controls",
    model="BAS Router",
    kind="router",
    firmware="3.2.0",
    services=(
        Bacnet(
            instance=245072,
            vendor_id=245,
            vendor="Contemporary Controls",
            model="BAS Router",
            firmware="3.2.0",
            application="3.2.0",
            name="BASRT-B",
            behind=(Behind(5, b"\x0a", 4321, 8), Behind(5, b"\x0b", 4322, 28)),
        ),
        Http(pages=(("/", page("BASrouter Configuration")),)),
    ),
    causes=frozenset((Expected("unauthenticated-control", 47808, "udp"), Expected("firmware-unknown", 0))),
)
