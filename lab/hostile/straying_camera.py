"""A camera that points elsewhere in all that it says: redirects, LOCATION, XAddrs, the addresses within its description, and a redirect in a circle."""

from lab.fake import Expected, Fake
from lab.services.astray import Astray, AstrayDatagrams
from lab.services.http import Http
from lab.services.ssdp import Ssdp
from lab.services.wsdiscovery import WsDiscovery

_UDN = "uuid:0d0b95212-0000-1000-8000-000db9521230"
_SECRETS = "http://169.254.169.254/latest/meta-data/iam/security-credentials/"
_DESCRIPTION = (
    '<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><URLBase>http://{other}/</URLBase><device>'
    "<deviceType>urn:schemas-upnp-org:device:Basic:1</deviceType><friendlyName>Camera</friendlyName>"
    f"<presentationURL>{_SECRETS}</presentationURL><UDN>{_UDN}</UDN><serviceList><service>"
    "<serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType><serviceId>x</serviceId>"
    "<controlURL>http://{other}:80/control</controlURL><SCPDURL>//{other}/scpd.xml</SCPDURL>"
    "<eventSubURL>http://127.0.0.1:80/</eventSubURL></service></serviceList></device></root>"
)

FAKE = Fake(
    name="straying_camera",
    title="Camera whose answers point to other hosts",
    host=230,
    mac="00:0d:b9:52:12:30",
    kind="camera",
    quarter="hostile",
    services=(
        Http(applications=(("/", Astray(status=302, location="http://{other}/login.html")),)),
        Http(
            port=8080,
            applications=(
                ("/", Astray(status=301, location="http://{address}:8080/again")),
                ("/again", Astray(status=301, location="http://{address}:8080/")),
            ),
        ),
        Http(port=8081, applications=(("/", Astray(status=307, location=_SECRETS)),)),
        Http(
            port=8000,
            applications=(
                ("/d.xml", Astray(_DESCRIPTION, kind="text/xml")),
                ("/", Astray('<meta http-equiv="refresh" content="0;url=http://{other}/"><title>Camera</title>')),
            ),
        ),
        AstrayDatagrams(Ssdp(udn=_UDN, location="http://{other}/d.xml"), 1900),
        AstrayDatagrams(
            WsDiscovery(
                "0d0b95212-0000-1000-8000-000db9521230",
                f"http://{{other}}/onvif/device_service {_SECRETS} http://127.0.0.1/onvif/device_service",
            ),
            3702,
        ),
    ),
    causes=frozenset((Expected("firmware-unknown", 0),)),
)
