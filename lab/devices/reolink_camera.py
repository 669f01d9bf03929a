"""A camera with ONVIF at a port of its own, firmware of 2022 when there is newer, and the certificate that it made itself."""

from lab.account import Account
from lab.fake import TLS, Expected, Fake
from lab.services import onvif
from lab.services.http import Http, icon, page
from lab.services.rtsp import Rtsp
from lab.services.wsdiscovery import WsDiscovery

_MAC = "ec:71:db:4e:21:49"
_PAGES = (("/", page("Reolink", "Log in", form=True)),)

FAKE = Fake(
    name="reolink_camera",
    title="Camera with ONVIF at a port of its own, firmware of 2022",
    host=49,
    mac=_MAC,
    vendor="Reolink",
    model="RLC-810A",
    kind="camera",
    firmware="v3.1.0.956_22041503",
    serial="9527000014a00049",
    quarter="outskirts",
    services=(
        Http(server="nginx", pages=_PAGES, favicon=icon("reolink")),
        Http(
            port=443,
            tls=TLS("self-signed", "TLSv1.2", "TLSv1.3", "CN=Reolink,O=Reolink,C=CN"),
            server="nginx",
            pages=_PAGES,
            favicon=icon("reolink"),
        ),
        Rtsp(realm="BC Streaming Media", account=Account("admin")),
        Http(
            port=8000,
            applications=(
                (
                    onvif.PATH,
                    onvif.Onvif(
                        "Reolink", "RLC-810A", "v3.1.0.956_22041503", "9527000014a00049", "IPC_523128M8MP", asks=False
                    ),
                ),
            ),
            keeps_alive=False,
        ),
        WsDiscovery(
            endpoint="2419d68a-2dd2-21b2-a205-ec71db4e2149",
            xaddrs="http://{address}:8000/onvif/device_service",
            types=("dn:NetworkVideoTransmitter",),
            scopes=(
                "onvif://www.onvif.org/type/video_encoder",
                "onvif://www.onvif.org/location/country/china",
                "onvif://www.onvif.org/name/IPC-BO",
                "onvif://www.onvif.org/hardware/IPC-BO",
                "onvif://www.onvif.org/Profile/Streaming",
            ),
        ),
    ),
    causes=frozenset(
        (
            Expected("http-not-redirected", 80),
            Expected("tls-certificate-self-signed", 443),
            Expected("tls-certificate-hygiene", 443),
            Expected("no-authentication", 8000),
            Expected("firmware-behind", 8000),
        )
    ),
)
