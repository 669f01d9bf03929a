"""An S7-1200 that takes connections at another TSAP than an S7-300, with its web pages."""

from lab.fake import Expected, Fake
from lab.services.http import Http, page
from lab.services.s7 import S7

FAKE = Fake(
    name="s7_1200_plc",
    title="Programmable controller of a street's fountains, S7-1200",
    host=61,
    quarter="outskirts",
    mac="28:63:36:91:0c:61",
    vendor="Siemens",
    model="CPU 1214C DC/DC/DC",
    kind="plc",
    firmware="V4.2.3",
    serial="S C-J9PR41892018",
    services=(
        S7(
            order_number="6ES7 214-1AG40-0XB0",
            hardware=4,
            firmware="V4.2.3",
            texts=(
                (1, "S7-1200 station_1"),
                (2, "PLC_1"),
                (4, "Original Siemens Equipment"),
                (5, "S C-J9PR41892018"),
                (7, "CPU 1214C DC/DC/DC"),
            ),
            tsap=0x0200,
        ),
        Http(pages=(("/", page("SIMATIC S7-1200", "Enter")),)),
    ),
    causes=frozenset(
        (Expected("unauthenticated-control", 102), Expected("firmware-advisory", 102), Expected("firmware-unknown", 0))
    ),
)
