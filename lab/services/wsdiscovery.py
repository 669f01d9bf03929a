"""WS-Discovery, the device's side (WS-Discovery of April 2005, section 5.3): a ProbeMatch, sent to the asker alone."""

import re
import uuid
from dataclasses import dataclass
from xml.sax.saxutils import escape

from lab.fake import Datagram, Visit

_PROBE = b"http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe<"
_MESSAGE = re.compile(rb"MessageID[^>]{0,80}>\s*((?:urn:)?uuid:[0-9A-Za-z-]{1,64})\s*<")
_TYPES = re.compile(rb"<(?:\w{1,20}:)?Types[^>]{0,200}>([^<]{0,400})<")
_HELLO = re.compile(rb"discovery/(?:Hello|Bye|Resolve)<")


@dataclass(frozen=True)
class WsDiscovery(Datagram):
    """A target service. `endpoint` is its uuid, and {address} in `xaddrs` its own address; `types` are qualified names of which it has all."""

    endpoint: str
    xaddrs: str
    port: int = 3702
    types: tuple[str, ...] = ("dn:NetworkVideoTransmitter", "tds:Device")
    scopes: tuple[str, ...] = ()

    def answer(self, datagram: bytes, visit: Visit) -> bytes | None:
        """Answer a Probe for everything, or for types that it has."""
        message = _MESSAGE.search(datagram)
        if _HELLO.search(datagram):
            visit.harm("a WS-Discovery announcement in another's name")
            return None
        if _PROBE not in datagram or message is None:
            return None
        wanted = _TYPES.search(datagram)
        if wanted and not {name.rpartition(":")[2] for name in wanted[1].decode("utf-8", "replace").split()} <= {
            name.rpartition(":")[2] for name in self.types
        }:
            return None
        return self._match(message[1].decode(), visit.address).encode()

    def _match(self, asked: str, address: str) -> str:
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope" xmlns:wsadis="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
            ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl"'
            ' xmlns:tds="http://www.onvif.org/ver10/device/wsdl"><env:Header>'
            f"<wsadis:MessageID>urn:uuid:{uuid.uuid4()}</wsadis:MessageID><wsadis:RelatesTo>{asked}</wsadis:RelatesTo>"
            "<wsadis:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</wsadis:To>"
            "<wsadis:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</wsadis:Action>"
            '<d:AppSequence InstanceId="1" MessageNumber="7"/></env:Header><env:Body><d:ProbeMatches><d:ProbeMatch>'
            f"<wsadis:EndpointReference><wsadis:Address>urn:uuid:{self.endpoint}</wsadis:Address></wsadis:EndpointReference>"
            f"<d:Types>{escape(' '.join(self.types))}</d:Types><d:Scopes>{escape(' '.join(self.scopes))}</d:Scopes>"
            f"<d:XAddrs>{escape(self.xaddrs.replace('{address}', address))}</d:XAddrs><d:MetadataVersion>10</d:MetadataVersion>"
            "</d:ProbeMatch></d:ProbeMatches></env:Body></env:Envelope>"
        )
