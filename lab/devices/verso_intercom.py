"""An intercom with HTTPS only and a certificate of the city's own authority, that tells whoever asks over ONVIF who it is."""

from lab.account import Account
from lab.fake import TLS, Expected, Fake
from lab.services import onvif
from lab.services.http import Http, icon, page
from lab.services.rtsp import Rtsp
from lab.services.wsdiscovery import WsDiscovery

_SERIAL = "54-2301-0050"

FAKE = Fake(
    name="verso_intercom",
    title="Intercom, well kept but for what it tells strangers",
    host=50,
    mac="7c:1e:b3:02:30:50",
    vendor="2N",
    model="IP Verso",
    kind="intercom",
    firmware="2.34.0.45.2",
    serial=_SERIAL,
    quarter="outskirts",
    services=(
        Http(redirect="https://{address}"),
        Http(
            port=443,
            tls=TLS("modern", "TLSv1.2", "TLSv1.3", f"CN=2N-{_SERIAL},O=Lab City"),
            pages=(("/", page("2N IP Verso", "Log in", form=True)),),
            favicon=icon("2n"),
            applications=((onvif.PATH, onvif.Onvif("2N", "2N IP Verso", "2.34.0.45.2", _SERIAL, "535v6", asks=False)),),
        ),
        Rtsp(realm="2N IP Intercom", account=Account("admin")),
        WsDiscovery(
            endpoint="6e2b3c1d-5423-4010-8050-7c1eb3023050",
            xaddrs="https://{address}/onvif/device_service",
            scopes=(
                "onvif://www.onvif.org/Profile/Streaming",
                "onvif://www.onvif.org/hardware/2N_IP_Verso",
                "onvif://www.onvif.org/name/2N%20IP%20Verso",
            ),
        ),
    ),
    causes=frozenset((Expected("no-authentication", 443), Expected("firmware-unknown", 0))),
)
