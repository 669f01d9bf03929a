"""A router whose port 22 is a tarpit, and whose other port is honest: its own SSH server was moved away to let guessers wait."""

from lab.fake import TLS, Fake
from lab.services.endless import Endless
from lab.services.http import Http, page

FAKE = Fake(
    name="endless_router",
    title="Router with a tarpit at port 22, and nothing else to blame",
    host=210,
    mac="00:0d:b9:52:12:10",
    quarter="hostile",
    services=(
        Endless(),
        Http(
            port=443,
            tls=TLS("modern", "TLSv1.2", "TLSv1.3", "CN=endless_router.lab,O=Lab City"),
            pages=(("/", page("Status", "Running")),),
            keeps_alive=False,
        ),
    ),
    unique=("endless_router.lab",),
    causes=frozenset(),
)
