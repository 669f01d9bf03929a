"""A video encoder of a tunnel whose picture and whose ONVIF service both open by the factory's account; its web page is off."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.services import onvif
from lab.services.http import Http
from lab.services.rtsp import Rtsp
from lab.services.wsdiscovery import WsDiscovery

_MODEL = "DS-6704HWI"
_ACCOUNT = Account("admin", "12345")

FAKE = Fake(
    name="video_encoder",
    title="Video encoder of a tunnel on its factory password",
    host=170,
    mac="44:19:b6:67:04:70",
    vendor="Hikvision",
    model=_MODEL,
    kind="camera",
    quarter="outskirts",
    services=(
        Http(applications=((onvif.PATH, onvif.Onvif("HIKVISION", _MODEL, account=_ACCOUNT, skew=-86400)),)),
        Rtsp(realm=_MODEL, account=_ACCOUNT),
        WsDiscovery(
            endpoint="4f5c9a10-8c1e-11b5-8400-4419b6670470",
            xaddrs="http://{address}/onvif/device_service",
            scopes=(
                "onvif://www.onvif.org/type/video_encoder",
                "onvif://www.onvif.org/Profile/Streaming",
                f"onvif://www.onvif.org/hardware/{_MODEL}",
                f"onvif://www.onvif.org/name/HIKVISION%20{_MODEL}",
            ),
        ),
    ),
    causes=frozenset(
        (Expected("default-credentials", 80), Expected("default-credentials", 554), Expected("firmware-unknown", 0))
    ),
)
