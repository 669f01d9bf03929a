"""A host that says gigabytes as fast as they are taken, at every door, before anybody has asked."""

from lab.fake import Expected, Fake
from lab.services.says import Says

_MUCH = 1 << 16

FAKE = Fake(
    name="flood_server",
    title="Host that never stops talking",
    host=212,
    mac="00:0d:b9:52:12:12",
    quarter="hostile",
    services=(
        Says(21, greeting=b"220-", endless=b"A" * _MUCH),
        Says(22, endless=b"hello\r\n" * (_MUCH // 7)),
        Says(23, endless=b"\xff\xfd\x01login " * (_MUCH // 9)),
        Says(80, answer=b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", endless=b"<p>" * (_MUCH // 3)),
        Says(443, endless=b"\x16\x03\x03\x40\x00" + bytes(1 << 14)),
        Says(6379, endless=b"$1000000000\r\n" * (_MUCH // 13)),
    ),
    causes=frozenset((Expected("cleartext-administration", 23), Expected("exposed-data-store", 6379))),
)
