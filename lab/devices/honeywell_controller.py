"""A controller of Honeywell from before the wildcard instance: its instance comes with its I-Am."""

from lab.fake import Expected, Fake
from lab.services.bacnet import Bacnet
from lab.services.http import Http, page

FAKE = Fake(
    name="honeywell_controller",
    title="Controller of a museum's air, Honeywell",
    host=73,
    quarter="outskirts",
    mac="00:30:af:11:8e:73",
    vendor="Honeywell",
    model="XL1000C",
    kind="building-controller",
    firmware="3.04.00",
    services=(
        Bacnet(
            instance=1707,
            vendor_id=17,
            vendor="Honeywell",
            model="XL1000C",
            firmware="3.04.00",
            application="XLWeb 3.04.00",
            name="Museum",
            old=True,
        ),
        Http(server="XLWeb", pages=(("/", page("Excel Web", "XL1000C")),)),
    ),
    causes=frozenset((Expected("unauthenticated-control", 47808, "udp"), Expected("firmware-unknown", 0))),
)
