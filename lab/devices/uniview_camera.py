"""A camera that tells strangers over ONVIF who it is, with firmware of 2019, in clear text."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.services import onvif
from lab.services.http import Http, icon, page
from lab.services.rtsp import Rtsp
from lab.services.wsdiscovery import WsDiscovery

_MAC = "6c:f1:7e:7b:0e:46"
_MODEL = "IPC2322EBR-P"
_SERIAL = "210235C2NP3188000046"

FAKE = Fake(
    name="uniview_camera",
    title="Camera that tells strangers who it is, firmware of 2019, no HTTPS",
    host=46,
    mac=_MAC,
    vendor="Uniview",
    model=_MODEL,
    kind="camera",
    firmware="QIPC-B1202.5.3.190709",
    serial=_SERIAL,
    quarter="outskirts",
    services=(
        Http(
            pages=(("/", page("Login", "User name  Password", form=True)),),
            headers=(("Set-Cookie", "WebLoginHandle=1573801273914; path=/"),),
            favicon=icon("uniview"),
            applications=(
                (
                    onvif.PATH,
                    onvif.Onvif(
                        "UNIVIEW", _MODEL, "QIPC-B1202.5.3.190709", _SERIAL, "1.0", asks=False, source="Manual"
                    ),
                ),
            ),
        ),
        Rtsp(realm=_MODEL, account=Account("admin")),
        WsDiscovery(
            endpoint="00010010-0001-1020-8000-6cf17e7b0e46",
            xaddrs="http://{address}/onvif/device_service",
            scopes=(
                "onvif://www.onvif.org/type/NetworkVideoTransmitter",
                "onvif://www.onvif.org/hardware/IPC2322EBR-P",
                f"onvif://www.onvif.org/MAC/{_MAC}",
                "onvif://www.onvif.org/name/UNIVIEW",
                "onvif://www.onvif.org/Profile/Streaming",
            ),
        ),
    ),
    causes=frozenset(
        (Expected("firmware-old", 80), Expected("cleartext-administration", 80), Expected("no-authentication", 80))
    ),
)
