"""TLS: for whom a device asks, in the clear part of its ClientHello (RFC 8446, section 4.1.2; the server's name by RFC 6066, section 3)."""

from collections.abc import Iterator

from inventory.errors import ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.codecs.octets import Octets
from scanner.codecs.packet import Frame
from scanner.passive.sighting import Sighting

NAME = "tls-heard"
HEARS = (("tcp", 0),)
ASKED = ""
FACTS = {
    "tls_heard.server_names": "the names of the servers that it called",
    "tls_heard.newest": "the newest version of TLS that it offered",
}
_VERSIONS = {0x0300: "SSLv3", 0x0301: "TLSv1.0", 0x0302: "TLSv1.1", 0x0303: "TLSv1.2", 0x0304: "TLSv1.3"}
_SERVER_NAME, _SUPPORTED_VERSIONS = 0, 43


def read(frame: Frame) -> Iterator[Sighting]:
    """The client of a ClientHello."""
    octets = Octets(frame.payload, "a ClientHello")
    if octets.take(2) != b"\x16\3" or not frame.address:
        raise ProtocolError("not a TLS handshake")
    octets.take(3)
    if octets.take(1) != b"\1":
        raise ProtocolError("not a ClientHello")
    octets.take(3)
    versions = [octets.number(2)]
    octets.take(32)
    for width in (1, 2, 1):  # the session, the suites, the compressions
        octets.take(octets.number(width))
    name = ""
    if octets:
        octets.take(2)
    while octets.left >= 4:
        kind, size = octets.number(2), octets.number(2)
        value = octets.take(min(size, octets.left))  # a long hello goes on in the next segment
        if kind == _SERVER_NAME and value[2:3] == b"\0":
            name = one_line(value[5 : 5 + int.from_bytes(value[3:5], "big")], 253)
        elif kind == _SUPPORTED_VERSIONS:
            versions += [int.from_bytes(value[at : at + 2], "big") for at in range(1, len(value) - 1, 2)]
    newest = max((version for version in versions if version in _VERSIONS), default=0)
    facts: dict[str, FactValue] = {"tls_heard.newest": _VERSIONS.get(newest, ""), "tls_heard.server_names": (name,)}
    if not name:
        del facts["tls_heard.server_names"]
    yield Sighting(facts, frame.address, transport="tcp")
