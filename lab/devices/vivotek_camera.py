"""A camera that asks for an account everywhere, with the certificate that it made itself."""

from lab.account import Account
from lab.fake import TLS, Expected, Fake
from lab.measures import certificate, redirect
from lab.services import onvif
from lab.services.http import Http, Lock, icon, page
from lab.services.rtsp import Rtsp
from lab.services.wsdiscovery import WsDiscovery

_ACCOUNT = Account("root")
_LOCK = Lock("streaming_server", _ACCOUNT, ("digest",))
_PAGES = (("/", page("VIVOTEK IB9367-HT", "Live view")),)
_ONVIF = ((onvif.PATH, onvif.Onvif("VIVOTEK", "IB9367-HT")),)

_TLS = TLS("self-signed", "TLSv1.2", "TLSv1.3", "CN=IB9367-HT,O=VIVOTEK Inc.,C=TW")

FAKE = Fake(
    name="vivotek_camera",
    title="Camera that asks for an account everywhere, certificate of its own making",
    host=47,
    mac="00:02:d1:6a:11:47",
    vendor="VIVOTEK",
    model="IB9367-HT",
    kind="camera",
    quarter="outskirts",
    services=(
        Http(lock=_LOCK, pages=_PAGES, favicon=icon("vivotek"), applications=_ONVIF),
        Http(
            port=443,
            tls=_TLS,
            lock=_LOCK,
            pages=_PAGES,
            favicon=icon("vivotek"),
            applications=_ONVIF,
        ),
        Rtsp(realm="streaming_server", account=_ACCOUNT),
        WsDiscovery(
            endpoint="76697634-3734-3031-0002-0002d16a1147",
            xaddrs="http://{address}/onvif/device_service https://{address}/onvif/device_service",
            scopes=(
                "onvif://www.onvif.org/Profile/Streaming",
                "onvif://www.onvif.org/Profile/G",
                "onvif://www.onvif.org/hardware/IB9367-HT",
                "onvif://www.onvif.org/name/VIVOTEK%20IB9367-HT",
            ),
        ),
    ),
    causes=frozenset(
        (
            Expected("http-not-redirected", 80),
            Expected("tls-certificate-self-signed", 443),
            Expected("tls-certificate-hygiene", 443),
            Expected("firmware-unknown", 0),
        )
    ),
    settings=(
        certificate(_TLS, 443),
        redirect(("http://{address}/onvif/device_service https:", "https:")),
    ),
    state="shipped",
    states=(
        ("neglected", (("certificate", "expired"),)),
        (
            "kept",
            (
                ("certificate", "own"),
                ("redirect", "on"),
            ),
        ),
    ),
)
