"""A server whose management processor stands in the open: a self-signed certificate, a nameless account, passwords in clear and the default key."""

from lab.fake import TLS, Expected, Fake
from lab.services.http import Http, page
from lab.services.ipmi import Ipmi

FAKE = Fake(
    name="supermicro_server",
    quarter="outskirts",
    title="Server management in the open",
    host=105,
    mac="0c:c4:7a:91:10:69",
    vendor="Supermicro",
    kind="server",
    services=(
        Http(
            port=443,
            tls=TLS("self-signed", "TLSv1.2", "TLSv1.3", "CN=IPMI,OU=Software,O=Super Micro Computer"),
            pages=(("/", page("Supermicro BMC Login", form=True)),),
        ),
        Ipmi(kinds=0x94, state=0x06, extended=0x03, oem=10876),
    ),
    causes=frozenset(
        (
            Expected("tls-certificate-self-signed", 443),
            Expected("tls-certificate-hygiene", 443),
            Expected("tls-certificate-vendor-default", 443),
            Expected("ipmi-weak-login", 623, "udp"),
            Expected("firmware-unknown", 0),
        )
    ),
)
