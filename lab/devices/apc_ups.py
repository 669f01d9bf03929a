"""An uninterruptible power supply as it came out of its box: apc/apc everywhere, `public`, nothing encrypted."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.measures import found, https, password
from lab.services.ftp import Ftp
from lab.services.http import Http, Lock, page
from lab.services.snmp import Snmp
from lab.services.telnet import Telnet
from lab.settings import SECRET, Change, switch

_MAC = "00:c0:b7:9e:10:28"
_SERIAL = "ZA1234567890"
_ACCOUNT = Account("apc", "apc")
_MENU = """\r
American Power Conversion               Network Management Card AOS      v6.4.0\r
(c) Copyright 2014 All Rights Reserved  Smart-UPS & Matrix-UPS APP       v6.4.0\r
-------------------------------------------------------------------------------\r
Name      : ups-signal-room                           Date : 11/20/2014\r
Contact   : Unknown                                   Time : 09:12:44\r
Location  : Unknown                                   User : Administrator\r
Up Time   : 40 Days 0 Hours 13 Minutes                Stat : P+ N+ A+\r
\r
"""

FAKE = Fake(
    name="apc_ups",
    title="Power supply as it came out of its box",
    host=28,
    mac=_MAC,
    vendor="APC",
    model="AP9630",
    kind="ups",
    firmware="v6.4.0",
    serial=_SERIAL,
    services=(
        Http(
            lock=Lock("APC Management Card", _ACCOUNT),
            pages=(("/", page("APC | Smart-UPS", "UPS status: on line")),),
            keeps_alive=False,
        ),
        Ftp(greeting="AP9630 Network Management Card AOS v6.4.0 FTP server ready.", account=_ACCOUNT),
        Telnet(
            options=bytes.fromhex("fffb01 fffb03 fffd03"),
            banner="\r\n",
            user_prompt="User Name : ",
            password_prompt="Password  : ",
            refusal="\r\nAccess denied\r\n",
            account=_ACCOUNT,
            inside=_MENU,
            prompt="apc>",
            farewells=("exit", "quit", "logout", "bye"),
        ),
        Snmp(
            enterprise=318,
            mac=_MAC,
            community="public",
            descr="APC Web/SNMP Management Card (MB:v4.1.0 PF:v6.4.0 PN:apc_hw05_aos_640.bin AF1:v6.4.0 "
            f"AN1:apc_hw05_sumx_640.bin MN:AP9630 HR:08 SN: {_SERIAL} MD:08/12/2014)",
            object_id="1.3.6.1.4.1.318.1.3.27",
            name="ups-signal-room",
        ),
    ),
    causes=frozenset(
        (
            Expected("default-credentials", 23),
            Expected("default-credentials", 80),
            Expected("snmp-default-community", 161, "udp"),
            Expected("cleartext-administration", 80),
            Expected("cleartext-administration", 23),
            Expected("cleartext-administration", 21),
            Expected("firmware-unknown", 0),
            Expected("cleartext-administration", 161, "udp"),
        )
    ),
    settings=(
        https("CN=ups-28.lab,O=Lab City"),
        # Two doors are what a scan may try in one night: with Telnet gone it comes to FTP.
        switch("telnet", "Telnet", (23, "tcp"), change=Change(causes=found(21, "default-credentials"))),
        switch("ftp", "FTP", (21, "tcp")),
        switch("snmp", "SNMP", (161, "udp")),
        password(_ACCOUNT, 80, 23, 21),
    ),
    told=(
        *((what, ((21, "tcp"), (161, "udp"))) for what in ("model", "kind", "firmware")),
        ("serial", ((161, "udp"),)),
    ),
    state="shipped",
    states=(
        ("neglected", (("password", SECRET),)),
        (
            "kept",
            (
                ("https", "only"),
                ("password", SECRET),
                ("telnet", "off"),
                ("ftp", "off"),
                ("snmp", "off"),
            ),
        ),
    ),
)
