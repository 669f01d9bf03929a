"""A KNX IP router that lets anyone onto the bus of a school."""

from lab.fake import Expected, Fake
from lab.services.http import Http, page
from lab.services.knx import Knx

_MAC = "00:24:6d:02:31:84"

FAKE = Fake(
    name="knx_router",
    title="KNX IP router without KNX IP Secure",
    host=84,
    mac=_MAC,
    vendor="Weinzierl",
    model="KNX IP Router 752",
    kind="gateway",
    serial="00c501023184",
    services=(
        Knx(serial="00c501023184", mac=_MAC, name="KNX IP Router 752"),
        Http(pages=(("/", page("KNX IP Router 752", "Device information")),), keeps_alive=False),
    ),
    causes=frozenset((Expected("unauthenticated-control", 3671, "udp"), Expected("firmware-unknown", 0))),
    quarter="outskirts",
)
