"""A parking server whose PostgreSQL still has the password that everybody tries first."""

from lab.account import Account
from lab.fake import TLS, Expected, Fake
from lab.measures import certificate, password
from lab.services.http import Http, page
from lab.services.postgresql import PostgreSql
from lab.settings import SECRET, switch

_TLS = TLS("modern", "TLSv1.2", "TLSv1.3", "CN=abacus-78.lab,O=Lab City")

FAKE = Fake(
    name="parking_server",
    title="Parking server, PostgreSQL with postgres as its password",
    host=178,
    mac="18:66:da:20:11:78",
    vendor="DESIGNA",
    kind="kiosk",
    quarter="outskirts",
    services=(
        Http(
            port=443,
            tls=_TLS,
            pages=(("/", page("DESIGNA ABACUS", form=True)),),
        ),
        PostgreSql(account=Account("postgres", "postgres"), method="md5"),
    ),
    unique=("abacus-78",),
    causes=frozenset(
        (Expected("default-credentials", 5432), Expected("exposed-data-store", 5432), Expected("firmware-unknown", 0))
    ),
    settings=(
        password(Account("postgres", "postgres"), 5432),
        switch("database", "PostgreSQL in the network", (5432, "tcp")),
        certificate(_TLS, 443),
    ),
    state="neglected",
    states=(
        (
            "shipped",
            (
                ("database", "off"),
                ("certificate", "factory"),
            ),
        ),
        (
            "kept",
            (
                ("password", SECRET),
                ("database", "off"),
            ),
        ),
    ),
)
