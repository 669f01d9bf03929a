"""A Tracer SC of Trane: BACnet, and a login without TLS."""

from lab.fake import Expected, Fake
from lab.services.bacnet import Bacnet
from lab.services.http import Http, page

FAKE = Fake(
    name="tracer_controller",
    title="System controller of a hospital's cooling, Trane",
    host=70,
    quarter="outskirts",
    mac="00:12:ea:31:07:70",
    vendor="Trane",
    model="Tracer SC",
    kind="building-controller",
    firmware="v4.40.0013",
    services=(
        Bacnet(
            instance=70,
            vendor_id=2,
            vendor="Trane",
            model="Tracer SC",
            firmware="v4.40.0013",
            application="v4.40.0013 (release)",
            name="Hospital east",
        ),
        Http(pages=(("/", page("Tracer SC Login", form=True)),)),
    ),
    causes=frozenset(
        (
            Expected("unauthenticated-control", 47808, "udp"),
            Expected("cleartext-administration", 80),
            Expected("firmware-advisory", 47808, "udp"),
            Expected("firmware-unknown", 0),
        )
    ),
)
