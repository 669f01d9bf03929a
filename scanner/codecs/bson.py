"""BSON, as far as reading the fields of an answer that are numbers, texts and truth values (bsonspec.org, version 1.1). What is nested is passed over."""

import struct
from collections.abc import Mapping
from typing import TypeAlias

from inventory.errors import ProtocolError

Value: TypeAlias = float | int | bool | str
_FIXED = {0x01: 8, 0x06: 0, 0x07: 12, 0x08: 1, 0x09: 8, 0x0A: 0, 0x10: 4, 0x11: 8, 0x12: 8, 0x13: 16, 0x7F: 0, 0xFF: 0}
"""The sizes of the types that have one."""
_COUNTED = {0x02: 4, 0x03: 0, 0x04: 0, 0x05: 5, 0x0D: 4, 0x0E: 4, 0x0F: 0}
"""What the length at the beginning of the other types does not count; that of documents and code counts itself."""
_DOUBLE, _STRING, _BOOLEAN, _INT32, _INT64 = 0x01, 0x02, 0x08, 0x10, 0x12
_FIELDS = 128


def read_document(data: bytes) -> Mapping[str, Value]:
    """The fields of the document that `data` is, but the nested ones; `ProtocolError` where it is none."""
    if len(data) < 5 or int.from_bytes(data[:4], "little") != len(data) or data[-1]:
        raise ProtocolError("not a BSON document")
    fields: dict[str, Value] = {}
    at = 4
    for _ in range(_FIELDS):
        kind = data[at]
        if kind == 0:
            return fields
        end = data.find(b"\0", at + 1)
        if end < 0:
            break
        name, start = data[at + 1 : end].decode("utf-8", "replace"), end + 1
        at = start + _size(kind, data[start : start + 4])
        if at >= len(data):
            break
        value = _value(kind, data[start:at])
        if value is not None:
            fields[name] = value
    raise ProtocolError("a BSON document that does not hold what it says")


def _size(kind: int, head: bytes) -> int:
    if kind in _FIXED:
        return _FIXED[kind]
    size = int.from_bytes(head, "little", signed=True)
    if kind not in _COUNTED or len(head) < 4 or size < 0:
        raise ProtocolError(f"a BSON element of type {kind:#04x}")
    return size + _COUNTED[kind]


def _value(kind: int, raw: bytes) -> Value | None:
    if kind == _DOUBLE:
        return float(struct.unpack("<d", raw)[0])
    if kind == _STRING:
        return raw[4:-1].decode("utf-8", "replace")
    if kind == _BOOLEAN:
        return raw != b"\0"
    return int.from_bytes(raw, "little", signed=True) if kind in (_INT32, _INT64) else None
