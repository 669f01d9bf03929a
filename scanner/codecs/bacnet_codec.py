"""BACnet/IP as bytes: the requests that ask a device for its name, and what the answers hold. No I/O.

ANSI/ASHRAE 135: Annex J (BVLL), clause 6.2 (NPDU), 15.5 (ReadProperty), 16.10 (Who-Is and I-Am), 18 (errors), 20.1 (APDUs) and 20.2 (tags and values).
"""

from dataclasses import dataclass

from inventory.errors import ProtocolError
from inventory.model import FactValue
from inventory.text import one_line

WILDCARD = 4194303
"""The instance that stands for whatever instance the device has (15.5.2)."""
WHO_IS = bytes.fromhex("810a0008 0100 1008")
"""Who-Is without limits, as a unicast: asked of this device, and by it of nobody."""
OBJECT_IDENTIFIER = 75
PROPERTIES = {
    OBJECT_IDENTIFIER: "instance",
    120: "vendor_id",
    121: "vendor",
    70: "model",
    44: "firmware",
    12: "application",
    77: "name",
    372: "serial",
    58: "location",
    28: "description",
}
"""Properties of the Device object that say who it is, by what they are called here, in the order in which they are asked (clause 12.11)."""
_UNICAST, _BROADCAST, _FORWARDED = 0x0A, 0x0B, 0x04
_UNSIGNED, _CHARACTERS, _OBJECT = 2, 7, 12
_DEVICE = 8
_I_AM, _READ_PROPERTY = 0, 12
_CHARSETS = {0: "utf-8", 3: "utf-32-be", 4: "utf-16-be", 5: "latin-1"}


@dataclass(frozen=True, slots=True, order=True)
class Station:
    """Where behind a router an answer came from: SNET and SADR of the NPDU."""

    network: int
    address: bytes

    def __str__(self) -> str:
        """As a part is called where its instance is not known."""
        return f"station {self.address.hex()} on network {self.network}"


@dataclass(frozen=True, slots=True)
class Answer:
    """One APDU: whose it is (None: the device itself), which request it answers (None: I-Am, which answers none), and what it says."""

    station: Station | None
    invoke: int | None
    facts: dict[str, FactValue]


def read_property(instance: int, identifier: int) -> bytes:
    """A ReadProperty of the Device object; the invoke ID says which property it was."""
    number = identifier.to_bytes(1 if identifier < 256 else 2, "big")
    wanted = bytes((0x0C,)) + (_DEVICE << 22 | instance).to_bytes(4, "big") + bytes((0x18 | len(number),)) + number
    network = bytes((0x01, 0x04))  # version 1, a reply is expected
    request = network + bytes((0x00, 0x05, invoke_of(identifier), _READ_PROPERTY)) + wanted
    return bytes((0x81, _UNICAST)) + (len(request) + 4).to_bytes(2, "big") + request


def invoke_of(identifier: int) -> int:
    """The invoke ID under which a property is asked for."""
    return 1 + list(PROPERTIES).index(identifier)


class _Bytes:
    """A cursor that ends in `ProtocolError` where there is nothing left."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        if count > len(self.data) - self.at:
            raise ProtocolError("a BACnet message that ends too early")
        taken = self.data[self.at : self.at + count]
        self.at += count
        return taken

    def number(self, count: int = 1) -> int:
        return int.from_bytes(self.take(count), "big")

    def rest(self) -> bytes:
        return self.take(len(self.data) - self.at)


def parse(datagram: bytes) -> Answer:
    """Read one BACnet/IP message that can be an answer to `read_property` or WHO_IS."""
    frame = _Bytes(datagram)
    if frame.number() != 0x81:
        raise ProtocolError("not BACnet/IP")
    function, length = frame.number(), frame.number(2)
    if function not in (_UNICAST, _BROADCAST, _FORWARDED) or length != len(datagram):
        raise ProtocolError(f"BVLL function {function:#04x} of {length} bytes")
    if function == _FORWARDED:
        frame.take(6)
    station = _network(frame)
    return _application(station, _Bytes(frame.rest()))


def split(datagrams: bytes) -> list[bytes]:
    """Part messages that have run together, by their lengths; what is no message at the end is left out."""
    found: list[bytes] = []
    while len(datagrams) >= 4 and datagrams[0] == 0x81:
        length = int.from_bytes(datagrams[2:4], "big")
        if not 4 <= length <= len(datagrams):
            break
        found.append(datagrams[:length])
        datagrams = datagrams[length:]
    return found


def _network(frame: _Bytes) -> Station | None:
    """Read the NPDU's header (6.2.2)."""
    if frame.number() != 0x01:
        raise ProtocolError("not version 1 of BACnet's network layer")
    control = frame.number()
    if control & 0x80:
        raise ProtocolError("a message of BACnet's network layer")
    if control & 0x20:
        frame.take(2)
        frame.take(frame.number())
    station = None
    if control & 0x08:
        network = frame.number(2)
        station = Station(network, frame.take(frame.number()))
    if control & 0x20:
        frame.take(1)
    return station


