"""The same kind of encoder, kept well: its password was changed, ONVIF asks by HTTP Digest, and whoever fails three times is locked out."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.services import onvif
from lab.services.http import Http
from lab.services.rtsp import Rtsp
from lab.services.wsdiscovery import WsDiscovery

_MODEL = "DS-6708HWI"
_ACCOUNT = Account("admin")

FAKE = Fake(
    name="video_encoder_kept",
    title="Video encoder with a password of its own",
    host=171,
    mac="44:19:b6:67:08:71",
    vendor="Hikvision",
    model=_MODEL,
    kind="camera",
    quarter="outskirts",
    services=(
        Http(
            applications=(
                (onvif.PATH, onvif.Onvif("HIKVISION", _MODEL, account=_ACCOUNT, realm=_MODEL, locks_after=3)),
            )
        ),
        Rtsp(realm=_MODEL, account=_ACCOUNT, locks_after=3),
        WsDiscovery(
            endpoint="4f5c9a10-8c1e-11b5-8400-4419b6670871",
            xaddrs="http://{address}/onvif/device_service",
            scopes=(
                "onvif://www.onvif.org/type/video_encoder",
                "onvif://www.onvif.org/Profile/Streaming",
                f"onvif://www.onvif.org/hardware/{_MODEL}",
                f"onvif://www.onvif.org/name/HIKVISION%20{_MODEL}",
            ),
        ),
    ),
    causes=frozenset((Expected("firmware-unknown", 0),)),
)
