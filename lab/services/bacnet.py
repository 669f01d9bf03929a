"""A BACnet/IP device (ANSI/ASHRAE 135, Annex J): it answers Who-Is and ReadProperty of its Device object, and counts everything else as harm."""

from dataclasses import dataclass

from lab.fake import Datagram, Visit

_DEVICE = 8
_WILDCARD = 4194303
_CONFIRMED, _UNCONFIRMED = 0x00, 0x10
_READ_PROPERTY, _WHO_IS = 12, 8
_OBJECT_ERROR, _UNKNOWN_OBJECT = b"\x91\x01", b"\x91\x1f"
_PROPERTY_ERROR, _UNKNOWN_PROPERTY = b"\x91\x02", b"\x91\x20"
_OBJECT_IDENTIFIER, _VENDOR_ID = 75, 120
_TEXTS = {121: "vendor", 70: "model", 44: "firmware", 12: "application", 77: "name", 58: "location", 372: "serial"}


@dataclass(frozen=True)
class Behind:
    """A station behind the router that it is: network and address there, and what its I-Am says."""

    network: int
    address: bytes
    instance: int
    vendor_id: int


@dataclass(frozen=True)
class Bacnet(Datagram):
    """A building controller. `reads` is how many properties it may be asked for in one visit; it knows the wildcard instance unless `old`."""

    instance: int
    vendor_id: int
    vendor: str
    model: str
    firmware: str = ""
    application: str = ""
    name: str = ""
    location: str = ""
    serial: str = ""
    old: bool = False
    behind: tuple[Behind, ...] = ()
    port: int = 47808

    def answer(self, datagram: bytes, visit: Visit) -> bytes | None:
        """Answer what may be asked; nothing else comes back."""
        if len(datagram) < 8 or datagram[:2] != b"\x81\x0a" or int.from_bytes(datagram[2:4], "big") != len(datagram):
            visit.harm(f"BVLL that is no unicast: {datagram[:16].hex(' ')}")
            return None
        control, apdu = datagram[5], datagram[6:]
        if datagram[4] != 1 or control & ~0x04:
            visit.harm("a BACnet message to another network")
            return None
        if apdu == bytes((_UNCONFIRMED, _WHO_IS)):
            return self._i_am()
        if apdu[0] != _CONFIRMED or len(apdu) < 11 or apdu[3] != _READ_PROPERTY:
            visit.harm(f"a BACnet service that is no reading: {apdu[:4].hex(' ')}")
            return None
        return _message(self._read(apdu, visit))

    def answers(self, datagram: bytes, visit: Visit) -> tuple[bytes, ...]:
        """A Who-Is is answered by the stations behind the router too, each in a message of its own."""
        answer = self.answer(datagram, visit)
        if answer is None:
            return ()
        stations = self.behind if datagram[6:] == bytes((_UNCONFIRMED, _WHO_IS)) else ()
        return (answer, *(_i_am_behind(station) for station in stations))

    def _i_am(self) -> bytes:
        return _message(_i_am(self.instance, self.vendor_id))

    def _read(self, apdu: bytes, visit: Visit) -> bytes:
        """15.5: the object (context tag 0), then the property (context tag 1)."""
        invoke, wanted, tag = apdu[2:3], int.from_bytes(apdu[5:9], "big"), apdu[9]
        number = int.from_bytes(apdu[10:], "big")
        if apdu[4] != 0x0C or tag not in (0x19, 0x1A) or len(apdu) != 10 + (tag & 7):
            visit.harm("a ReadProperty that is not well formed")
            return b"\x60" + invoke + b"\x04"  # reject: invalid tag
        kinds = (self.instance,) if self.old else (self.instance, _WILDCARD)
        if wanted >> 22 != _DEVICE or wanted & _WILDCARD not in kinds:
            return b"\x50" + invoke + bytes((_READ_PROPERTY,)) + _OBJECT_ERROR + _UNKNOWN_OBJECT
        value = self._value(number)
        if not value:
            return b"\x50" + invoke + bytes((_READ_PROPERTY,)) + _PROPERTY_ERROR + _UNKNOWN_PROPERTY
        whose = b"\x0c" + _identifier(self.instance)
        return b"\x30" + invoke + bytes((_READ_PROPERTY,)) + whose + apdu[9:] + b"\x3e" + value + b"\x3f"

    def _value(self, number: int) -> bytes:
        if number == _OBJECT_IDENTIFIER:
            return b"\xc4" + _identifier(self.instance)
        if number == _VENDOR_ID:
            return _unsigned(self.vendor_id)
        text = str(getattr(self, _TEXTS[number])) if number in _TEXTS else ""
        return _characters(text) if text else b""


def _identifier(instance: int) -> bytes:
    return (_DEVICE << 22 | instance).to_bytes(4, "big")


def _unsigned(number: int) -> bytes:
    """20.2.4: in as few bytes as hold it."""
    content = number.to_bytes(max(1, (number.bit_length() + 7) // 8), "big")
    return bytes((0x20 | len(content),)) + content


def _characters(text: str) -> bytes:
    """A character string in UTF-8 (20.2.9); from five bytes on the length stands in a byte of its own."""
    content = b"\0" + text.encode()
    return (b"\x75" + bytes((len(content),)) if len(content) > 4 else bytes((0x70 | len(content),))) + content


def _i_am(instance: int, vendor_id: int) -> bytes:
    """16.10: the instance, 1476 bytes at most, no segmentation, the vendor."""
    return b"\x10\x00\xc4" + _identifier(instance) + b"\x22\x05\xc4\x91\x03" + _unsigned(vendor_id)


def _i_am_behind(station: Behind) -> bytes:
    source = station.network.to_bytes(2, "big") + bytes((len(station.address),)) + station.address
    return _message(_i_am(station.instance, station.vendor_id), b"\x01\x08" + source)


def _message(apdu: bytes, network: bytes = b"\x01\x00") -> bytes:
    return b"\x81\x0a" + (4 + len(network) + len(apdu)).to_bytes(2, "big") + network + apdu
