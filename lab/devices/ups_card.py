"""The network card of a power supply, from the years when cryptography was not to leave a country: SSL 3.0, 40 bits, and a key that is factored in hours."""

from lab.fake import TLS, Expected, Fake
from lab.services.ftp import Ftp
from lab.services.old_tls import OldTls

_SUITES = "0004 0005 000a 0009 0003 0008"

FAKE = Fake(
    name="ups_card",
    title="Power supply's card with SSL 3.0, EXPORT suites and a key of 512 bits",
    host=220,
    mac="00:c0:b7:6d:22:20",
    vendor="APC",
    model="AP9619",
    kind="ups",
    firmware="v3.7.3",
    quarter="outskirts",
    services=(
        Ftp(greeting="AP9619 Network Management Card AOS v3.7.3 FTP server ready."),
        OldTls(
            accepts=(("SSLv3", _SUITES), ("TLSv1", _SUITES)),
            shows=TLS("factory-512-md5", subject="CN=ups-pump-house,O=American Power Conversion Corp,C=US"),
        ),
    ),
    unique=("ups-pump-house",),
    causes=frozenset(
        (
            Expected("cleartext-administration", 21),
            *(
                Expected(check, 443)
                for check in (
                    "tls-old-version",
                    "tls-export",
                    "tls-weak-cipher",
                    "tls-no-forward-secrecy",
                    "tls-insecure-renegotiation",
                    "tls-certificate-weak-key",
                    "tls-certificate-weak-signature",
                    "tls-certificate-expired",
                    "tls-certificate-self-signed",
                    "tls-certificate-hygiene",
                    "tls-hardening",
                )
            ),
        )
    ),
)
