"""A cellular router that lets its factory password in over SSH."""

from lab.account import Account
from lab.fake import TLS, Expected, Fake
from lab.measures import certificate, password
from lab.services.http import Http, icon, page
from lab.services.ssh import Ssh
from lab.settings import SECRET, switch

_TLS = TLS("self-signed", "TLSv1.2", "TLSv1.2", "CN=RUT240")

FAKE = Fake(
    name="teltonika_router",
    title="Cellular router on its factory password over SSH",
    host=27,
    mac="00:1e:42:35:d8:27",
    vendor="Teltonika",
    model="RUT240",
    kind="router",
    services=(
        Http(
            port=443,
            tls=_TLS,
            pages=(("/", page("RUT240 - Web UI", "Authorization required", form=True)),),
            favicon=icon("teltonika"),
        ),
        Ssh(version="dropbear_2020.81", account=Account("root", "admin01")),
    ),
    causes=frozenset(
        (
            Expected("default-credentials", 22),
            Expected("tls-certificate-self-signed", 443),
            Expected("tls-certificate-hygiene", 443),
            Expected("tls-advice", 443),
            Expected("component-old", 22),
        )
    ),
    ipv6=True,
    settings=(
        password(Account("root", "admin01"), 22),
        certificate(_TLS, 443),
        switch("ssh", "SSH", (22, "tcp")),
    ),
    told=(("age", ((22, "tcp"),)),),
    state="shipped",
    states=(
        ("neglected", (("certificate", "expired"),)),
        (
            "kept",
            (
                ("password", SECRET),
                ("certificate", "own"),
                ("ssh", "off"),
            ),
        ),
    ),
)
