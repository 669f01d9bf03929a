"""A serial server of a water works whose certificate is its own and whose SSH server is of 2016."""

from lab.account import Account
from lab.fake import TLS, Expected, Fake
from lab.services.http import Http, page
from lab.services.ssh import Ssh

FAKE = Fake(
    name="perle_server",
    title="Serial server with TLS 1.0 and a self-signed certificate",
    host=129,
    mac="00:80:d4:0b:66:29",
    vendor="Perle",
    model="IOLAN SDS4",
    kind="serial-server",
    quarter="outskirts",
    services=(
        Http(
            port=443,
            tls=TLS("self-signed", "TLSv1", "TLSv1.2", "CN=iolan-29,O=Perle Systems Limited,C=CA"),
            pages=(("/", page("IOLAN SDS4 - WebManager", form=True)),),
        ),
        Ssh(version="OpenSSH_7.2", account=Account("admin")),
    ),
    unique=("iolan-29",),
    causes=frozenset(
        (
            Expected("tls-old-version", 443),
            Expected("tls-certificate-self-signed", 443),
            Expected("tls-certificate-hygiene", 443),
            Expected("tls-hardening", 443),
            Expected("tls-advice", 443),
            Expected("component-old", 22),
        )
    ),
)
