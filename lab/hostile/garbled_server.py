"""A host whose TLS is garbage, at each port of another sort."""

import hashlib

from lab.fake import Fake
from lab.services.says import Says


def noise(size: int) -> bytes:
    """Bytes without a pattern, the same every day."""
    return b"".join(hashlib.sha256(bytes((at,))).digest() for at in range(-(-size // 32)))[:size]


# RFC 5246, section 7.4.1.3, up to the suite: a ServerHello of TLS 1.2 that is cut off in the middle of its random.
_CUT = bytes.fromhex("160303004a 02000046 0303") + noise(12)
_UNKNOWN_VERSION = bytes.fromhex("160303002a 02000026 7a7a") + noise(32) + bytes.fromhex("00 c02f 00")

FAKE = Fake(
    name="garbled_server",
    title="Host whose TLS is garbage",
    host=231,
    mac="00:0d:b9:52:12:31",
    quarter="hostile",
    services=(
        Says(443, answer=noise(4096)),
        Says(8443, answer=_CUT),
        Says(8883, answer=_UNKNOWN_VERSION),
    ),
    causes=frozenset(),
)
