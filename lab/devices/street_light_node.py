"""A lamp controller that speaks LwM2M over CoAP without DTLS, to anybody."""

from lab.fake import Expected, Fake
from lab.services.coap import Coap
from lab.services.http import Http, page

_SERIAL = "P7CM-0004711"
_LINKS = '</>;rt="oma.lwm2m";ct=11543,</1/0>,</3/0>,</4/0>,</5/0>,</3416/0>;ver="2.0";title="lamp",</3417/0>;ver="2.0"'

FAKE = Fake(
    name="street_light_node",
    quarter="outskirts",
    title="Lamp controller over CoAP",
    host=111,
    mac="14:ef:cf:00:10:6f",
    vendor="Schréder",
    model="LuCo P7 CM",
    kind="luminaire",
    firmware="2.14.3",
    serial=_SERIAL,
    services=(
        Http(pages=(("/", page("LuCo P7 CM", "Lamp on")),)),
        Coap(_LINKS, device=((0, "SCHREDER"), (1, "LuCo P7 CM"), (2, _SERIAL), (3, "2.14.3"), (18, "C3"))),
    ),
    causes=frozenset((Expected("no-authentication", 5683, "udp"), Expected("firmware-unknown", 0))),
)
