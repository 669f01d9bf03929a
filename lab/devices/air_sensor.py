"""An air quality gateway that is kept well: TLS 1.3 only, a broker that knows its clients and speaks to them in secret, a web server of this year."""

from lab.account import Account
from lab.fake import TLS, Fake
from lab.measures import certificate
from lab.services.http import Http, icon, page
from lab.services.mqtt import Mqtt

_TLS = TLS("modern", "TLSv1.3", "TLSv1.3", "CN=meshlium-26.lab,O=Lab City")

FAKE = Fake(
    name="air_sensor",
    title="Air quality gateway, well kept",
    host=26,
    mac="00:0d:b9:4f:6a:26",
    vendor="Libelium",
    model="Meshlium",
    kind="air-sensor",
    services=(
        Http(
            port=443,
            tls=_TLS,
            server="Apache/2.4.67 (Debian)",
            pages=(("/", page("Meshlium Manager", "Sensor networks", form=True)),),
            favicon=icon("meshlium"),
        ),
        Mqtt(
            port=8883,
            tls=_TLS,
            account=Account("waspmote"),
        ),
    ),
    causes=frozenset(),
    settings=(certificate(_TLS, 443, 8883),),
    state="kept",
    states=(
        ("shipped", (("certificate", "factory"),)),
        ("neglected", (("certificate", "expired"),)),
    ),
)
