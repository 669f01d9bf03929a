"""A Modbus gateway of Schneider Electric with a power meter behind it as unit 1."""

from lab.fake import Expected, Fake
from lab.services.modbus import Modbus, Unit

FAKE = Fake(
    name="egx_gateway",
    title="Modbus gateway with a power meter behind it",
    host=67,
    quarter="outskirts",
    mac="00:00:54:7b:19:67",
    vendor="Schneider Electric",
    model="EGX150",
    kind="gateway",
    firmware="v5.2.1",
    services=(
        Modbus(
            vendor="Schneider Electric",
            product_code="EGX150",
            revision="v5.2.1",
            units=(255,),
            behind=(
                Unit(1, ("Schneider Electric", "METSEPM5110", "02.01")),
                Unit(2, ("Schneider Electric", "iEM3155", "01.04")),
            ),
        ),
    ),
    causes=frozenset((Expected("unauthenticated-control", 502), Expected("firmware-unknown", 0))),
)
