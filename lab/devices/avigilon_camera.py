"""A camera that is kept well: HTTPS only, and an account asked for before it says who it is."""

from lab.account import Account
from lab.fake import TLS, Expected, Fake
from lab.services import onvif
from lab.services.http import Http, Lock, icon, page
from lab.services.rtsp import Rtsp
from lab.services.wsdiscovery import WsDiscovery

_REALM = "Avigilon-12045651"
_ACCOUNT = Account("administrator")

FAKE = Fake(
    name="avigilon_camera",
    title="Dome camera that says nothing to strangers, well kept",
    host=51,
    mac="00:18:85:0c:45:51",
    vendor="Avigilon",
    model="2.0C-H4A-DC1",
    kind="camera",
    unique=(_REALM,),
    quarter="outskirts",
    services=(
        Http(
            port=443,
            tls=TLS("modern", "TLSv1.2", "TLSv1.3", f"CN={_REALM},O=Lab City"),
            lock=Lock(_REALM, _ACCOUNT, ("digest",)),
            pages=(("/", page("Avigilon", "Live View")),),
            favicon=icon("avigilon"),
            applications=((onvif.PATH, onvif.Onvif("Avigilon", "2.0C-H4A-DC1")),),
        ),
        Rtsp(realm=_REALM, account=_ACCOUNT),
        WsDiscovery(
            endpoint="a1b2c3d4-1204-4651-8051-0018850c4551",
            xaddrs="https://{address}/onvif/device_service",
            scopes=(
                "onvif://www.onvif.org/Profile/Streaming",
                "onvif://www.onvif.org/hardware/2.0C-H4A-DC1",
                "onvif://www.onvif.org/name/Avigilon",
                "onvif://www.onvif.org/location/",
            ),
        ),
    ),
    causes=frozenset((Expected("firmware-unknown", 0),)),
)