def _application(station: Station | None, apdu: _Bytes) -> Answer:
    """Read the APDU (20.1): I-Am, ReadProperty-ACK, or one of the three ways of saying no."""
    head = apdu.number()
    kind = head >> 4
    if kind == 1 and apdu.number() == _I_AM:
        return Answer(station, None, _i_am(apdu))
    if kind not in (3, 5, 6, 7) or head & 0x08:
        raise ProtocolError(f"a BACnet APDU of type {head:#04x}")
    invoke = apdu.number()
    if kind == 3:
        return Answer(station, invoke, _acknowledged(apdu))
    if kind == 5:
        apdu.take(1)
        said = f"error class {_value(apdu)}, code {_value(apdu)}"
    else:
        said = f"{'reject' if kind == 6 else 'abort'} {apdu.number()}"
    return Answer(station, invoke, {"bacnet.error": one_line(said)})


def _i_am(apdu: _Bytes) -> dict[str, FactValue]:
    instance, _, _, vendor = _value(apdu), _value(apdu), _value(apdu), _value(apdu)
    if not isinstance(instance, int) or not isinstance(vendor, int):
        raise ProtocolError("an I-Am without an instance or a vendor")
    return {"bacnet.instance": instance, "bacnet.vendor_id": vendor}


def _acknowledged(apdu: _Bytes) -> dict[str, FactValue]:
    """Read a ReadProperty-ACK: the object, the property, perhaps an index, and the value between an opening and a closing tag 3."""
    if apdu.number() != _READ_PROPERTY or apdu.number() != 0x0C:
        raise ProtocolError("no acknowledgement of ReadProperty")
    apdu.take(4)
    tag = apdu.number()
    if tag not in (0x19, 0x1A):
        raise ProtocolError("a ReadProperty-ACK without its property")
    name = PROPERTIES.get(apdu.number(tag & 0x07))
    tag = apdu.number()
    if tag & 0xF8 == 0x28:
        apdu.take(tag & 0x07)
        tag = apdu.number()
    if tag != 0x3E:
        raise ProtocolError("a ReadProperty-ACK without its value")
    value = _value(apdu)
    if apdu.number() != 0x3F:
        raise ProtocolError("a ReadProperty-ACK with more than one value")
    fits = isinstance(value, int) == (name in ("instance", "vendor_id"))
    return {f"bacnet.{name}": value} if name and fits and value != "" else {}


def _value(apdu: _Bytes) -> FactValue:
    """An application-tagged value (20.2): a number, a text, or a Device's instance; "" for any other type."""
    tag = apdu.number()
    if tag & 0x08:
        raise ProtocolError("a BACnet value that carries no application tag")
    length = tag & 0x07
    if length == 5:
        length = apdu.number()
        length = apdu.number(2) if length == 254 else length
        if length == 255:
            raise ProtocolError("a BACnet value longer than a message")
    content = apdu.take(length)
    match tag >> 4:
        case 2 | 9:
            return int.from_bytes(content[:8], "big")
        case 7:
            return _characters(content)
        case 12:
            return int.from_bytes(content[:4], "big") & WILDCARD
    return ""


def _characters(content: bytes) -> str:
    """A character string (20.2.9): its first byte names the character set, of which DBCS and JIS are only quoted."""
    charset = _CHARSETS.get(content[0] if content else 0)
    if charset in ("utf-8", None):
        return one_line(content[1:])
    return one_line(content[1:].decode(charset, "replace"))
