"""A thermostat that speaks to nobody but HomeKit, and leaves its records to a second question."""

from lab.fake import Expected, Fake
from lab.services.http import Http
from lab.services.mdns import Announced, Mdns

FAKE = Fake(
    name="ecobee_thermostat",
    quarter="outskirts",
    title="Thermostat in a branch library",
    host=113,
    mac="44:61:32:0f:10:71",
    vendor="ecobee",
    model="ecobee3 lite",
    kind="building-controller",
    services=(
        Http(port=8080, keeps_alive=False),
        Mdns(
            "ecobee3-lite",
            (
                Announced(
                    "_hap._tcp",
                    "Reading room",
                    8080,
                    (("md", "ecobee3 lite"), ("ci", "9"), ("id", "1D:3C:0A:5E:77:20"), ("pv", "1.1"), ("sf", "0")),
                ),
            ),
            brings_along=False,
        ),
    ),
    causes=frozenset((Expected("firmware-unknown", 0),)),
)
