"""A substation's remote terminal unit on the office network, with IEC 60870-5-104 and a web server."""

from lab.fake import Expected, Fake
from lab.services.http import Http, page
from lab.services.iec104 import Iec104

FAKE = Fake(
    name="rtu500",
    title="Remote terminal unit reachable over IEC 60870-5-104",
    host=82,
    mac="00:02:a3:1e:40:82",
    vendor="Hitachi Energy",
    model="RTU500",
    kind="rtu",
    services=(Iec104(), Http(pages=(("/", page("RTU500 series - Web server")),), keeps_alive=False)),
    causes=frozenset(
        (Expected("unauthenticated-control", 2404), Expected("firmware-advisory", 80), Expected("firmware-unknown", 0))
    ),
    quarter="outskirts",
)
