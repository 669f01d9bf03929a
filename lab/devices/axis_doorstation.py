"""A door station that is kept well: HTTPS only, a certificate of the city's own authority, and nothing for strangers but its model."""

from lab.account import Account
from lab.fake import TLS, Expected, Fake
from lab.services import onvif
from lab.services.axis import BasicDeviceInfo, SystemReady
from lab.services.http import Http, Lock, icon, page
from lab.services.rtsp import Rtsp
from lab.services.wsdiscovery import WsDiscovery

_SERIAL = "B8A44F3C1943"
_REALM = f"AXIS_{_SERIAL}"
_ACCOUNT = Account("root")

FAKE = Fake(
    name="axis_doorstation",
    title="Door station, well kept",
    host=43,
    mac="b8:a4:4f:3c:19:43",
    vendor="Axis",
    model="A8207-VE",
    kind="intercom",
    serial=_SERIAL,
    quarter="outskirts",
    services=(
        Http(redirect="https://{address}"),
        Http(
            port=443,
            tls=TLS("modern", "TLSv1.2", "TLSv1.3", f"CN=axis-{_SERIAL.lower()},O=Lab City"),
            lock=Lock(_REALM, _ACCOUNT, ("digest",)),
            pages=(("/", page("AXIS", "Live view")),),
            favicon=icon("axis"),
            applications=(
                (onvif.PATH, onvif.Onvif("AXIS", "A8207-VE")),
                (
                    "/axis-cgi/basicdeviceinfo.cgi",
                    BasicDeviceInfo("A8207-VE", "", "Network Video Door Station", _SERIAL, "", "", asks=True),
                ),
                ("/axis-cgi/systemready.cgi", SystemReady(boot_id="1e566f78-4816-4996-9bef-ec3d5a7c1943")),
            ),
        ),
        Rtsp(server="GStreamer RTSP server", realm=_REALM, account=_ACCOUNT),
        WsDiscovery(
            endpoint="0b4f3c19-43aa-4b1e-9d6f-b8a44f3c1943",
            xaddrs="https://{address}/onvif/device_service",
            scopes=(
                "onvif://www.onvif.org/type/video_encoder",
                "onvif://www.onvif.org/type/audio_encoder",
                "onvif://www.onvif.org/Profile/Streaming",
                "onvif://www.onvif.org/hardware/A8207-VE",
                "onvif://www.onvif.org/name/AXIS%20A8207-VE",
                "onvif://www.onvif.org/location/",
            ),
        ),
    ),
    causes=frozenset((Expected("firmware-unknown", 0),)),
)
