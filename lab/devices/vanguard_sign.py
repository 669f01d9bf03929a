"""A message sign over the motorway that knows one community: the administrator's, as its MIB came."""

from lab.fake import Expected, Fake
from lab.services.http import Http, page
from lab.services.snmp import Snmp

_MAC = "00:09:ec:0b:52:89"
_GLOBAL = "1.3.6.1.4.1.1206.4.2.6.1"
_MODULE = f"{_GLOBAL}.3.1"

FAKE = Fake(
    name="vanguard_sign",
    title="Message sign with the administrator community of its MIB",
    host=89,
    mac=_MAC,
    vendor="Daktronics",
    model="Vanguard",
    kind="message-sign",
    firmware="v3.2.1",
    services=(
        Http(pages=(("/", page("Daktronics Vanguard", "Sign status: OK")),), keeps_alive=False),
        Snmp(
            enterprise=1206,
            mac=_MAC,
            community="administrator",
            versions=(0,),
            descr="Vanguard sign controller",
            object_id="1.3.6.1.4.1.1206.4.2.3",
            name="gantry-12",
            objects=(
                (f"{_GLOBAL}.2.0", 1),
                (f"{_MODULE}.1.1", 1),
                (f"{_MODULE}.3.1", "Daktronics"),
                (f"{_MODULE}.4.1", "Vanguard"),
                (f"{_MODULE}.5.1", "20210905 - v3.2.1"),
                (f"{_MODULE}.6.1", 3),
            ),
            identifiers=((f"{_MODULE}.2.1", "1.3.6.1.4.1.1206.4.2.3"),),
        ),
    ),
    causes=frozenset(
        (
            Expected("snmp-default-community", 161, "udp"),
            Expected("firmware-old", 161, "udp"),
            Expected("cleartext-administration", 161, "udp"),
        )
    ),
    quarter="outskirts",
)
