"""A power meter of Janitza."""

from lab.fake import Expected, Fake
from lab.services.http import Http, page
from lab.services.modbus import Modbus

FAKE = Fake(
    name="janitza_meter",
    title="Power meter of a substation, Janitza",
    host=68,
    quarter="outskirts",
    mac="00:0e:6b:0a:44:68",
    vendor="Janitza",
    model="UMG 604-PRO",
    kind="meter",
    firmware="V5.034",
    services=(
        Modbus(vendor="Janitza electronics GmbH", product_code="UMG 604-PRO", revision="V5.034"),
        Http(pages=(("/", page("UMG 604 Homepage")),)),
    ),
    causes=frozenset((Expected("unauthenticated-control", 502), Expected("firmware-unknown", 0))),
)
