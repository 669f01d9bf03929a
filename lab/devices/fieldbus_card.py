"""A fieldbus coupler whose Modbus card has four slots and frees none: whoever takes a fifth ends it."""

from lab.fake import Expected, Fake, Fate, Manners
from lab.services.modbus import Modbus

FAKE = Fake(
    name="fieldbus_card",
    title="Fieldbus coupler that dies of a fifth connection",
    host=150,
    mac="00:30:de:41:9c:96",
    vendor="WAGO",
    model="750-352",
    kind="gateway",
    firmware="01.11",
    services=(Modbus(vendor="WAGO", product_code="750-352", revision="01.11"),),
    causes=frozenset(
        (Expected("unauthenticated-control", 502), Expected("firmware-advisory", 502), Expected("firmware-unknown", 0))
    ),
    manners=Manners(connections=1, connections_ever=4, fate=Fate.DIES),
    quarter="outskirts",
)
