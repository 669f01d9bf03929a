"""A camera of the first years that tells strangers over HTTP who it is."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.services import dahua_http
from lab.services.http import Http, icon, page
from lab.services.rtsp import Rtsp

_MODEL, _SERIAL = "IPC-HFW2100", "PZC3EW05900199"

FAKE = Fake(
    name="dahua_old_camera",
    title="Camera of the first years that tells strangers who it is",
    host=199,
    mac="4c:11:bf:2e:01:99",
    vendor="Dahua",
    model=_MODEL,
    kind="camera",
    serial=_SERIAL,
    quarter="outskirts",
    services=(
        Http(
            pages=(("/", page("WEB SERVICE", "Please log in", form=True)),),
            favicon=icon("dahua"),
            applications=((dahua_http.PATH, dahua_http.MagicBox(model=_MODEL, serial=_SERIAL, processor="A5S55")),),
        ),
        Rtsp(server="Rtsp Server/2.0", realm="Login to DH", account=Account("admin")),
    ),
    causes=frozenset(
        (
            Expected("no-authentication", 80),
            Expected("cleartext-administration", 80),
            Expected("firmware-advisory", 80),
            Expected("firmware-unknown", 0),
        )
    ),
)
