"""DHCP: what a device calls itself when it asks for an address, and which it gets (RFC 2131, options RFC 2132).

The order of the parameters that it asks for (option 55) and its vendor class (60) are telling: each DHCP client has its own. A server's answer often goes past
the listener, so the address that a device asks for in its last step is taken for its own until another says otherwise.
"""

from collections.abc import Iterator

from inventory.errors import ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.codecs.octets import Octets
from scanner.codecs.packet import Frame, address_text, mac_text
from scanner.passive.sighting import Sighting

NAME = "dhcp"
HEARS = (("udp", 67), ("udp", 68))
ASKED = ""
FACTS = {
    "dhcp.host_name": "option 12, the name that it gives itself",
    "dhcp.fqdn": "option 81, its name with the domain",
    "dhcp.parameters": "option 55, the options that it asks for, in its order, '1,3,6,15'",
    "dhcp.vendor_class": "option 60, the vendor class identifier",
    "dhcp.client_id": "option 61, the client identifier: text, or its type and bytes in hexadecimal",
    "dhcp.user_class": "option 77, the user classes",
    "dhcp.vendor_enterprise": "options 124 and 125, the vendor's private enterprise number",
    "dhcp.vendor_enterprise_class": "option 124, the vendor class beneath that number",
    "dhcp.requested": "option 50, the address that it asks for",
    "dhcp.serves": "whether it gives out addresses",
}
_COOKIE = bytes.fromhex("63825363")
_REQUEST, _REPLY = 1, 2
_DHCP_REQUEST, _DHCP_ACK = 3, 5
_END, _PAD = 255, 0


def read(frame: Frame) -> Iterator[Sighting]:
    """The client of the message, and the server of an answer."""
    octets = Octets(frame.payload, "a DHCP message")
    operation, hardware = octets.number(1), octets.take(2)
    octets.take(9)
    client, yours = octets.take(4), octets.take(4)
    octets.take(8)
    mac = mac_text(octets.take(16)[:6]) if hardware == b"\1\6" else ""
    octets.take(192)
    if octets.take(4) != _COOKIE or operation not in (_REQUEST, _REPLY):
        raise ProtocolError("BOOTP without DHCP")
    options = _options(octets)
    kind = options.get(53, b"\0")[:1]
    if operation == _REQUEST:
        wanted = address_text(options.get(50, b""))
        address = address_text(client) or (wanted if kind == bytes((_DHCP_REQUEST,)) else "")
        if mac:
            yield Sighting(_client_facts(options), address, mac)
        return
    if mac and kind == bytes((_DHCP_ACK,)) and address_text(yours):
        yield Sighting({"dhcp.requested": address_text(yours)}, address_text(yours), mac)
    server = address_text(options.get(54, b""))
    if server:
        yield Sighting({"dhcp.serves": True}, server)


def _options(octets: Octets) -> dict[int, bytes]:
    """The options by code; one that comes in parts is put together (RFC 3396). What the capture cut off is left out."""
    found: dict[int, bytes] = {}
    while octets:
        code = octets.number(1)
        if code == _PAD:
            continue
        if code == _END or not octets:
            break
        size = octets.number(1)
        if size > octets.left:
            break
        found[code] = found.get(code, b"") + octets.take(size)
    return found


def _client_facts(options: dict[int, bytes]) -> dict[str, FactValue]:
    facts: dict[str, FactValue] = {
        "dhcp.host_name": _text(options.get(12, b"")),
        "dhcp.fqdn": _fqdn(options.get(81, b"")),
        "dhcp.parameters": ",".join(map(str, options.get(55, b""))),
        "dhcp.vendor_class": _text(options.get(60, b"")),
        "dhcp.client_id": _client_id(options.get(61, b"")),
        "dhcp.user_class": _user_class(options.get(77, b"")),
        "dhcp.requested": address_text(options.get(50, b"")),
    }
    for code in (125, 124):
        value = options.get(code, b"")
        if len(value) >= 5:
            facts["dhcp.vendor_enterprise"] = int.from_bytes(value[:4], "big")
    named = options.get(124, b"")
    if len(named) > 5:
        facts["dhcp.vendor_enterprise_class"] = _text(named[5 : 5 + named[4]])
    return {name: value for name, value in facts.items() if value != ""}


def _text(raw: bytes) -> str:
    return one_line(raw.rstrip(b"\0"))


def _fqdn(raw: bytes) -> str:
    """RFC 4702: flags, two unused bytes, and the name in letters or, where the flag E is set, in labels with their lengths."""
    if len(raw) < 4:
        return ""
    name = raw[3:]
    return _text(b".".join(_pieces(name)) if raw[0] & 0x04 else name)


def _pieces(raw: bytes) -> list[bytes]:
    """The pieces of a value, each behind its length; the whole value where they do not add up, as Microsoft's clients write it."""
    pieces, left = [], raw
    while left and left[0]:
        if len(left) <= left[0]:
            return [raw]
        pieces.append(left[1 : 1 + left[0]])
        left = left[1 + left[0] :]
    return pieces or [raw]


def _user_class(raw: bytes) -> str:
    return _text(b" ".join(_pieces(raw)))  # RFC 3004


def _client_id(raw: bytes) -> str:
    """Type 0 is whatever the client likes, mostly text (RFC 2132, section 9.14); others are types of hardware."""
    if raw[:1] == b"\0" and raw[1:].isascii() and raw[1:].decode("ascii", "replace").isprintable():
        return one_line(raw[1:])
    return raw[:64].hex(":")
