"""A terminal server that locks an account after its third failed login, on whichever of its services, and says nothing of it before."""

from lab.account import Account
from lab.fake import Expected, Fake, Manners
from lab.services.addp import Addp
from lab.services.http import Http, Lock, page
from lab.services.ssh import Ssh
from lab.services.telnet import Telnet

_MAC = "00:40:9d:7c:02:00"
_ACCOUNT = Account("root")

FAKE = Fake(
    name="locking_server",
    title="Terminal server that locks its account after three failed logins",
    host=200,
    mac=_MAC,
    vendor="Digi",
    model="PortServer TS 8",
    kind="serial-server",
    firmware="82000684_W4",
    quarter="outskirts",
    services=(
        Addp(mac=_MAC, name="PortServer TS 8", firmware="Version 82000684_W4 03/11/2025", serial_ports=8),
        Telnet(banner="\r\nDigi PortServer TS 8\r\n\r\n", account=_ACCOUNT),
        Ssh(version="OpenSSH_9.6", account=_ACCOUNT),
        Http(lock=Lock("PortServer TS 8", _ACCOUNT), pages=(("/", page("PortServer TS 8")),), keeps_alive=False),
    ),
    causes=frozenset((Expected("cleartext-administration", 23), Expected("cleartext-administration", 80))),
    manners=Manners(failed_logins=2),
)
