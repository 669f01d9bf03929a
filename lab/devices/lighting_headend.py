"""A street-light head end whose MySQL lets root in without a password."""

from lab.account import Account
from lab.fake import TLS, Expected, Fake
from lab.measures import certificate, password
from lab.services.http import Http, page
from lab.services.mysql import MySql
from lab.settings import SECRET, switch

_TLS = TLS("modern", "TLSv1.2", "TLSv1.3", "CN=planet-79.lab,O=Lab City")

FAKE = Fake(
    name="lighting_headend",
    title="Street-light head end, MySQL with an empty root password",
    host=179,
    mac="00:1e:67:31:51:79",
    vendor="Telensa",
    kind="lighting-gateway",
    quarter="outskirts",
    services=(
        Http(
            port=443,
            tls=_TLS,
            pages=(("/", page("Telensa PLANet", form=True)),),
        ),
        MySql(account=Account("root", ""), version="5.6.51"),
    ),
    unique=("planet-79",),
    causes=frozenset(
        (Expected("default-credentials", 3306), Expected("exposed-data-store", 3306), Expected("component-old", 3306))
    ),
    settings=(
        password(Account("root", ""), 3306),
        switch("database", "MySQL in the network", (3306, "tcp")),
        certificate(_TLS, 443),
    ),
    told=(("age", ((3306, "tcp"),)),),
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
