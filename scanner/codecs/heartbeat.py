"""A heartbeat of TLS (RFC 6520) that cannot make a server read a byte that it was not sent.

One request is written here and no other: it says that it has no payload, and has no padding either, which makes three bytes. RFC 6520, section 4 demands 16
bytes of padding at least, and that anything else is discarded silently. A request that announces more than it holds, which is what Heartbleed is about, cannot
be written by this file, and its pattern leaves no room for one.

    struct { HeartbeatMessageType type; uint16 payload_length; opaque payload[payload_length]; opaque padding[padding_length]; } HeartbeatMessage;
"""

from scanner.codecs.tls_codec import Version, vector

HEARTBEAT = 24
"""The content type of a record that holds one (RFC 6520, section 3)."""
PEER_ALLOWED_TO_SEND = 1
"""The mode in which whoever offers the extension answers to requests (RFC 6520, section 2)."""
TOO_SHORT_PATTERN = rb"\x18\x03[\x01-\x03]\x00\x03\x01\x00\x00"
_REQUEST, _RESPONSE, _PADDING = 1, 2, 16


def too_short(version: Version) -> bytes:
    """The record of a request without payload and without padding."""
    return bytes((HEARTBEAT,)) + version.code.to_bytes(2, "big") + vector(2, bytes((_REQUEST, 0, 0)))


def is_empty_response(message: bytes) -> bool:
    """Whether a message answers it: a response without payload, with its padding behind it."""
    return message[:3] == bytes((_RESPONSE, 0, 0)) and len(message) >= 3 + _PADDING
