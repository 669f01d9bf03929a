"""A road weather station that answers `public` by NTCIP 1204."""

from lab.fake import Expected, Fake
from lab.services.http import Http, page
from lab.services.snmp import Snmp

_MAC = "40:ed:98:70:12:90"
_GLOBAL = "1.3.6.1.4.1.1206.4.2.6.1"
_MODULE = f"{_GLOBAL}.3.1"

FAKE = Fake(
    name="road_weather_station",
    title="Road weather station known by NTCIP alone",
    host=90,
    mac=_MAC,
    vendor="Vaisala",
    model="RWS200",
    kind="weather-station",
    firmware="v2.3",
    services=(
        Http(pages=(("/", page("Bridge 3")),), keeps_alive=False),
        Snmp(
            enterprise=8072,
            mac=_MAC,
            community="public",
            descr="Linux rws200 4.4.27 armv7l",
            name="rws-bridge-3",
            objects=(
                (f"{_GLOBAL}.1.0", 12),
                (f"{_GLOBAL}.2.0", 1),
                (f"{_MODULE}.1.1", 1),
                (f"{_MODULE}.3.1", "Vaisala Oyj"),
                (f"{_MODULE}.4.1", "RWS200"),
                (f"{_MODULE}.5.1", "20250314 - v2.3"),
                (f"{_MODULE}.6.1", 3),
            ),
            identifiers=((f"{_MODULE}.2.1", "1.3.6.1.4.1.1206.4.2.5"),),
        ),
    ),
    together=("fleet-default-account: the community public",),
    causes=frozenset(
        (
            Expected("snmp-default-community", 161, "udp"),
            Expected("component-old", 161, "udp"),
            Expected("cleartext-administration", 161, "udp"),
        )
    ),
    quarter="outskirts",
)
