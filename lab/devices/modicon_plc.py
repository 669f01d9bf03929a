"""A programmable controller that obeys whoever reaches it over Modbus."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.measures import reset
from lab.services.ftp import Ftp
from lab.services.http import Http, Lock, page
from lab.services.modbus import Modbus
from lab.settings import switch

FAKE = Fake(
    name="modicon_plc",
    title="Programmable controller reachable over Modbus, with FTP",
    host=24,
    mac="00:80:f4:0c:1b:24",
    vendor="Schneider Electric",
    model="BMX P34 2020",
    kind="plc",
    firmware="v2.60",
    services=(
        Modbus(vendor="Schneider Electric", product_code="BMX P34 2020", revision="v2.60"),
        Http(
            server="Schneider-WEB/V2.1.4",
            lock=Lock("Schneider Web", Account("USER")),
            pages=(("/", page("Modicon M340")),),
            keeps_alive=False,
        ),
        Ftp(greeting="FTP server ready."),
    ),
    causes=frozenset(
        (
            Expected("unauthenticated-control", 502),
            Expected("cleartext-administration", 80),
            Expected("cleartext-administration", 21),
            Expected("firmware-advisory", 502),
            Expected("firmware-unknown", 0),
        )
    ),
    settings=(
        reset(Account("USER"), Account("USER", "USER"), 80),
        switch("ftp", "FTP", (21, "tcp")),
        switch("web", "Web server", (80, "tcp")),
    ),
    state="neglected",
    states=(
        ("shipped", (("password", "factory"),)),
        (
            "kept",
            (
                ("ftp", "off"),
                ("web", "off"),
            ),
        ),
    ),
)
