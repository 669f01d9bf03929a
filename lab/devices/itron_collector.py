"""A collector of smart meters with a certificate that ran out."""

from lab.fake import TLS, Expected, Fake
from lab.measures import certificate
from lab.services.http import Http, page

_TLS = TLS("expired", "TLSv1.2", "TLSv1.2", "CN=collector-0131,O=Itron Inc.,C=US")

FAKE = Fake(
    name="itron_collector",
    title="Collector of smart meters with an expired certificate",
    host=131,
    mac="00:07:81:33:0e:31",
    vendor="Itron",
    model="OpenWay Access Point",
    kind="gateway",
    quarter="outskirts",
    services=(
        Http(
            port=443,
            tls=_TLS,
            pages=(("/", page("Itron OpenWay Access Point", "1 284 meters")),),
        ),
    ),
    unique=("collector-0131",),
    causes=frozenset(
        (Expected("tls-certificate-expired", 443), Expected("tls-advice", 443), Expected("firmware-unknown", 0))
    ),
    settings=(certificate(_TLS, 443),),
    state="neglected",
    states=(
        ("shipped", (("certificate", "factory"),)),
        ("kept", (("certificate", "own"),)),
    ),
)
