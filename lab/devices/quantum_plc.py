"""An old controller that faults on any byte that it does not expect."""

from lab.fake import Expected, Fake, Manners
from lab.services.modbus import Modbus

FAKE = Fake(
    name="quantum_plc",
    title="Old controller of a bascule bridge, which faults on unexpected bytes",
    host=75,
    quarter="outskirts",
    mac="00:80:f4:03:9a:75",
    vendor="Schneider Electric",
    model="140 CPU 311 10",
    kind="plc",
    firmware="V2.80",
    services=(
        Modbus(
            vendor="TELEMECANIQUE",
            product_code="140 CPU 311 10",
            revision="V2.80",
            units=(255,),
            fragile=True,
        ),
    ),
    causes=frozenset(
        (Expected("unauthenticated-control", 502), Expected("firmware-advisory", 502), Expected("firmware-unknown", 0))
    ),
    manners=Manners(connections=1, connections_per_second=4),
)
