"""Modbus/TCP: Read Device Identification, and nothing that reads or writes a register.

Function 43 / MEI 14, basic category, of the Modbus Application Protocol V1.1b3, section 6.21; the MBAP header of the Messaging Implementation Guide V1.0b,
section 3.1.3. One connection; units 255 (the device itself behind TCP), 0 and 1 and no others, because a sweep of units reaches every device on the serial line
behind a gateway.
"""

from inventory.errors import ProtocolError, TimedOut
from inventory.model import FactValue
from inventory.text import one_line
from scanner.conversation import Conversation, Heard, Read, Safety, Say, Send, Target

NAME = "modbus"
TRANSPORT = "tcp"
PORTS = (502,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = False
UNITS = (255, 0, 1)
FACTS = {
    "modbus.unit": "the unit identifier that answered",
    "modbus.exception": "the exception code where the device has no identification to give",
    "modbus.vendor": "object 0, VendorName",
    "modbus.product_code": "object 1, ProductCode",
    "modbus.revision": "object 2, MajorMinorRevision",
    "modbus.vendor_url": "object 3, VendorUrl",
    "modbus.product_name": "object 4, ProductName",
    "modbus.model_name": "object 5, ModelName",
    "modbus.application": "object 6, UserApplicationName",
}
_OBJECTS = dict(
    enumerate(("vendor", "product_code", "revision", "vendor_url", "product_name", "model_name", "application"))
)
_GATEWAY_EXCEPTIONS = (10, 11)


def request(unit: int) -> bytes:
    """Read Device Identification, basic category, from object 0, of one unit."""
    return bytes((0, 1, 0, 0, 0, 5, unit, 0x2B, 0x0E, 0x01, 0x00))


SAYS = tuple(Say.exactly(f"read-device-identification unit {unit}", request(unit)) for unit in UNITS)


def probe(target: Target) -> Conversation[Heard]:
    """Ask units 255, 0 and 1 in turn until one of them answers for itself."""
    heard: Heard | None = None
    for unit in UNITS:
        yield Send(request(unit))
        try:
            header = yield Read(7)
        except TimedOut:
            if heard is not None:
                return heard
            continue
        body = yield Read(_body_size(header, unit))
        heard = parse(header + body)
        if heard.facts.get("modbus.exception") not in _GATEWAY_EXCEPTIONS:
            return heard
    if heard is None:
        raise ProtocolError("no Modbus unit of 255, 0 and 1 answered")
    return heard


def _body_size(header: bytes, unit: int) -> int:
    """The bytes that follow the MBAP header; the length field counts the unit identifier too."""
    if header[:4] != b"\0\1\0\0" or header[6] != unit:
        raise ProtocolError("not a Modbus/TCP answer to our transaction")
    length = int.from_bytes(header[4:6], "big")
    if not 3 <= length <= 254:
        raise ProtocolError(f"a Modbus length of {length}")
    return length - 1


def parse(frame: bytes) -> Heard:
    """Read one whole response frame, exception or identification."""
    if len(frame) < 9:
        raise ProtocolError("a Modbus answer that ends in its header")
    facts: dict[str, FactValue] = {"modbus.unit": frame[6]}
    function, body = frame[7], frame[8:]
    if function == 0xAB:
        facts["modbus.exception"] = body[0]
    elif function == 0x2B and body[0] == 0x0E and len(body) >= 6:
        facts |= _objects(body[6:], count=body[5])
    else:
        raise ProtocolError(f"Modbus function {function:#04x} in answer to 0x2b")
    return Heard(facts, frame)


def _objects(data: bytes, count: int) -> dict[str, FactValue]:
    found: dict[str, FactValue] = {}
    for _ in range(count):
        if len(data) < 2 or len(data) < 2 + data[1]:
            raise ProtocolError("a Modbus object that is longer than its frame")
        name = _OBJECTS.get(data[0])
        if name:
            found[f"modbus.{name}"] = one_line(data[2 : 2 + data[1]])
        data = data[2 + data[1] :]
    return found
