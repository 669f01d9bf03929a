"""A parking barrier with a web login in clear text on port 8080."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.services.http import Http, Lock, page

FAKE = Fake(
    name="parking_barrier",
    title="Parking barrier with a web login in clear text",
    host=134,
    mac="00:04:7c:1f:52:34",
    vendor="SKIDATA",
    model="Barrier.Gate",
    kind="kiosk",
    quarter="outskirts",
    services=(
        Http(port=8080, pages=(("/", page("SKIDATA Barrier.Gate", "Column 2, entry", form=True)),)),
        Http(lock=Lock("Parking.Logic", Account("operator")), pages=(("/", page("Service")),)),
    ),
    causes=frozenset(
        (
            Expected("cleartext-administration", 8080),
            Expected("cleartext-administration", 80),
            Expected("firmware-unknown", 0),
        )
    ),
)
