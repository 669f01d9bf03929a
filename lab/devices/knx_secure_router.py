"""A well-kept KNX IP router: tunnelling, routing and management in KNX IP Secure only."""

from lab.fake import Expected, Fake
from lab.services.http import Http, page
from lab.services.knx import Knx

_MAC = "00:0c:de:71:20:85"

FAKE = Fake(
    name="knx_secure_router",
    title="KNX IP router with KNX IP Secure",
    host=85,
    mac=_MAC,
    vendor="ABB",
    model="IPR/S3.5.1",
    kind="gateway",
    serial="000207712085",
    services=(
        Knx(
            serial="000207712085",
            mac=_MAC,
            name="IPR/S3.5.1 KNX IP Router Secure",
            address="1.2.0",
            services=(("core", 2), ("device management", 2), ("tunnelling", 2), ("routing", 1), ("security", 1)),
            secured=("device management", "tunnelling", "routing"),
        ),
        Http(pages=(("/", page("KNX IP Router", "Firmware update is locked")),), keeps_alive=False),
    ),
    causes=frozenset((Expected("firmware-unknown", 0),)),
    quarter="outskirts",
)
