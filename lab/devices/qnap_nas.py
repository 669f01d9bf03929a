"""A NAS whose cache of web pages stands open to the network."""

from lab.fake import TLS, Expected, Fake
from lab.measures import certificate
from lab.services.http import Http, page
from lab.services.memcached import Memcached
from lab.settings import switch

_TLS = TLS("modern", "TLSv1.2", "TLSv1.3", "CN=nas-81.lab,O=Lab City")

FAKE = Fake(
    name="qnap_nas",
    title="NAS with an open memcached",
    host=181,
    mac="24:5e:be:30:41:81",
    vendor="QNAP",
    kind="nas",
    quarter="outskirts",
    services=(
        Http(
            port=443,
            tls=_TLS,
            pages=(("/", page("QNAP Turbo NAS", form=True)),),
        ),
        Memcached(),
    ),
    unique=("nas-81.lab",),
    causes=frozenset(
        (
            Expected("no-authentication", 11211),
            Expected("firmware-known-exploited", 443),
            Expected("firmware-unknown", 0),
        )
    ),
    settings=(
        switch("memcached", "memcached in the network", (11211, "tcp")),
        certificate(_TLS, 443),
    ),
    state="neglected",
    states=(
        (
            "shipped",
            (
                ("memcached", "off"),
                ("certificate", "factory"),
            ),
        ),
        ("kept", (("memcached", "off"),)),
    ),
)
