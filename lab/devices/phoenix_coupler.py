"""A bus coupler of Phoenix Contact that has the regular objects too."""

from lab.fake import Expected, Fake
from lab.services.modbus import Modbus

FAKE = Fake(
    name="phoenix_coupler",
    title="Inputs and outputs of a lock, Phoenix Contact",
    host=66,
    quarter="outskirts",
    mac="00:a0:45:6c:02:66",
    vendor="Phoenix Contact",
    model="AXL F BK ETH",
    kind="plc",
    firmware="V1.40",
    services=(
        Modbus(
            vendor="Phoenix Contact",
            product_code="2688459",
            revision="V1.40",
            regular=("http://www.phoenixcontact.com", "Axioline", "AXL F BK ETH"),
        ),
    ),
    causes=frozenset((Expected("unauthenticated-control", 502), Expected("firmware-unknown", 0))),
)
