"""A honeypot for plants as it comes out of the box, with the template of Conpot (mushorg/conpot, conpot/templates/default)."""

from lab.fake import Expected, Fake
from lab.services.bacnet import Bacnet
from lab.services.enip import EnipTcp, Identity
from lab.services.http import Http, page
from lab.services.modbus import Modbus
from lab.services.s7 import S7
from lab.services.telnet import Telnet

FAKE = Fake(
    name="decoy_plant",
    title="Honeypot that is a Siemens, a Rockwell and an Alerton controller at once",
    host=209,
    mac="00:0d:b9:52:12:09",
    quarter="hostile",
    services=(
        S7(
            order_number="6ES7 151-8AB01-0AB0",
            hardware=1,
            firmware="V3.2.6",
            texts=(
                (1, "Technodrome"),
                (2, "Siemens, SIMATIC, S7-200"),
                (3, "Mouser Factory"),
                (4, "Original Siemens Equipment"),
                (5, "88111222"),
                (7, "IM151-8 PN/DP CPU"),
            ),
        ),
        Modbus(vendor="Siemens", product_code="SIMATIC", revision="S7-200"),
        EnipTcp(Identity(1, 14, 90, "2.10", "006C061A", "1756-L61/B LOGIX5561")),
        Bacnet(
            instance=36113,
            vendor_id=15,
            vendor="Alerton Technologies, Inc.",
            model="VAV-DD Controller",
            firmware="1.0.0",
            application="1.0.0",
            name="SystemName",
            location="Building 1",
        ),
        Http(pages=(("/", page("Overview - Siemens, SIMATIC, S7-200")),), keeps_alive=False),
        Telnet(),
    ),
    causes=frozenset((Expected("untrusted-evidence", 0),)),
)
