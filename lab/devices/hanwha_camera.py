"""A camera that tells strangers over ONVIF who it is, with firmware of 2020, in clear text."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.measures import https
from lab.services import onvif
from lab.services.http import Http, Lock, icon, page
from lab.services.rtsp import Rtsp
from lab.services.wsdiscovery import WsDiscovery

_MAC = "e4:30:22:10:20:44"
_REALM = f"iPolis_{_MAC}"
_SERIAL = "ZF7L70GN800044A"
_ACCOUNT = Account("admin")

FAKE = Fake(
    name="hanwha_camera",
    title="Camera that tells strangers who it is, firmware of 2020, no HTTPS",
    host=44,
    mac=_MAC,
    vendor="Hanwha Vision",
    model="XNV-6080R",
    kind="camera",
    firmware="1.41.02_20200814_R392",
    serial=_SERIAL,
    unique=(_SERIAL,),
    quarter="outskirts",
    services=(
        Http(
            lock=Lock(_REALM, _ACCOUNT, ("digest",)),
            pages=(("/", page("WISENET", "Live")),),
            favicon=icon("wisenet"),
            applications=(
                (
                    onvif.PATH,
                    onvif.Onvif(
                        "Hanwha Techwin", "XNV-6080R", "1.41.02_20200814_R392", _SERIAL, "XNV-6080R", asks=False
                    ),
                ),
            ),
        ),
        Rtsp(realm=_REALM, account=_ACCOUNT),
        WsDiscovery(
            endpoint="5a463730-4c37-3047-4e38-e43022102044",
            xaddrs="http://{address}/onvif/device_service",
            scopes=(
                "onvif://www.onvif.org/Profile/Streaming",
                "onvif://www.onvif.org/Profile/G",
                "onvif://www.onvif.org/hardware/XNV-6080R",
                "onvif://www.onvif.org/name/Hanwha%20XNV-6080R",
                "onvif://www.onvif.org/location/country/korea",
            ),
        ),
    ),
    causes=frozenset(
        (Expected("firmware-old", 80), Expected("cleartext-administration", 80), Expected("no-authentication", 80))
    ),
    settings=(https("CN=camera-44.lab,O=Lab City"),),
    state="neglected",
    states=(("kept", (("https", "only"),)),),
)
