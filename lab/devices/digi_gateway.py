"""A gateway of wireless meters that is still on its factory password."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.measures import https, password
from lab.services.addp import Addp
from lab.services.ftp import Ftp
from lab.services.http import Http, Lock, page
from lab.settings import SECRET, switch

_MAC = "00:40:9d:5e:22:25"

FAKE = Fake(
    name="digi_gateway",
    title="Gateway of wireless meters on its factory password",
    host=125,
    mac=_MAC,
    vendor="Digi",
    model="ConnectPort X4",
    kind="gateway",
    firmware="82001536_H3",
    quarter="outskirts",
    services=(
        Addp(mac=_MAC, name="ConnectPort X4", firmware="Version 82001536_H3 06/14/2012"),
        Http(
            lock=Lock("ConnectPort X4", Account("root", "dbps")),
            pages=(("/", page("ConnectPort X4 Configuration and Management")),),
            keeps_alive=False,
        ),
        Ftp(greeting="NET+OS 6.3 FTP server ready."),
    ),
    causes=frozenset(
        (
            Expected("default-credentials", 80),
            Expected("firmware-old", 2362, "udp"),
            Expected("cleartext-administration", 80),
            Expected("cleartext-administration", 21),
        )
    ),
    settings=(
        https("CN=gateway-125.lab,O=Lab City"),
        password(Account("root", "dbps"), 80),
        switch("ftp", "FTP", (21, "tcp")),
    ),
    state="shipped",
    states=(
        ("neglected", (("password", SECRET),)),
        (
            "kept",
            (
                ("https", "only"),
                ("password", SECRET),
                ("ftp", "off"),
            ),
        ),
    ),
)
