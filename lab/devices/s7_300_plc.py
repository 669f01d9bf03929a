"""An S7-300 that tells its order number to whoever asks."""

from lab.fake import Expected, Fake
from lab.services.s7 import S7

FAKE = Fake(
    name="s7_300_plc",
    title="Programmable controller of the sewage works, S7-300",
    host=60,
    quarter="outskirts",
    mac="00:1b:1b:4d:20:60",
    vendor="Siemens",
    model="CPU 315-2 PN/DP",
    kind="plc",
    firmware="V3.2.14",
    serial="S C-C2UR28922012",
    services=(
        S7(
            order_number="6ES7 315-2EH14-0AB0",
            hardware=5,
            firmware="V3.2.14",
            texts=(
                (1, "Sewage works north"),
                (2, "CPU 315-2 PN/DP"),
                (3, "Pumping station 4"),
                (4, "Original Siemens Equipment"),
                (5, "S C-C2UR28922012"),
                (7, "CPU 315-2 PN/DP"),
                (8, "MMC 267FF11F"),
            ),
        ),
    ),
    causes=frozenset(
        (
            Expected("unauthenticated-control", 102),
            Expected("firmware-advisory", 102),
            Expected("firmware-unknown", 0),
            Expected("firmware-unsupported", 102),
        )
    ),
)
