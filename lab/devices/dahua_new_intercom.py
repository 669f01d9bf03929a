"""A door station that waits for its first password, and says so to its maker's search."""

from lab.fake import TLS, Expected, Fake
from lab.services import dahua_http
from lab.services.dhip import Dhip
from lab.services.guarded import Guarded
from lab.services.http import Http, icon, page

_SERIAL = "9E05C3DPAJ0C193"
_MAC = "38:af:29:5b:01:93"
_SYSTEM = ((dahua_http.PATH, dahua_http.MagicBox(realm=f"Login to {_SERIAL}")),)

FAKE = Fake(
    name="dahua_new_intercom",
    title="Door station that waits for its first password",
    host=193,
    mac=_MAC,
    vendor="Dahua",
    model="DHI-VTO2202F-P",
    kind="intercom",
    firmware="4.600.0000000.1.R",
    serial=_SERIAL,
    unique=(_SERIAL,),
    quarter="outskirts",
    services=(
        Http(
            port=443,
            tls=TLS("modern", "TLSv1.2", "TLSv1.3", f"CN={_SERIAL},O=Lab City"),
            pages=(("/", page("WEB SERVICE", "Device initialization")),),
            favicon=icon("dahua"),
            applications=_SYSTEM,
        ),
        Guarded(37777, "Dahua's private protocol"),
        Dhip(
            model="DHI-VTO2202F-P",
            device_class="VTO",
            serial=_SERIAL,
            version="4.600.0000000.1.R",
            mac=_MAC,
            name="VTO",
            http_port=443,
            init=165,
        ),
    ),
    causes=frozenset(
        (Expected("first-run", 37810, "udp"), Expected("firmware-unknown", 0), Expected("management-channel", 37777))
    ),
)
