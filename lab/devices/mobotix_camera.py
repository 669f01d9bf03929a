"""A camera on its factory password that tells strangers over ONVIF who it is."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.measures import https, password
from lab.services import onvif
from lab.services.http import Http, Lock, icon, page
from lab.services.rtsp import Rtsp
from lab.settings import SECRET

_SERIAL = "10.16.177.48"
_ACCOUNT = Account("admin", "meinsm")

FAKE = Fake(
    name="mobotix_camera",
    title="Camera on its factory password",
    host=48,
    mac="00:03:c5:10:b1:48",
    vendor="MOBOTIX",
    model="M16B",
    kind="camera",
    firmware="MX-V5.2.0.18",
    serial=_SERIAL,
    unique=(_SERIAL,),
    quarter="outskirts",
    services=(
        Http(
            lock=Lock("MOBOTIX Camera User", _ACCOUNT),
            pages=(("/", page("mx10-16-177-48 Live", "Live")),),
            favicon=icon("mobotix"),
            applications=(
                (
                    onvif.PATH,
                    onvif.Onvif("MOBOTIX AG", "M16B", "MX-V5.2.0.18", _SERIAL, "T2r1.1", asks=False, skew=-86400),
                ),
            ),
        ),
        Rtsp(realm="MOBOTIX Camera User", account=_ACCOUNT),
    ),
    causes=frozenset(
        (
            Expected("default-credentials", 80),
            Expected("default-credentials", 554),
            Expected("default-credentials", 554),
            Expected("cleartext-administration", 80),
            Expected("no-authentication", 80),
            Expected("firmware-unknown", 0),
        )
    ),
    settings=(
        https("CN=camera-48.lab,O=Lab City"),
        password(_ACCOUNT, 80, 554),
    ),
    state="shipped",
    states=(
        ("neglected", (("password", SECRET),)),
        (
            "kept",
            (
                ("https", "only"),
                ("password", SECRET),
            ),
        ),
    ),
)
