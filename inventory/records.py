"""The nouns as JSON and back, exactly: bytes as base64, moments as ISO 8601, severities as their numbers."""

from typing import TypeVar

import msgspec

T = TypeVar("T")


def encode(record: object) -> str:
    """A noun of `inventory.model`, or a tuple of them, as JSON text."""
    return msgspec.json.encode(record).decode()


def decode(text: str, kind: type[T]) -> T:
    """The noun that `encode` wrote; ValueError where the text is none. A field that is missing takes its default, one that is unknown is passed over."""
    return msgspec.json.decode(text, type=kind)
