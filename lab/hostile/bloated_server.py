"""A host that shows a certificate of 16 MB."""

from lab.fake import Expected, Fake
from lab.services.bloated import Bloated

FAKE = Fake(
    name="bloated_server",
    title="Host with a certificate of 16 MB",
    host=232,
    mac="00:0d:b9:52:12:32",
    quarter="hostile",
    services=(Bloated(), Bloated(8443)),
    causes=frozenset(
        Expected(check, port)
        for check in ("tls-advice", "tls-hardening", "tls-insecure-renegotiation")
        for port in (443, 8443)
    ),
)
