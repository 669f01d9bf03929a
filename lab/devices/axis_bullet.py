"""A camera that tells strangers who it is, with firmware of 2019, in clear text."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.services.axis import BasicDeviceInfo, SystemReady
from lab.services.http import Http, Lock, icon, page
from lab.services.rtsp import Rtsp

_SERIAL = "ACCC8E2B7A42"
_REALM = f"AXIS_{_SERIAL}"
_ACCOUNT = Account("root")

FAKE = Fake(
    name="axis_bullet",
    title="Camera that tells strangers who it is, firmware of 2019, no HTTPS",
    host=42,
    mac="ac:cc:8e:2b:7a:42",
    vendor="Axis",
    model="P1448-LE",
    kind="camera",
    firmware="8.40.3.1",
    serial=_SERIAL,
    quarter="outskirts",
    services=(
        Http(
            lock=Lock(_REALM, _ACCOUNT, ("digest",)),
            pages=(("/", page("AXIS", "Live view")),),
            favicon=icon("axis"),
            applications=(
                (
                    "/axis-cgi/basicdeviceinfo.cgi",
                    BasicDeviceInfo(
                        "P1448-LE",
                        "AXIS P1448-LE Network Camera",
                        "Network Camera",
                        _SERIAL,
                        "8.40.3.1",
                        "Mar  5 2019 09:42",
                    ),
                ),
                ("/axis-cgi/systemready.cgi", SystemReady(uptime=8640321)),
            ),
        ),
        Rtsp(server="GStreamer RTSP server", realm=_REALM, account=_ACCOUNT),
    ),
    causes=frozenset((Expected("firmware-old", 80), Expected("cleartext-administration", 80))),
)
