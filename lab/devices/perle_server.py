"""A serial server of a water works whose certificate is its own and whose SSH server is of 2016."""

from lab.account import Account
from lab.fake import TLS, Expected, Fake
from lab.measures import found
from lab.services.http import Http, page
from lab.services.ssh import Ssh
from lab.settings import Change, Choice, switch

_TLS = TLS("self-signed", "TLSv1", "TLSv1.2", "CN=iolan-29,O=Perle Systems Limited,C=CA")
_SOUND = Choice(
    "tls",
    "Lowest version of TLS",
    (
        ("1.0", Change()),
        (
            "1.2",
            Change(
                ((_TLS, TLS("modern", "TLSv1.2", "TLSv1.2", "CN=iolan-29.lab,O=Lab City")),),
                lifts=found(
                    443, "tls-old-version", "tls-certificate-self-signed", "tls-certificate-hygiene", "tls-hardening"
                ),
            ),
        ),
    ),
)

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
            tls=_TLS,
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
    settings=(
        _SOUND,
        switch("ssh", "SSH", (22, "tcp")),
    ),
    told=(("age", ((22, "tcp"),)),),
    state="shipped",
    states=(
        (
            "kept",
            (
                ("tls", "1.2"),
                ("ssh", "off"),
            ),
        ),
    ),
)
