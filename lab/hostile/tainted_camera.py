"""A camera with something for a terminal, a browser and a spreadsheet in each text of its web server, its streams, its UPnP description and its discoveries."""

from xml.sax.saxutils import escape

from lab import taint
from lab.account import Account
from lab.fake import Expected, Fake
from lab.services.http import Http, Lock, Page, icon
from lab.services.onvif import Onvif
from lab.services.rtsp import Rtsp
from lab.services.ssdp import Ssdp
from lab.services.upnp import description
from lab.services.wsdiscovery import WsDiscovery

_UUID = "0d0b9521-0000-1000-8000-000db9521215"
_HEADER = taint.raw(taint.LINE)
_ROW = f"{taint.BIDI}{taint.HTML}{taint.MARKDOWN}"
_DEVICE = escape(_ROW + "&#27;[31m&#x9b;31m&#10;note: nothing found&#13;").replace("&amp;#", "&#")

FAKE = Fake(
    name="tainted_camera",
    title="Camera that attacks whoever shows what it says",
    host=215,
    mac="44:19:b6:52:12:15",
    vendor="Hikvision",
    kind="camera",
    quarter="hostile",
    services=(
        Http(
            server=f"{taint.FORMULAS[0]}{_HEADER}",
            lock=Lock(_HEADER.replace('"', ""), Account("admin"), ("digest",)),
            headers=(
                ("Set-Cookie", f"={_HEADER}=1; {_HEADER}"),
                (f"X-{taint.raw(taint.SHORT)}", _HEADER),
                ("X-Raw", taint.RAW.replace(b"\0", b"").decode("latin-1")),
                ("X-Long", taint.LONG),
            ),
            favicon=icon("tainted"),
            keeps_alive=False,
        ),
        Http(
            port=8080,
            server=taint.RAW.replace(b"\0", b"").decode("latin-1"),
            pages=(
                (
                    "/",
                    Page(
                        f"<html><head><title>{taint.FORMULAS[3]}{taint.ALL}</title><meta name=generator content='{_ROW}'></head>"
                        f"<body><h1>{taint.TERMINAL}</h1><input type=password name='{_ROW}'></body></html>",
                        kind=f"text/html; charset={taint.raw(taint.SHORT)}",
                        form=True,
                    ),
                ),
            ),
            keeps_alive=False,
        ),
        Http(
            port=8000,
            server=taint.FORMULAS[2],
            pages=(("/", Page(taint.ALL)),),
            applications=(
                (
                    "/onvif/device_service",
                    Onvif(_ROW, f"{taint.FORMULAS[0]}{_ROW}", _ROW, _ROW, _ROW, asks=False, zone=_ROW),
                ),
            ),
            keeps_alive=False,
        ),
        Rtsp(server=f"{taint.FORMULAS[1]}{taint.LINE}", realm=taint.LINE.replace('"', ""), account=Account("admin")),
        Ssdp(
            udn=f"uuid:{_UUID}",
            location="http://{address}:49152/d.xml",
            server=f"{taint.FORMULAS[3]}{taint.LINE}",
        ),
        description(
            49152,
            "/d.xml",
            f"uuid:{_UUID}{taint.HTML}",
            server=_HEADER,
            inner="".join(f"<{name}>{_DEVICE}</{name}>" for name in ("modelNumber", "serialNumber", "modelURL")),
            friendlyName=f"{taint.FORMULAS[0]}{_ROW}",
            manufacturer=f"{taint.FORMULAS[2]}{_ROW}",
            modelName=f"{taint.FORMULAS[3]}{_ROW}",
            modelDescription=_ROW + taint.LONG,
        ),
        WsDiscovery(
            _UUID,
            "http://{address}:8000/onvif/device_service",
            scopes=tuple(
                f"onvif://www.onvif.org/{part}/{_ROW.replace(' ', '%20')}" for part in ("name", "hardware", "location")
            ),
        ),
    ),
    causes=frozenset(
        (
            Expected("cleartext-administration", 80),
            Expected("no-authentication", 8000),
            Expected("firmware-unknown", 0),
        )
    ),
)
