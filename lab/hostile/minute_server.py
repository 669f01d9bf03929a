"""A host that says one byte a minute, of a TLS record and of a Telnet prompt. What it says is right, and comes in an hour."""

from lab.fake import Expected, Fake
from lab.services.says import Says

_MINUTE = 60.0

FAKE = Fake(
    name="minute_server",
    title="Host that says one byte a minute",
    host=213,
    mac="00:0d:b9:52:12:13",
    quarter="hostile",
    services=(
        Says(23, endless=b"login: ", seconds=_MINUTE),
        Says(443, answer=bytes.fromhex("160303004a 02000046 0303") + bytes(64), seconds=_MINUTE, holds=True),
    ),
    causes=frozenset((Expected("cleartext-administration", 23),)),
)
