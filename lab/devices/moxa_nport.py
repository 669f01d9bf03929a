"""A serial server between traffic loops and their controller, with firmware of 2009."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.measures import found
from lab.services.http import Http, page
from lab.services.moxa import MoxaSearch
from lab.services.telnet import Telnet
from lab.settings import Change, switch

_MAC = "00:90:e8:31:7d:24"

FAKE = Fake(
    name="moxa_nport",
    title="Serial server with firmware of 2009, Telnet and a web login in clear text",
    host=124,
    mac=_MAC,
    vendor="Moxa",
    model="NPort 5110",
    kind="serial-server",
    firmware="2.2 Build 09121014",
    serial="5831",
    quarter="outskirts",
    services=(
        MoxaSearch(mac=_MAC, hardware=0x5110, product_line=0x80005110),
        Http(server="MoxaHttp/1.0", pages=(("/", page("NPort Web Console", form=True)),), keeps_alive=False),
        Telnet(
            options=bytes.fromhex("fffb01 fffb03 fffb00 fffd01 fffd00"),
            banner=(
                "\r\nModel name       : NPort 5110\r\nMAC address      : 00:90:E8:31:7D:24\r\n"
                "Serial No.       : 5831\r\nFirmware version : 2.2 Build 09121014\r\n\r\n"
            ),
            account=Account("admin"),
        ),
    ),
    causes=frozenset(
        (
            Expected("firmware-old", 23),
            Expected("cleartext-administration", 23),
            Expected("cleartext-administration", 80),
            Expected("firmware-advisory", 23),
            Expected("management-channel", 4800, "udp"),
        )
    ),
    settings=(
        switch("telnet", "Telnet", (23, "tcp"), change=Change(causes=found((4800, "udp"), "firmware-advisory"))),
    ),
    told=tuple((what, ((23, "tcp"),)) for what in ("firmware", "serial", "age")),
    state="neglected",
)
