"""A NAS whose TLS is as good as can be, with a key that a printer down the corridor uses for SSL 2.0."""

from lab.fake import TLS, Expected, Fake
from lab.services.http import Http, page

FAKE = Fake(
    name="library_nas",
    title="NAS with sound TLS, but with the key of a printer that speaks SSL 2.0",
    host=224,
    mac="24:5e:be:30:42:24",
    vendor="QNAP",
    kind="nas",
    quarter="outskirts",
    services=(
        Http(
            port=443,
            tls=TLS("wildcard", "TLSv1.2", "TLSv1.3", "CN=*.library.lab,O=Lab City", common="library"),
            pages=(("/", page("QNAP Turbo NAS", form=True)),),
        ),
    ),
    together=("tls-drown: library", "shared-key: library"),
    causes=frozenset((Expected("firmware-known-exploited", 443), Expected("firmware-unknown", 0))),
)
