"""A recorder that Dahua's search finds, its own protocol open, with the certificate that it made itself."""

from lab.account import Account
from lab.fake import TLS, Expected, Fake
from lab.services import dahua_http
from lab.services.dhip import Dhip
from lab.services.guarded import Guarded
from lab.services.http import Http, icon, page
from lab.services.rtsp import Rtsp

_MODEL = "DHI-NVR5216-4KS2"
_SERIAL = "4H0A1B2PAZ7F141"
_PAGES = (("/", page("WEB SERVICE", "Please log in", form=True)),)
_SYSTEM = ((dahua_http.PATH, dahua_http.MagicBox(realm=f"Login to {_SERIAL}")),)

FAKE = Fake(
    name="dahua_recorder",
    title="Recorder that its maker's search finds, certificate of its own making",
    host=41,
    mac="90:02:a9:5d:20:41",
    vendor="Dahua",
    model=_MODEL,
    kind="recorder",
    firmware="4.001.0000003.1.R",
    serial=_SERIAL,
    unique=(_SERIAL,),
    quarter="outskirts",
    services=(
        Http(pages=_PAGES, favicon=icon("dahua"), applications=_SYSTEM),
        Http(
            port=443,
            tls=TLS("self-signed", "TLSv1.2", "TLSv1.3", f"CN={_SERIAL},O=DahuaTech,C=CN"),
            pages=_PAGES,
            favicon=icon("dahua"),
            applications=_SYSTEM,
        ),
        Rtsp(server="Rtsp Server/3.0", realm=f"Login to {_SERIAL}", account=Account("admin")),
        Guarded(37777, "Dahua's private protocol"),
        Dhip(
            model=_MODEL,
            device_class="NVR",
            serial=_SERIAL,
            version="4.001.0000003.1.R,build:2021-04-09",
            mac="90:02:a9:5d:20:41",
            name="NVR",
            inputs=0,
            remote_inputs=16,
        ),
    ),
    causes=frozenset(
        (
            Expected("http-not-redirected", 80),
            Expected("tls-certificate-self-signed", 443),
            Expected("tls-certificate-hygiene", 443),
            Expected("firmware-old", 37810, "udp"),
            Expected("management-channel", 37777),
        )
    ),
)
