"""A camera with the OpenSSL of 2008: TLS 1.0 alone, a prime that half the world had, compression, and a clock that nobody ever set."""

from datetime import UTC, datetime

from lab.account import CHANGED
from lab.fake import TLS, Expected, Fake
from lab.services.http import Http, Lock, page
from lab.services.old_tls import OldTls

FAKE = Fake(
    name="dome_camera",
    title="Camera with TLS 1.0 alone, a prime of 512 bits and compression; its clock stands in 2000",
    host=221,
    mac="00:0f:7c:0b:22:21",
    vendor="ACTi",
    kind="camera",
    quarter="outskirts",
    services=(
        Http(
            lock=Lock("ACTi", CHANGED, ("digest",)),
            pages=(("/", page("Web Configurator - Powered by ACTi Corporation")),),
            keeps_alive=False,
        ),
        OldTls(
            accepts=(("TLSv1", "0039 0033 0016 0035 002f 000a"),),
            shows=TLS("factory-1024-md5", subject="CN=dome-221,O=ACTi Corporation,C=TW"),
            prime="mod_ssl-512",
            client_decides=True,
            compresses=True,
            secure_renegotiation=True,
            clock=datetime(2000, 1, 1, tzinfo=UTC),
        ),
    ),
    unique=("dome-221",),
    causes=frozenset(
        (
            Expected("http-not-redirected", 80),
            *(
                Expected(check, 443)
                for check in (
                    "tls-old-version",
                    "tls-weak-dh",
                    "tls-compression",
                    "tls-weak-cipher",
                    "tls-clock",
                    "tls-certificate-weak-key",
                    "tls-certificate-weak-signature",
                    "tls-certificate-self-signed",
                    "tls-certificate-hygiene",
                    "tls-hardening",
                    "tls-advice",
                )
            ),
        )
    ),
)
