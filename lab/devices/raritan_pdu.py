"""A power strip whose chassis row tells more than its web page."""

from lab.fake import TLS, Expected, Fake
from lab.measures import certificate, community
from lab.services.http import Http, page
from lab.services.snmp import Snmp
from lab.settings import SECRET

_MAC = "00:0d:5d:10:77:93"
_ENTITY = "1.3.6.1.2.1.47.1.1.1.1"
_SERIAL = "1HT9C50193"

_TLS = TLS(subject="CN=raritan")

FAKE = Fake(
    name="raritan_pdu",
    title="Power strip with the community public",
    host=93,
    mac=_MAC,
    vendor="Raritan",
    model="PX3-5190R",
    kind="pdu",
    firmware="3.6.1.5",
    serial=_SERIAL,
    services=(
        Http(port=443, tls=_TLS, pages=(("/", page("Raritan PX3")),), keeps_alive=False),
        Snmp(
            enterprise=13742,
            mac=_MAC,
            community="public",
            descr="PX3 030605",
            object_id="1.3.6.1.4.1.13742.6",
            name="rack-2",
            objects=(
                (f"{_ENTITY}.5.1", 3),
                (f"{_ENTITY}.2.1", "PX3-5190R"),
                (f"{_ENTITY}.8.1", "0x64"),
                (f"{_ENTITY}.10.1", "3.6.1.5"),
                (f"{_ENTITY}.11.1", _SERIAL),
                (f"{_ENTITY}.12.1", "Raritan"),
                (f"{_ENTITY}.13.1", "PX3-5190R"),
            ),
        ),
    ),
    causes=frozenset(
        (
            Expected("snmp-default-community", 161, "udp"),
            Expected("firmware-unknown", 0),
            Expected("cleartext-administration", 161, "udp"),
        )
    ),
    quarter="outskirts",
    settings=(
        community("public"),
        certificate(_TLS, 443),
    ),
    told=(
        ("model", ((161, "udp"),)),
        ("firmware", ((161, "udp"),)),
        ("serial", ((161, "udp"),)),
    ),
    state="neglected",
    states=(
        ("shipped", (("certificate", "factory"),)),
        ("kept", (("community", SECRET),)),
    ),
)
