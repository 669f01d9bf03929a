"""A recorder that Hikvision's search finds, with its password changed and firmware of 2019, in clear text."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.services import isapi, onvif
from lab.services.http import Http, Lock, icon, page
from lab.services.rtsp import Rtsp
from lab.services.sadp import Sadp
from lab.services.wsdiscovery import WsDiscovery

_MODEL = "DS-7616NI-K2/16P"
_SERIAL = f"{_MODEL}1620190902CCRRD12345640WCVU"
_MAC = "c0:56:e3:1a:20:40"
_UUID = "4f5c9a10-8c1e-11b5-8400-c056e31a2040"
_ACCOUNT = Account("admin")

FAKE = Fake(
    name="hikvision_recorder",
    title="Recorder that its maker's search finds, firmware of 2019, no HTTPS",
    host=40,
    mac=_MAC,
    vendor="Hikvision",
    model=_MODEL,
    kind="recorder",
    firmware="V4.21.005 build 190814",
    serial=_SERIAL,
    unique=(_UUID,),
    quarter="outskirts",
    services=(
        Http(
            server="App-webs/",
            lock=Lock(_MODEL, _ACCOUNT, ("digest",)),
            pages=(("/", page("index", "Live View  Playback  Configuration")),),
            favicon=icon("hikvision"),
            applications=(
                (onvif.PATH, onvif.Onvif("HIKVISION", _MODEL)),
                (isapi.PATH, isapi.DeviceInfo(realm=_MODEL)),
            ),
        ),
        Rtsp(realm=_MODEL, account=_ACCOUNT),
        Sadp(
            model=_MODEL,
            serial=_SERIAL,
            software="V4.21.005 build 190814",
            mac=_MAC,
            dsp="V7.3 build 190110",
            digital=16,
        ),
        WsDiscovery(
            endpoint=_UUID,
            xaddrs="http://{address}/onvif/device_service http://[fe80::c256:e3ff:fe1a:2040]/onvif/device_service",
            scopes=(
                "onvif://www.onvif.org/type/video_encoder",
                "onvif://www.onvif.org/Profile/Streaming",
                f"onvif://www.onvif.org/MAC/{_MAC}",
                "onvif://www.onvif.org/hardware/DS-7616NI-K2/16P",
                "onvif://www.onvif.org/name/HIKVISION%20DS-7616NI-K2/16P",
                "onvif://www.onvif.org/location/city/hangzhou",
            ),
        ),
    ),
    causes=frozenset((Expected("cleartext-administration", 80), Expected("firmware-old", 37020, "udp"))),
)
