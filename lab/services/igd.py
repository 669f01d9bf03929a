"""The service of an Internet gateway that maps ports (UPnP Forum, WANIPConnection:1), as far as its list is read. Whatever changes something is harm."""

import re
from dataclasses import dataclass
from xml.sax.saxutils import escape

from lab.fake import Visit
from lab.services.http import Application, Asked, Page

SERVICE = "urn:schemas-upnp-org:service:WANIPConnection:1"
_ENVELOPE = (
    '<?xml version="1.0"?>\r\n<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"'
    ' s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>{}</s:Body></s:Envelope>\r\n'
)


@dataclass(frozen=True, slots=True)
class Mapping:
    """A port of the outside, and where it leads."""

    outside: int
    client: str
    inside: int
    description: str = ""
    protocol: str = "TCP"


@dataclass(frozen=True)
class PortMapping(Application):
    """The control URL of the service, with the mappings that there are."""

    mappings: tuple[Mapping, ...] = ()

    def answer(self, asked: Asked, visit: Visit) -> Page:
        """One entry of the list, or error 713 beyond its end (2.4.14)."""
        action = asked.headers.get("soapaction", "").strip('"').rpartition("#")[2]
        if asked.method != "POST" or action != "GetGenericPortMappingEntry":
            visit.harm(f"{asked.method} {action or 'without an action'} to the service that maps ports")
            return _error(401, "Invalid Action")
        found = re.search(rb"<NewPortMappingIndex>([0-9]{1,5})</NewPortMappingIndex>", asked.body)
        if found is None:
            return _error(402, "Invalid Args")
        index = int(found[1])
        return _entry(self.mappings[index]) if index < len(self.mappings) else _error(713, "SpecifiedArrayIndexInvalid")


def services(path: str) -> str:
    """The part of a description that offers the service at `path` (WANConnectionDevice in WANDevice, InternetGatewayDevice:1)."""
    offered = (
        f"<serviceType>{SERVICE}</serviceType><serviceId>urn:upnp-org:serviceId:WANIPConn1</serviceId>"
        f"<controlURL>{escape(path)}</controlURL><eventSubURL>/evt</eventSubURL><SCPDURL>/WANIPCn.xml</SCPDURL>"
    )
    connection, outer = (f"urn:schemas-upnp-org:device:{name}:1" for name in ("WANConnectionDevice", "WANDevice"))
    inner = (
        f"<device><deviceType>{connection}</deviceType><serviceList><service>{offered}</service></serviceList></device>"
    )
    device = f"<device><deviceType>{outer}</deviceType><deviceList>{inner}</deviceList></device>"
    return f"<deviceList>{device}</deviceList>\n"


def _entry(mapping: Mapping) -> Page:
    texts = {
        "NewRemoteHost": "",
        "NewExternalPort": str(mapping.outside),
        "NewProtocol": mapping.protocol,
        "NewInternalPort": str(mapping.inside),
        "NewInternalClient": mapping.client,
        "NewEnabled": "1",
        "NewPortMappingDescription": mapping.description,
        "NewLeaseDuration": "0",
    }
    said = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in texts.items())
    action = "GetGenericPortMappingEntryResponse"
    return Page(_ENVELOPE.format(f'<u:{action} xmlns:u="{SERVICE}">{said}</u:{action}>'), kind="text/xml")


def _error(code: int, words: str) -> Page:
    """A UPnP error (UPnP Device Architecture 1.1, section 3.1.2)."""
    fault = (
        "<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail>"
        f'<UPnPError xmlns="urn:schemas-upnp-org:control-1-0"><errorCode>{code}</errorCode>'
        f"<errorDescription>{words}</errorDescription></UPnPError></detail></s:Fault>"
    )
    return Page(_ENVELOPE.format(fault), kind="text/xml", status=500)
