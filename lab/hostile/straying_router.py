"""A router whose UPnP description is its own, and all addresses in it another's: who asks for the port mappings would ask the wrong one."""

from lab.fake import Expected, Fake
from lab.services.astray import Astray, AstrayDatagrams
from lab.services.http import Http
from lab.services.ssdp import Ssdp

_UDN = "uuid:0d0b9521-0000-1000-8000-000db9521236"
_GATEWAY = "urn:schemas-upnp-org:device:InternetGatewayDevice:1"
_WAN = "urn:schemas-upnp-org:service:WANIPConnection:1"
_DESCRIPTION = (
    '<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><URLBase>http://{other}/</URLBase><device>'
    f"<deviceType>{_GATEWAY}</deviceType><friendlyName>Router</friendlyName>"
    f"<presentationURL>http://169.254.169.254/latest/meta-data/</presentationURL><UDN>{_UDN}</UDN><serviceList><service>"
    f"<serviceType>{_WAN}</serviceType><serviceId>urn:upnp-org:serviceId:WANIPConn1</serviceId>"
    "<controlURL>http://{other}:80/control</controlURL><SCPDURL>//{other}/scpd.xml</SCPDURL>"
    "<eventSubURL>http://127.0.0.1:80/</eventSubURL></service></serviceList></device></root>"
)

FAKE = Fake(
    name="straying_router",
    title="Router whose description points to other hosts",
    host=236,
    mac="00:0d:b9:52:12:36",
    kind="router",
    quarter="hostile",
    services=(
        Http(port=5000, applications=(("/d.xml", Astray(_DESCRIPTION, kind="text/xml")),), keeps_alive=False),
        AstrayDatagrams(Ssdp(udn=_UDN, location="http://{address}:5000/d.xml", device_type=_GATEWAY), 1900),
    ),
    causes=frozenset((Expected("port-mapping", 5000), Expected("firmware-unknown", 0))),
)
