"""A cellular router of the tram's, on which somebody turned on every convenience: a SOCKS and a web proxy for all, and UPnP that maps ports."""

from lab.account import CHANGED, Account
from lab.fake import Expected, Fake
from lab.measures import reset
from lab.services.http import Http, page
from lab.services.igd import Mapping, PortMapping, services
from lab.services.mndp import Mndp
from lab.services.resolver import Resolver
from lab.services.socks import Socks
from lab.services.ssdp import Ssdp
from lab.services.ssh import Ssh
from lab.services.upnp import description
from lab.settings import switch

_MAC = "4c:5e:0c:91:02:28"
_UDN = "uuid:UUID-MIKROTIK-INTERNET-GATEWAY-DEVICE-4C5E0C910228"
_CONTROL = "/upnp/control/WANIPConn"

FAKE = Fake(
    name="relaying_router",
    title="Router that is a proxy for everybody and maps ports for anybody",
    host=228,
    mac=_MAC,
    vendor="MikroTik",
    model="RB960PGS",
    kind="router",
    firmware="7.1.5",
    quarter="outskirts",
    services=(
        Mndp(mac=_MAC, identity="tram-28", version="7.1.5 (stable) 2022-03-22 13:12:33", board="RB960PGS"),
        Ssh(version="ROSSSH", host_key="rsa", account=CHANGED),
        Resolver(),
        Socks(),
        Http(port=8080, server="Mikrotik HttpProxy", pages=(("/", page("Error 404: Not Found")),), keeps_alive=False),
        Ssdp(udn=_UDN, location="http://{address}:2828/gateway_description.xml", server="MikroTik RouterOS UPnP/1.0"),
        description(
            2828,
            "/gateway_description.xml",
            _UDN,
            inner=services(_CONTROL),
            applications=((_CONTROL, PortMapping((Mapping(8001, "192.168.88.50", 80, "camera"),))),),
            deviceType="urn:schemas-upnp-org:device:InternetGatewayDevice:1",
            manufacturer="MikroTik",
            modelName="Router OS",
            friendlyName="MikroTik Router",
        ),
    ),
    unique=("tram-28",),
    # Its resolver serves its own segment, as a router's should.
    causes=frozenset(
        (
            Expected("open-relay", 1080),
            Expected("open-relay", 8080),
            Expected("port-mapping", 2828),
            Expected("firmware-advisory", 5678, "udp"),
            Expected("firmware-behind", 5678, "udp"),
        )
    ),
    settings=(
        reset(CHANGED, Account("admin", ""), 22, joins=("fleet-default-account: admin of MikroTik",)),
        switch("socks", "SOCKS", (1080, "tcp")),
        switch("proxy", "Web proxy", (8080, "tcp")),
        switch("upnp", "UPnP", (2828, "tcp"), (1900, "udp")),
    ),
    state="neglected",
    states=(
        (
            "shipped",
            (
                ("password", "factory"),
                ("socks", "off"),
                ("proxy", "off"),
                ("upnp", "off"),
            ),
        ),
        (
            "kept",
            (
                ("socks", "off"),
                ("proxy", "off"),
                ("upnp", "off"),
            ),
        ),
    ),
)
