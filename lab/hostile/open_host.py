"""A host that takes a connection at all 65,535 ports and says hello. Where there are no frames (loopback, Docker) it has as many ports as a scan asks for."""

from lab.fake import Expected, Fake
from lab.services.anything import KNOWN
from lab.services.every_port import EveryPort
from lab.services.says import Says

_HELLO = b"220 hello\r\n"

FAKE = Fake(
    name="open_host",
    title="Host with every port open",
    host=214,
    mac="00:0d:b9:52:12:14",
    quarter="hostile",
    services=tuple(Says(port, greeting=_HELLO, holds=True) for port in KNOWN),
    stack=EveryPort(_HELLO),
    causes=frozenset((Expected("untrusted-evidence", 0),)),
)
