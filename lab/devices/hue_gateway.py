"""A gateway for the lamps of a library, known by mDNS."""

from lab.fake import TLS, Expected, Fake
from lab.services.http import Http, page
from lab.services.mdns import Announced, Mdns

FAKE = Fake(
    name="hue_gateway",
    quarter="outskirts",
    title="Gateway for the lamps of a library",
    host=112,
    mac="00:17:88:6a:10:70",
    vendor="Signify",
    model="BSB002",
    kind="lighting-gateway",
    services=(
        Http(
            port=443,
            tls=TLS("modern", "TLSv1.2", "TLSv1.3", "CN=library-lamps.lab,O=Lab City"),
            server="nginx",
            pages=(("/", page("hue personal wireless lighting")),),
        ),
        Mdns(
            "001788fffe6a1070",
            (
                Announced(
                    "_hue._tcp", "Philips Hue - 6A1070", 443, (("bridgeid", "001788fffe6a1070"), ("modelid", "BSB002"))
                ),
                Announced("_hap._tcp", "Philips Hue - 6A1070", 8080, (("md", "BSB002"), ("ci", "2"))),
            ),
        ),
    ),
    causes=frozenset((Expected("firmware-unknown", 0),)),
)
