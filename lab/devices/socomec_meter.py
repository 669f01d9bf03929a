"""A power meter of Socomec."""

from lab.fake import Expected, Fake
from lab.services.modbus import Modbus

FAKE = Fake(
    name="socomec_meter",
    title="Power meter of a tram depot, Socomec",
    host=76,
    quarter="outskirts",
    mac="00:17:4a:20:c4:76",
    vendor="Socomec",
    model="DIRIS A-40",
    kind="meter",
    firmware="2.05",
    services=(Modbus(vendor="SOCOMEC", product_code="DIRIS A-40", revision="2.05"),),
    causes=frozenset((Expected("unauthenticated-control", 502), Expected("firmware-unknown", 0))),
)
