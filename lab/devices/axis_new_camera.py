"""A camera out of its box on the lamp post: HTTPS from the first start, and no account at all."""

from lab.account import Account
from lab.fake import TLS, Expected, Fake
from lab.services.axis import BasicDeviceInfo, SystemReady
from lab.services.http import Http, page
from lab.services.rtsp import Rtsp

_SERIAL = "B8A44F6D0192"
_APPLICATIONS = (
    (
        "/axis-cgi/basicdeviceinfo.cgi",
        BasicDeviceInfo(
            "P1465-LE", "AXIS P1465-LE Bullet Camera", "Bullet Camera", _SERIAL, "12.5.56", "Jun 12 2026 08:11"
        ),
    ),
    (
        "/axis-cgi/systemready.cgi",
        SystemReady(uptime=1_209_611, boot_id="7b3e1c52-91d0-4c4e-8a5b-b8a44f6d0192", needs_setup=True),
    ),
)
_PAGES = (("/", page("AXIS", "Set up your device")),)

FAKE = Fake(
    name="axis_new_camera",
    title="Camera that has no account yet",
    host=192,
    mac="b8:a4:4f:6d:01:92",
    vendor="Axis",
    model="P1465-LE",
    kind="camera",
    firmware="12.5.56",
    serial=_SERIAL,
    quarter="outskirts",
    services=(
        Http(redirect="https://{address}"),
        Http(
            port=443,
            tls=TLS("modern", "TLSv1.2", "TLSv1.3", f"CN=axis-{_SERIAL.lower()},O=Lab City"),
            pages=_PAGES,
            applications=_APPLICATIONS,
        ),
        Rtsp(server="GStreamer RTSP server", realm=f"AXIS_{_SERIAL}", account=Account("root")),
    ),
    causes=frozenset((Expected("first-run", 443),)),
)
