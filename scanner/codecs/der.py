"""A small, forgiving walk over DER (ITU-T X.690), for the fields that a strict parser withholds when another one is broken.

It checks nothing: it takes values by their place, and leaves out what it cannot read. Every loop is bounded, for the bytes are a stranger's.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from inventory.text import one_line

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, OID, SEQUENCE = 0x01, 0x02, 0x03, 0x04, 0x06, 0x30
_BMP_STRING, _UTC_TIME = 0x1E, 0x17
_VALUES_LIMIT = 256
_OID_LIMIT = 64
_ATTRIBUTES = {  # RFC 4514 section 3
    "2.5.4.3": "CN",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "0.9.2342.19200300.100.1.25": "DC",
    "0.9.2342.19200300.100.1.1": "UID",
}
_TIME = re.compile(r"([0-9]{10,14})(?:\.[0-9]{1,9})?(Z|[+-][0-9]{4})?")

Value = tuple[int, bytes, bytes]
"""Tag, content, and both with the length between them."""


def values(data: bytes) -> Iterator[Value]:
    """The values that follow one another in `data`; ends where one is longer than what is left."""
    at = 0
    for _ in range(_VALUES_LIMIT):
        start, size = _header(data, at)
        end = start + size
        if not start or len(data) < end:
            return
        yield data[at], data[start:end], data[at:end]
        at = end


def opened(data: bytes) -> bytes:
    """The content of the first value, or what there is of it."""
    start, size = _header(data, 0)
    return data[start : start + size] if start else b""


def _header(data: bytes, at: int) -> tuple[int, int]:
    """Where the content of the value at `at` begins, and its length; zeros where there is no value."""
    if len(data) < at + 2:
        return 0, 0
    size, start = data[at + 1], at + 2
    if size & 0x80:
        width = size & 0x7F
        if not 1 <= width <= 4:
            return 0, 0
        size, start = int.from_bytes(data[start : start + width], "big"), start + width
    return start, size


def oid(value: Value) -> str:
    """An object identifier with its dots; "" where it is none."""
    tag, content, _ = value
    if tag != OID or not content:
        return ""
    numbers, number = [], 0
    for byte in content[:_OID_LIMIT]:
        number = number << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(number)
            number = 0
    if not numbers:
        return ""
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))


def name(content: bytes) -> str:
    """A Name as RFC 4514 writes it: the last RDN first."""
    parts = []
    for _, rdn, _ in values(content):
        pairs = [list(values(pair)) for _, pair, _ in values(rdn)]
        parts.append("+".join(_attribute(pair) for pair in pairs if len(pair) == 2))
    return one_line(",".join(reversed(parts)))


def _attribute(pair: list[Value]) -> str:
    kind, (tag, content, _) = oid(pair[0]), pair[1]
    try:
        text = content.decode("utf-16-be" if tag == _BMP_STRING else "utf-8")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    escaped = re.sub(r'([,+"\\<>;])', r"\\\1", text)
    return f"{_ATTRIBUTES.get(kind, kind)}={escaped}"


def time(value: Value) -> str | None:
    """A UTCTime, whose year is in 1950 to 2049 (RFC 5280 section 4.1.2.5), or a GeneralizedTime, as ISO 8601; None where it is no moment."""
    tag, content, _ = value
    found = _TIME.fullmatch(content[:32].decode("latin-1"))
    if found is None:
        return None
    digits, zone = found[1], found[2] or "Z"
    if tag == _UTC_TIME:
        digits = ("20" if digits[:2] < "50" else "19") + digits
    if len(digits) not in (12, 14):
        return None
    try:
        moment = datetime.strptime(digits.ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        return (moment - _offset(zone)).isoformat()
    except (ValueError, OverflowError):
        return None


def _offset(zone: str) -> timedelta:
    """What a local time is ahead of UTC; RFC 5280 allows none, ITU-T X.680 does."""
    if zone == "Z":
        return timedelta()
    ahead = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5]))
    return -ahead if zone[0] == "-" else ahead
