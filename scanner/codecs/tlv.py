"""Fields of type, length and value, as discovery protocols send them one after the other."""

from collections.abc import Iterator

from inventory.errors import ProtocolError
from inventory.text import one_line

_FIELDS = 256


def fields(data: bytes, *, kind: int, length: int) -> Iterator[tuple[int, bytes]]:
    """The fields of `data`, whose type takes `kind` bytes and whose length `length`, both big-endian; `ProtocolError` where one is longer than what is left."""
    for _ in range(_FIELDS):
        if not data:
            return
        size = int.from_bytes(data[kind : kind + length], "big")
        end = kind + length + size
        if len(data) < end:
            raise ProtocolError("a field that is longer than its datagram")
        yield int.from_bytes(data[:kind], "big"), data[kind + length : end]
        data = data[end:]
    raise ProtocolError(f"more than {_FIELDS} fields")


def mac_address(value: bytes) -> str:
    """A MAC address; `ProtocolError` where it has not six bytes."""
    if len(value) != 6:
        raise ProtocolError(f"a MAC address of {len(value)} bytes")
    return value.hex(":")


def ip_address(value: bytes) -> str:
    """An IPv4 address; `ProtocolError` where it has not four bytes."""
    if len(value) != 4:
        raise ProtocolError(f"an IPv4 address of {len(value)} bytes")
    return ".".join(str(byte) for byte in value)


def text(value: bytes) -> str:
    """A text, without the zeros that fill it up."""
    return one_line(value.rstrip(b"\0"))


def number(value: bytes) -> int:
    """A number, big-endian; `ProtocolError` where it has none or more than eight bytes."""
    if not 1 <= len(value) <= 8:
        raise ProtocolError(f"a number of {len(value)} bytes")
    return int.from_bytes(value, "big")
