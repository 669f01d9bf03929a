"""A CompactLogix that answers List Identity over UDP; its TCP port is for its own controllers."""

from lab.fake import Expected, Fake
from lab.services.enip import Enip, EnipTcp, Identity
from lab.services.http import Http, page

IDENTITY = Identity(1, 14, 166, "20.011", "00C0ACB7", "1769-L33ER/A LOGIX5333ER")

FAKE = Fake(
    name="compactlogix_plc",
    title="Programmable controller of a water works, CompactLogix",
    host=62,
    quarter="outskirts",
    mac="00:1d:9c:c8:12:62",
    vendor="Rockwell Automation",
    model="1769-L33ER/A LOGIX5333ER",
    kind="plc",
    firmware="20.011",
    serial="00C0ACB7",
    services=(
        Enip(IDENTITY),
        EnipTcp(IDENTITY),
        Http(server="A-B WWW/0.1", pages=(("/", page("Rockwell Automation", "1769-L33ER/A LOGIX5333ER")),)),
    ),
    causes=frozenset(
        (
            Expected("unauthenticated-control", 44818, "udp"),
            Expected("firmware-advisory", 44818, "udp"),
            Expected("firmware-unknown", 0),
        )
    ),
)
