"""A camera that a contractor put up and nobody put into service: it has no password yet, and says so to its maker's search."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.services import isapi
from lab.services.http import Http, icon, page
from lab.services.rtsp import Rtsp
from lab.services.sadp import Sadp

_MODEL = "DS-2CD2043G2-I"
_SERIAL = f"{_MODEL}20250603AAWRFQ5201191"
_MAC = "24:28:fd:7c:01:91"
_FIRMWARE = "V5.7.15 build 250310"

FAKE = Fake(
    name="hikvision_new_camera",
    title="Camera that waits for its first password",
    host=191,
    mac=_MAC,
    vendor="Hikvision",
    model=_MODEL,
    kind="camera",
    firmware=_FIRMWARE,
    serial=_SERIAL,
    quarter="outskirts",
    services=(
        Http(
            server="App-webs/",
            pages=(("/", page("index", "Please activate the device first")),),
            favicon=icon("hikvision"),
            applications=((isapi.PATH, isapi.DeviceInfo(realm=_MODEL)),),
        ),
        Rtsp(realm=_MODEL, account=Account("admin")),
        Sadp(model=_MODEL, serial=_SERIAL, software=_FIRMWARE, mac=_MAC, dsp="V7.3 build 250301", activated=False),
    ),
    causes=frozenset((Expected("first-run", 37020, "udp"), Expected("cleartext-administration", 80))),
)
