"""A MicroLogix behind a rule that lets only TCP through."""

from lab.fake import Expected, Fake
from lab.services.enip import EnipTcp, Identity

FAKE = Fake(
    name="micrologix_plc",
    title="Programmable controller of a car park, MicroLogix 1400",
    host=63,
    quarter="outskirts",
    mac="00:00:bc:5e:11:63",
    vendor="Rockwell Automation",
    model="1766-L32BXB B/10.00",
    kind="plc",
    firmware="2.010",
    serial="401DE27A",
    services=(EnipTcp(Identity(1, 14, 90, "2.010", "401DE27A", "1766-L32BXB B/10.00")),),
    causes=frozenset(
        (
            Expected("unauthenticated-control", 44818),
            Expected("firmware-advisory", 44818),
            Expected("firmware-unknown", 0),
        )
    ),
)
