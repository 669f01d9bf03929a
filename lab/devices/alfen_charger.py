"""A charger of two sockets whose service port shows a certificate of its own making."""

from lab.fake import TLS, Expected, Fake
from lab.measures import certificate
from lab.services.http import Http, page

_TLS = TLS("self-signed", "TLSv1.2", "TLSv1.3", "CN=ace0123456,O=Alfen ICU,C=NL")

FAKE = Fake(
    name="alfen_charger",
    title="Charger with a self-signed certificate",
    host=162,
    mac="54:9a:11:91:06:2c",
    vendor="Alfen",
    model="NG910-60027",
    kind="charger",
    quarter="outskirts",
    services=(
        Http(
            port=443,
            tls=_TLS,
            pages=(("/", page("NG910-60027", form=True)),),
        ),
    ),
    unique=("ace0123456",),
    causes=frozenset(
        (
            Expected("tls-certificate-self-signed", 443),
            Expected("tls-certificate-hygiene", 443),
            Expected("firmware-unknown", 0),
        )
    ),
    settings=(certificate(_TLS, 443),),
    state="shipped",
    states=(
        ("neglected", (("certificate", "expired"),)),
        ("kept", (("certificate", "own"),)),
    ),
)
