"""A charger at a kerb whose Modbus interface is open to the street."""

from lab.fake import Expected, Fake
from lab.services.http import Http, page
from lab.services.modbus import Modbus

FAKE = Fake(
    name="abb_charger",
    title="Charger that anyone on its network may control over Modbus",
    host=130,
    mac="00:0c:02:4a:90:30",
    vendor="ABB",
    model="Terra AC W22-T-RD-M-0",
    kind="charger",
    firmware="1.6.6",
    quarter="outskirts",
    services=(
        Modbus(vendor="ABB", product_code="Terra AC W22-T-RD-M-0", revision="1.6.6"),
        Http(pages=(("/", page("ABB Terra AC wallbox", "Available")),), keeps_alive=False),
    ),
    causes=frozenset((Expected("unauthenticated-control", 502), Expected("firmware-unknown", 0))),
)
