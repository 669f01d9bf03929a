"""A camera that is kept well, HTTPS only, but tells whoever asks over ONVIF who it is."""

from lab.account import Account
from lab.fake import TLS, Expected, Fake
from lab.services import onvif
from lab.services.http import Http, icon, page
from lab.services.rtsp import Rtsp
from lab.services.wsdiscovery import WsDiscovery

_SERIAL = "044518593720210045"
_MODEL = "FLEXIDOME IP 5000i"

FAKE = Fake(
    name="bosch_camera",
    title="Dome camera, well kept but for what it tells strangers",
    host=45,
    mac="00:1c:44:59:37:45",
    vendor="Bosch",
    model=_MODEL,
    kind="camera",
    firmware="7.70.0098",
    serial=_SERIAL,
    quarter="outskirts",
    services=(
        Http(redirect="https://{address}"),
        Http(
            port=443,
            tls=TLS("modern", "TLSv1.2", "TLSv1.3", f"CN={_SERIAL},O=Lab City"),
            pages=(("/", page("FLEXIDOME IP 5000i", "Log on", form=True)),),
            favicon=icon("bosch"),
            applications=((onvif.PATH, onvif.Onvif("Bosch", _MODEL, "7.70.0098", _SERIAL, "F000B545", asks=False)),),
        ),
        Rtsp(realm=_MODEL, account=Account("live")),
        WsDiscovery(
            endpoint="00075fd5-9372-1021-9045-001c44593745",
            xaddrs="https://{address}/onvif/device_service",
            scopes=(
                "onvif://www.onvif.org/Profile/Streaming",
                "onvif://www.onvif.org/Profile/T",
                "onvif://www.onvif.org/hardware/F000B545",
                "onvif://www.onvif.org/name/Bosch",
            ),
        ),
    ),
    causes=frozenset((Expected("no-authentication", 443), Expected("firmware-unknown", 0))),
)
