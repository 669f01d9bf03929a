"""A data concentrator whose TLS was told to take everything that its library knows: suites that prove nothing, and suites that encrypt nothing."""

from lab.fake import TLS, Expected, Fake
from lab.services.http import Http, page
from lab.services.old_tls import OldTls

FAKE = Fake(
    name="meter_gateway",
    title="Meter gateway that accepts TLS without a certificate and without encryption",
    host=222,
    mac="00:0f:93:41:22:22",
    vendor="Landis+Gyr",
    model="DC450",
    kind="gateway",
    quarter="outskirts",
    services=(
        Http(pages=(("/", page("DC450", "Data concentrator")),), keeps_alive=False),
        OldTls(
            accepts=(("TLSv1.2", "c02f c027 009c 002f 00a6 0034 c018 003b 0002 c010"),),
            shows=TLS("self-signed", subject="CN=dc450-4122222,O=Landis\\+Gyr,C=CH"),
            secure_renegotiation=True,
            master_secret=True,
            heartbeats=True,
        ),
    ),
    unique=("dc450-4122222",),
    causes=frozenset(
        (
            *(
                Expected(check, 443)
                for check in (
                    "tls-no-encryption",
                    "tls-anonymous",
                    "tls-certificate-self-signed",
                    "tls-certificate-hygiene",
                    "tls-hardening",
                    "tls-advice",
                )
            ),
        )
    ),
)
