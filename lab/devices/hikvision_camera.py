"""A camera on its factory password, with nine-year-old firmware and Telnet open."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.measures import https, password
from lab.services.http import Http, Lock, icon, page
from lab.services.rtsp import Rtsp
from lab.services.ssdp import Ssdp
from lab.services.telnet import Telnet
from lab.services.upnp import description
from lab.settings import SECRET, switch

_MODEL = "DS-2CD2142FWD-I"
_SERIAL = "DS-2CD2142FWD-I20170305AAWR712345678"
_UDN = "uuid:4d454930-0000-1000-8000-4419b6a1c210"
_FIRMWARE = "V5.4.5 build 170124"
_ACCOUNT = Account("admin", "12345")

FAKE = Fake(
    name="hikvision_camera",
    title="Camera on its factory password, firmware of 2017, Telnet open",
    host=10,
    mac="44:19:b6:a1:c2:10",
    vendor="Hikvision",
    model=_MODEL,
    kind="camera",
    firmware=_FIRMWARE,
    serial=_SERIAL,
    services=(
        Http(
            server="DVRDVS-Webs",
            lock=Lock(_MODEL, _ACCOUNT, ("digest", "basic")),
            pages=(("/", page("index", "Live View  Playback  Configuration")),),
            favicon=icon("hikvision"),
        ),
        Telnet(account=Account("root"), banner="\r\n", user_prompt="login: "),
        Rtsp(realm=_MODEL, account=_ACCOUNT),
        Ssdp(udn=_UDN, location="http://{address}:49152/upnpdevicedesc.xml"),
        description(
            49152,
            "/upnpdevicedesc.xml",
            _UDN,
            friendlyName=f"HIKVISION {_MODEL}",
            manufacturer="Hikvision",
            modelDescription="IP Camera",
            modelName=_MODEL,
            modelNumber=_FIRMWARE,
            serialNumber=_SERIAL,
        ),
    ),
    causes=frozenset(
        (
            Expected("default-credentials", 80),
            Expected("cleartext-administration", 80),
            Expected("cleartext-administration", 23),
            Expected("firmware-old", 49152),
            Expected("firmware-known-exploited", 49152),
        )
    ),
    settings=(
        https("CN=camera-10.lab,O=Lab City"),
        password(_ACCOUNT, 80),
        switch("telnet", "Telnet", (23, "tcp")),
    ),
    state="neglected",
    states=(
        ("shipped", (("telnet", "off"),)),
        (
            "kept",
            (
                ("https", "only"),
                ("password", SECRET),
                ("telnet", "off"),
            ),
        ),
    ),
)
