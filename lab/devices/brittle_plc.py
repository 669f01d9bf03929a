"""A programmable controller that faults on any byte on its Modbus port that it does not expect."""

from lab.fake import Expected, Fake, Fate, Manners
from lab.services.modbus import Modbus

FAKE = Fake(
    name="brittle_plc",
    title="Programmable controller that faults on an unexpected byte",
    host=152,
    mac="00:a0:45:5d:27:98",
    vendor="Phoenix Contact",
    model="ILC 151 ETH",
    kind="plc",
    firmware="4.42",
    services=(Modbus(vendor="Phoenix Contact", product_code="ILC 151 ETH", revision="4.42", units=(255,)),),
    causes=frozenset(
        (Expected("unauthenticated-control", 502), Expected("firmware-advisory", 502), Expected("firmware-unknown", 0))
    ),
    manners=Manners(fate=Fate.DIES),
    quarter="outskirts",
)
