"""A gateway of wireless meters that is still on its factory password."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.services.addp import Addp
from lab.services.ftp import Ftp
from lab.services.http import Http, Lock, page

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
)
