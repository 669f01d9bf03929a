"""A printer that still speaks SSL 2.0, with the certificate that the library's other machines have too: what they encrypt, it gives away (DROWN)."""

from lab.fake import TLS, Expected, Fake
from lab.services.http import Http, page
from lab.services.old_tls import OldTls

FAKE = Fake(
    name="library_printer",
    title="Printer with SSL 2.0 and the certificate of the whole library",
    host=223,
    mac="00:21:b7:5f:22:23",
    vendor="Lexmark",
    model="T650",
    kind="printer",
    quarter="outskirts",
    services=(
        Http(pages=(("/", page("Lexmark T650", "Ready")),), keeps_alive=False),
        OldTls(
            accepts=(("SSLv2", "010080 0700c0 060040"), ("SSLv3", "0005 000a 002f"), ("TLSv1", "002f 0035 000a 0005")),
            shows=TLS("wildcard", subject="CN=*.library.lab,O=Lab City", common="library"),
        ),
    ),
    together=("tls-drown: library", "shared-key: library"),
    causes=frozenset(
        (
            *(
                Expected(check, 443)
                for check in (
                    "tls-old-version",
                    "tls-weak-cipher",
                    "tls-no-forward-secrecy",
                    "tls-insecure-renegotiation",
                    "tls-hardening",
                )
            ),
        )
    ),
)
