"""A camera over a school yard whose stream is open to everyone, and who tells anybody over ONVIF who it is."""

from lab.fake import Expected, Fake
from lab.services import onvif
from lab.services.http import Http, page
from lab.services.rtsp import Rtsp

_MODEL, _SERIAL, _FIRMWARE = "MS-C2964-PB", "6137940196231", "41.7.0.79-r2"

FAKE = Fake(
    name="school_camera",
    title="Camera whose stream is open to everyone",
    host=196,
    mac="1c:c3:16:2a:01:96",
    vendor="Milesight",
    model=_MODEL,
    kind="camera",
    firmware=_FIRMWARE,
    serial=_SERIAL,
    quarter="outskirts",
    services=(
        Http(
            pages=(("/", page("Network Camera", "Log in", form=True)),),
            applications=((onvif.PATH, onvif.Onvif("Milesight", _MODEL, _FIRMWARE, _SERIAL, "V1.2", asks=False)),),
        ),
        Rtsp(server="GStreamer RTSP server"),
    ),
    causes=frozenset(
        (
            Expected("no-authentication", 80),
            Expected("no-authentication", 554),
            Expected("cleartext-administration", 80),
            Expected("firmware-unknown", 0),
        )
    ),
)
