"""A camera whose owner has set it to lock an account for half an hour after the third failure, which its web page says and its real user feels."""

from lab.account import Account
from lab.fake import Expected, Fake, Manners
from lab.services import dhip
from lab.services.http import Http, icon, page
from lab.services.rpc2 import rpc2

_MODEL, _SERIAL, _MAC = "IPC-HFW2431S-S-S2", "6J0B4C7PAG2D253", "9c:14:63:2a:02:53"
_ACCOUNT = Account("admin", "kiosk-Amber-41")

FAKE = Fake(
    name="locking_camera",
    title="Camera that locks its account for half an hour after three failed logins",
    host=246,
    mac=_MAC,
    vendor="Dahua",
    model=_MODEL,
    kind="camera",
    firmware="2.800.0000000.29.R",
    serial=_SERIAL,
    unique=(_SERIAL,),
    quarter="outskirts",
    services=(
        Http(
            pages=(("/", page("WEB SERVICE", "Please log in", form=True)),),
            favicon=icon("dahua"),
            applications=rpc2(f"Login to {_SERIAL}", _ACCOUNT, _MODEL, lock=3),
        ),
        dhip.Dhip(
            model=_MODEL, device_class="IPC", serial=_SERIAL, version="2.800.0000000.29.R", mac=_MAC, name="Gate camera"
        ),
    ),
    causes=frozenset(
        (
            Expected("cleartext-administration", 80),
            Expected("firmware-advisory", 37810, "udp"),
            Expected("firmware-unknown", 0),
        )
    ),
    manners=Manners(failed_logins=2, lock=1800),
)
