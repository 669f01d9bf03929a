"""The Basic Encoding Rules as far as SNMP needs them (ITU-T X.690, chapter 8): definite lengths, single-byte tags, and bounds that are kept."""

from dataclasses import dataclass, field

from inventory.errors import ProtocolError

INTEGER, OCTETS, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
DEPTH = 8
"""How deep elements may be nested; an SNMP message needs five."""


def element(tag: int, *contents: bytes) -> bytes:
    """Encode the contents, one after the other, under `tag`, with the shortest length."""
    content = b"".join(contents)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def integer(value: int) -> bytes:
    """Encode an INTEGER in as few bytes as hold it and its sign."""
    magnitude = value if value >= 0 else ~value
    return element(INTEGER, value.to_bytes(magnitude.bit_length() // 8 + 1, "big", signed=True))


def octets(value: bytes) -> bytes:
    """Encode an OCTET STRING."""
    return element(OCTETS, value)


def sequence(*contents: bytes) -> bytes:
    """Encode a SEQUENCE."""
    return element(SEQUENCE, *contents)


def oid(dotted: str) -> bytes:
    """Encode an OBJECT IDENTIFIER such as "1.3.6.1.2.1.1.1.0"."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return element(OID, *(_arc(arc) for arc in (first * 40 + second, *rest)))


def _arc(value: int) -> bytes:
    low = [value & 0x7F]
    while value := value >> 7:
        low.append(0x80 | value & 0x7F)
    return bytes(reversed(low))


@dataclass(slots=True)
class Cursor:
    """Reads the elements of `data` one after the other; every read past an end, and every nesting beyond `depth`, is a `ProtocolError`."""

    data: bytes
    depth: int = DEPTH
    _at: int = field(default=0, repr=False)

    @property
    def ended(self) -> bool:
        """Whether every element has been read."""
        return self._at >= len(self.data)

    @property
    def at(self) -> int:
        """How many bytes have been read."""
        return self._at

    def next(self) -> tuple[int, bytes]:
        """The next element's tag and content."""
        tag = self._byte()
        if tag & 0x1F == 0x1F:
            raise ProtocolError("a BER tag of several bytes")
        size = self._byte()
        if size & 0x80:
            size = self._long_size(size & 0x7F)
        if size > len(self.data) - self._at:
            raise ProtocolError("a BER element that is longer than what holds it")
        start, self._at = self._at, self._at + size
        return tag, self.data[start : self._at]

    def take(self, tag: int) -> bytes:
        """The content of the next element, which must have this tag."""
        found, content = self.next()
        if found != tag:
            raise ProtocolError(f"BER tag {found:#04x} in place of {tag:#04x}")
        return content

    def enter(self, tag: int = SEQUENCE) -> "Cursor":
        """A cursor over the content of the next element, which must have this tag."""
        return self.over(self.take(tag))

    def over(self, content: bytes) -> "Cursor":
        """A cursor over the content of an element that lies one level below this one."""
        if self.depth <= 1:
            raise ProtocolError("BER elements that are nested too deep")
        return Cursor(content, self.depth - 1)

    def integer(self) -> int:
        """The next element, an INTEGER."""
        return signed(self.take(INTEGER))

    def octets(self) -> bytes:
        """The next element, an OCTET STRING."""
        return self.take(OCTETS)

    def _byte(self) -> int:
        if self.ended:
            raise ProtocolError("a BER element that is cut off")
        self._at += 1
        return self.data[self._at - 1]

    def _long_size(self, count: int) -> int:
        # Leading zero bytes are allowed (net-snmp writes 30 82 00 2a), the indefinite form (count 0) is not SNMP's (RFC 3417, section 8).
        if not 1 <= count <= 4:
            raise ProtocolError(f"a BER length of {count} bytes")
        return int.from_bytes(bytes(self._byte() for _ in range(count)), "big")


def signed(content: bytes) -> int:
    """Read the content of an INTEGER: 1 to 8 bytes."""
    if not 1 <= len(content) <= 8:
        raise ProtocolError(f"an INTEGER of {len(content)} bytes")
    return int.from_bytes(content, "big", signed=True)


def unsigned(content: bytes) -> int:
    """Read the content of a Counter, Gauge or TimeTicks: 1 to 9 bytes, without a sign whatever its first bit is."""
    if not 1 <= len(content) <= 9:
        raise ProtocolError(f"a number of {len(content)} bytes")
    return int.from_bytes(content, "big")


def dotted(content: bytes) -> str:
    """Read the content of an OBJECT IDENTIFIER: at most 128 arcs of at most 32 bits (RFC 2578, section 3.5)."""
    arcs: list[int] = []
    value = 0
    for byte in content:
        value = value << 7 | byte & 0x7F
        if value >= 1 << 32:
            raise ProtocolError("an OBJECT IDENTIFIER with an arc of more than 32 bits")
        if not byte & 0x80:
            arcs.append(value)
            value = 0
    if not content or content[-1] & 0x80 or len(arcs) > 128:
        raise ProtocolError("a broken OBJECT IDENTIFIER")
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - first * 40, *arcs[1:])))
