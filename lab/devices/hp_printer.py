"""A printer with firmware of 2012, which prints whatever reaches its raw ports."""

from lab.fake import Expected, Fake
from lab.services.http import Http, icon, page
from lab.services.printing import Printing
from lab.settings import switch

_SERIAL = "VNC3K12345"

FAKE = Fake(
    name="hp_printer",
    title="Printer with firmware of 2012; prints whatever it is sent",
    host=29,
    mac="3c:d9:2b:44:0f:29",
    vendor="HP",
    model="LaserJet 400 M401dn",
    kind="printer",
    serial=_SERIAL,
    services=(
        Http(
            server=f"HP HTTP Server; HP LaserJet 400 M401dn - CF278A; Serial Number: {_SERIAL}; "
            "Built:Thu Dec 06, 2012 01:14:09PM {LNPMELLT, ASIC id 0x00320104}",
            pages=(("/", page("HP LaserJet 400 M401dn", "Ready")),),
            favicon=icon("hp"),
        ),
        Printing(515),
        Printing(9100),
    ),
    causes=frozenset((Expected("firmware-old", 80),)),
    settings=(
        switch("raw", "Raw printing", (9100, "tcp")),
        switch("lpd", "LPD printing", (515, "tcp")),
    ),
    state="neglected",
    states=(
        (
            "kept",
            (
                ("raw", "off"),
                ("lpd", "off"),
            ),
        ),
    ),
)
