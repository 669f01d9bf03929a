"""A terminal server whose every login opens to whatever is typed: a honeypot, or a firmware that lost its account file."""

from lab.account import ANYONE
from lab.fake import Expected, Fake
from lab.services.addp import Addp
from lab.services.http import Http, Lock, page
from lab.services.ssh import Ssh
from lab.services.telnet import Telnet

_MAC = "00:40:9d:7c:02:02"

FAKE = Fake(
    name="gullible_server",
    title="Terminal server that accepts any password",
    host=202,
    mac=_MAC,
    vendor="Digi",
    model="PortServer TS 4",
    kind="serial-server",
    firmware="82000684_W4",
    quarter="hostile",
    services=(
        Addp(mac=_MAC, name="PortServer TS 4", firmware="Version 82000684_W4 03/11/2025", serial_ports=4),
        Telnet(account=ANYONE, prompt="#> "),
        Ssh(version="OpenSSH_9.6", account=ANYONE),
        Http(lock=Lock("PortServer TS 4", ANYONE), pages=(("/", page("PortServer TS 4")),), keeps_alive=False),
    ),
    causes=frozenset(
        (
            Expected("accepts-any-password", 22),
            Expected("accepts-any-password", 23),
            Expected("accepts-any-password", 80),
            Expected("cleartext-administration", 23),
            Expected("cleartext-administration", 80),
        )
    ),
)
