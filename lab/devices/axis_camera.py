"""A camera that is kept well: HTTPS only, a certificate of the city's own authority, its password changed, its firmware of this year."""

from dataclasses import replace

from lab.account import Account
from lab.fake import TLS, Fake
from lab.measures import certificate, found
from lab.services.axis import BasicDeviceInfo, SystemReady
from lab.services.http import Http, Lock, icon, page
from lab.services.rtsp import Rtsp
from lab.services.ssdp import Ssdp
from lab.services.upnp import description
from lab.settings import Change, Choice

_SERIAL = "ACCC8E012345"
_REALM = f"AXIS_{_SERIAL}"
_UDN = f"uuid:Upnp-BasicDevice-1_0-{_SERIAL}"
_ACCOUNT = Account("root")
_LOCK = Lock(_REALM, _ACCOUNT, ("digest",))
_READY = SystemReady(boot_id="5c7d3f10-2ab4-4d0e-9b1c-accc8e012345")
_APPLICATIONS = (
    (
        "/axis-cgi/basicdeviceinfo.cgi",
        BasicDeviceInfo(
            "P3245-LV", "AXIS P3245-LV Network Camera", "Network Camera", _SERIAL, "12.5.56", "Jun 12 2026 08:11"
        ),
    ),
    ("/axis-cgi/systemready.cgi", _READY),
)

_TLS = TLS("modern", "TLSv1.2", "TLSv1.3", f"CN=axis-{_SERIAL.lower()},O=Lab City")
_FIRST_START = Choice(
    "account",
    "Account of the administrator",
    (
        ("set", Change()),
        ("none", Change(((_LOCK, None), (_READY, replace(_READY, needs_setup=True))), causes=found(443, "first-run"))),
    ),
)

FAKE = Fake(
    name="axis_camera",
    title="Camera, well kept",
    host=12,
    mac="ac:cc:8e:01:23:45",
    vendor="Axis",
    model="P3245-LV",
    kind="camera",
    firmware="12.5.56",
    serial=_SERIAL,
    services=(
        Http(redirect="https://{address}"),
        Http(
            port=443,
            tls=_TLS,
            lock=_LOCK,
            pages=(("/", page("AXIS", "Live view")),),
            favicon=icon("axis"),
            applications=_APPLICATIONS,
        ),
        Rtsp(realm=_REALM, account=_ACCOUNT),
        Ssdp(udn=_UDN, location="http://{address}:49154/rootdesc1.xml"),
        description(
            49154,
            "/rootdesc1.xml",
            _UDN,
            friendlyName=f"AXIS P3245-LV - {_SERIAL}",
            manufacturer="AXIS",
            modelDescription="AXIS P3245-LV Fixed Dome Camera",
            modelName="AXIS P3245-LV",
            modelNumber="P3245-LV",
            serialNumber=_SERIAL,
        ),
    ),
    causes=frozenset(),
    ipv6=True,
    settings=(
        _FIRST_START,
        certificate(_TLS, 443),
    ),
    state="kept",
    states=(
        (
            "shipped",
            (
                ("account", "none"),
                ("certificate", "factory"),
            ),
        ),
        ("neglected", (("certificate", "expired"),)),
    ),
)
