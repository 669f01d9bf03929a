"""A gateway on its factory password, with one session that whoever tries a login holds: it answers all others with a 401 that challenges nobody."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.services.addp import Addp
from lab.services.http import Http, Lock, page

_MAC = "00:40:9d:7c:02:04"

FAKE = Fake(
    name="busy_gateway",
    title="Gateway with one session for its web pages",
    host=204,
    mac=_MAC,
    vendor="Digi",
    model="ConnectPort X2",
    kind="gateway",
    firmware="82001596_J1",
    quarter="hostile",
    services=(
        Addp(mac=_MAC, name="ConnectPort X2", firmware="Version 82001596_J1 02/04/2025"),
        Http(
            lock=Lock("ConnectPort X2", Account("root", "dbps"), one_session=True),
            pages=(("/", page("ConnectPort X2 Configuration and Management")),),
            keeps_alive=False,
        ),
    ),
    # Its factory password cannot be proved: after the control it takes nobody else.
    causes=frozenset((Expected("cleartext-administration", 80),)),
)
