"""An Omron CJ2 that says its model over FINS."""

from lab.fake import Expected, Fake
from lab.services.fins import Fins
from lab.services.ftp import Ftp

FAKE = Fake(
    name="omron_plc",
    title="Programmable controller of a swimming pool, Omron CJ2",
    host=64,
    quarter="outskirts",
    mac="00:00:0a:8a:31:64",
    vendor="Omron",
    model="CJ2M-CPU33",
    kind="plc",
    firmware="02.01",
    services=(
        Fins(model="CJ2M-CPU33", version="02.01"),
        Ftp(greeting="CJ2M-EIP21 FTP server (FTP Version 1.00) ready."),
    ),
    causes=frozenset(
        (
            Expected("unauthenticated-control", 9600, "udp"),
            Expected("cleartext-administration", 21),
            Expected("firmware-unknown", 0),
        )
    ),
)
