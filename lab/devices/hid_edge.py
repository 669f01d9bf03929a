"""A door controller whose discovery daemon runs firmware of 2012."""

from lab.fake import Expected, Fake
from lab.services.http import Http, page
from lab.services.vertx import VertxDiscovery

_MAC = "00:06:8e:41:08:26"

FAKE = Fake(
    name="hid_edge",
    title="Door controller with firmware of 2012",
    host=126,
    mac=_MAC,
    vendor="HID",
    model="EDGE EH400",
    kind="door-controller",
    firmware="2.3.1.603",
    quarter="outskirts",
    services=(
        VertxDiscovery(mac=_MAC, name="depot-gate", model="EH400", version="2.3.1.603", built="04/23/2012"),
        Http(pages=(("/", page("HID EDGE Controller", "Controller online")),), keeps_alive=False),
    ),
    causes=frozenset((Expected("firmware-old", 4070, "udp"), Expected("management-channel", 4070, "udp"))),
)
