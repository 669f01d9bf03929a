"""A WAGO 750 that speaks Modbus and has its web pages open to all."""

from lab.fake import Expected, Fake
from lab.services.http import Http, page
from lab.services.modbus import Modbus

FAKE = Fake(
    name="wago_controller",
    title="Fieldbus controller of a school's heating, WAGO 750",
    host=65,
    quarter="outskirts",
    mac="00:30:de:40:7f:65",
    vendor="WAGO",
    model="750-880",
    kind="plc",
    firmware="01.07",
    services=(
        Modbus(vendor="WAGO Kontakttechnik GmbH & Co. KG", product_code="750-880", revision="01.07"),
        Http(pages=(("/", page("WAGO Ethernet Web-Based Management")),), keeps_alive=False),
    ),
    causes=frozenset(
        (Expected("unauthenticated-control", 502), Expected("firmware-advisory", 502), Expected("firmware-unknown", 0))
    ),
)
