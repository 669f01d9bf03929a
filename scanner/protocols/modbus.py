"""Modbus/TCP: Read Device Identification, and nothing that reads or writes a register.

Function 43 / MEI 14, basic and regular category, of the Modbus Application Protocol V1.1b3, section 6.21; the MBAP header of the Messaging Implementation
Guide V1.0b, section 3.1.3. One connection and at most three requests; units 255 (the device itself behind TCP), 0 and 1 and no others, because a sweep of
units reaches every device on the serial line behind a gateway. Unit 1 is asked besides the device itself only where that is a gateway, by its exceptions or
by its name; an answer from there is a part.
"""

import re
from collections.abc import Mapping

from inventory.errors import PeerError, ProtocolError, TimedOut
from inventory.model import Facts, FactValue
from inventory.text import one_line
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Read, Safety, Say, Send, Target

NAME = "modbus"
TRANSPORT = "tcp"
PORTS = (502,)
SAFETY = Safety.B
OVER_TLS = False
SPEAKS_FIRST = False
UNITS = (255, 0, 1)
REQUESTS = 3
FACTS = {
    "modbus.unit": "the unit identifier that answered",
    "modbus.exception": "the exception code where the device has no identification to give",
    "modbus.conformity": "the conformity level: which categories of objects it has",
    "modbus.vendor": "object 0, VendorName",
    "modbus.product_code": "object 1, ProductCode",
    "modbus.revision": "object 2, MajorMinorRevision",
    "modbus.vendor_url": "object 3, VendorUrl",
    "modbus.product_name": "object 4, ProductName",
    "modbus.model_name": "object 5, ModelName",
    "modbus.application": "object 6, UserApplicationName",
}
BASIC, REGULAR = 1, 2
_FIRST = {BASIC: 0, REGULAR: 3}
_OBJECTS = dict(
    enumerate(("vendor", "product_code", "revision", "vendor_url", "product_name", "model_name", "application"))
)
_GATEWAY_EXCEPTIONS = (10, 11)
_HAVE_REGULAR = (0x02, 0x03, 0x82, 0x83)
_SERIAL_GATEWAY = re.compile(
    r"\b(?:moxa|lantronix|digi international|perle|hms|anybus|EGX\d|link ?150|TSXETG\w*|MGate|gateway)", re.IGNORECASE
)


def request(unit: int, category: int = BASIC) -> bytes:
    """Read Device Identification of one unit, from the first object of the category on."""
    return bytes((0, 1, 0, 0, 0, 5, unit, 0x2B, 0x0E, category, _FIRST[category]))


SAYS = (
    *(Say.exactly(f"read-device-identification unit {unit}", request(unit)) for unit in UNITS),
    *(Say.exactly(f"read-device-identification unit {unit}, regular", request(unit, REGULAR)) for unit in UNITS[:2]),
)


def probe(target: Target) -> Conversation[Heard]:
    """Ask the device itself, then for its regular objects where it has any, then unit 1 where that is behind it."""
    own, asked, gateway = yield from _itself()
    facts, evidence = dict(own.facts), own.evidence
    gateway = gateway or _is_named_a_gateway(facts)
    unit = next(unit for unit in UNITS if unit == facts["modbus.unit"])
    if asked + gateway < REQUESTS and facts.get("modbus.conformity", 0) in _HAVE_REGULAR:
        asked += 1
        more = yield from _also(unit, REGULAR)
        facts = {**(more.facts if more else {}), **facts}
    if asked < REQUESTS and gateway and unit != 1:
        behind = yield from _also(1, BASIC)
        if behind and "modbus.exception" not in behind.facts and _identity(behind.facts) != _identity(facts):
            return Heard(facts, (evidence + behind.evidence)[:EVIDENCE_LIMIT], parts=(("unit 1", behind.facts),))
    return Heard(facts, evidence)


def _itself() -> Conversation[tuple[Heard, int, bool]]:
    """Ask units 255, 0 and 1 in turn until one of them answers for itself: what it said, how many were asked, and whether one answered as a gateway.

    Gateways have exceptions of their own (section 7, codes 10 and 11); what answers as unit 1 there is behind it, and not itself.
    """
    heard: Heard | None = None
    for asked, unit in enumerate(UNITS, 1):
        if heard is not None and unit == 1:
            break
        yield Send(request(unit))
        try:
            answer = yield from _answer(unit)
        except TimedOut:
            continue
        if answer.facts.get("modbus.exception") not in _GATEWAY_EXCEPTIONS:
            return answer, asked, heard is not None
        heard = heard or answer
    if heard is None:
        raise ProtocolError("no Modbus unit of 255, 0 and 1 answered")
    return heard, len(UNITS) - 1, True


def _also(unit: int, category: int) -> Conversation[Heard | None]:
    """One more question, whose answer is not needed."""
    yield Send(request(unit, category))
    try:
        return (yield from _answer(unit))
    except PeerError:
        return None


def _answer(unit: int) -> Conversation[Heard]:
    header = yield Read(7)
    return parse(header + (yield Read(_body_size(header, unit))))


def _is_named_a_gateway(facts: Facts) -> bool:
    """Whether its names are those of a device that has a serial line behind it."""
    names = ("vendor", "product_code", "product_name", "model_name")
    return bool(_SERIAL_GATEWAY.search(" ".join(str(facts.get(f"modbus.{name}", "")) for name in names)))


def _identity(facts: Mapping[str, FactValue]) -> tuple[object, ...]:
    return tuple(facts.get(f"modbus.{name}") for name in ("vendor", "product_code", "revision"))


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
        facts["modbus.conformity"] = body[2]
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
