"""A video recorder on its factory password, behind a web server of 2014."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.measures import https, password
from lab.services.http import Http, Lock, icon, page
from lab.services.rtsp import Rtsp
from lab.settings import SECRET

_MODEL = "NVR301-08B"
_ACCOUNT = Account("admin", "123456")

FAKE = Fake(
    name="uniview_recorder",
    title="Recorder on its factory password, web server of 2014",
    host=13,
    mac="48:ea:63:7b:0e:13",
    vendor="Uniview",
    model=_MODEL,
    kind="recorder",
    services=(
        Http(
            server="lighttpd/1.4.35",
            lock=Lock(_MODEL, _ACCOUNT),
            pages=(("/", page("Network Video Recorder", "Live View  Playback  Setup")),),
            favicon=icon("uniview"),
        ),
        Rtsp(realm=_MODEL, account=_ACCOUNT),
    ),
    causes=frozenset(
        (
            Expected("default-credentials", 80),
            Expected("default-credentials", 554),
            Expected("cleartext-administration", 80),
            Expected("component-old", 80),
        )
    ),
    settings=(
        https("CN=recorder-13.lab,O=Lab City"),
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
