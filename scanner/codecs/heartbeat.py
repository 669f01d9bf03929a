"""Heartbeats of TLS (RFC 6520), as far as they cannot make a server read a byte that it was not sent.

Two requests are written here and no third. The one that is `too_short` says that it has no payload and has no padding either: three bytes. RFC 6520, section 4
demands 16 bytes of padding at least, and that anything else is discarded silently. The `lawful` one has a payload of 16 bytes, all of which are there, and its
padding. A request that announces more than it holds, which is what Heartbleed is about, cannot be written by this file and is matched by neither pattern.

    struct { HeartbeatMessageType type; uint16 payload_length; opaque payload[payload_length]; opaque padding[padding_length]; } HeartbeatMessage;
"""

from scanner.codecs.tls_codec import Version, vector

HEARTBEAT = 24
"""The content type of a record that holds one (RFC 6520, section 3)."""
PEER_ALLOWED_TO_SEND = 1
"""The mode in which whoever offers the extension answers to requests (RFC 6520, section 2)."""
PAYLOAD, PADDING = 16, 16
_REQUEST, _RESPONSE = 1, 2
_NOTHING = bytes((_REQUEST, 0, 0))
TOO_SHORT_PATTERN = rb"\x18\x03[\x01-\x03]\x00\x03\x01\x00\x00"
LAWFUL_PATTERN = rb"\x18\x03[\x01-\x03]\x00\x23\x01\x00\x10.{32}"


def too_short(version: Version) -> bytes:
    """The record of a request without payload and without padding."""
    return _record(version, _NOTHING)


def lawful(version: Version, payload: bytes, padding: bytes) -> bytes:
    """The record of a request that every peer which takes requests must answer; both parts are 16 bytes."""
    if (len(payload), len(padding)) != (PAYLOAD, PADDING):
        raise ValueError("a heartbeat holds what it announces, and 16 bytes of padding")
    return _record(version, bytes((_REQUEST,)) + vector(2, payload) + padding)


def answers(message: bytes, payload: bytes) -> bool:
    """Whether a message is the response that repeats `payload` and nothing else, with its padding behind it."""
    return message.startswith(bytes((_RESPONSE,)) + vector(2, payload)) and len(message) >= 3 + len(payload) + PADDING


def _record(version: Version, message: bytes) -> bytes:
    return bytes((HEARTBEAT,)) + version.code.to_bytes(2, "big") + vector(2, message)
