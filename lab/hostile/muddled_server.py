"""Another host whose TLS is garbage: lengths that cannot be, a suite that nobody has, alerts without end."""

from lab.fake import Expected, Fake
from lab.hostile.garbled_server import noise
from lab.services.says import Says

_WRONG_LENGTHS = bytes.fromhex("1603030030 02ffffff 0303") + noise(42)
_UNKNOWN_SUITE = bytes.fromhex("160303002a 02000026 0303") + noise(32) + bytes.fromhex("00 fafa 00")
_ALERTS = bytes.fromhex("1503030002 02ff") * 40

FAKE = Fake(
    name="muddled_server",
    title="Host whose TLS makes no sense",
    host=237,
    mac="00:0d:b9:52:12:37",
    quarter="hostile",
    services=(Says(443, answer=_WRONG_LENGTHS), Says(636, answer=_ALERTS), Says(8443, answer=_UNKNOWN_SUITE)),
    causes=frozenset((Expected("tls-advice", 8443),)),
)
