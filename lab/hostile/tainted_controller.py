"""A controller with something for a terminal, a browser and a spreadsheet in each text by which it identifies itself."""

from lab import taint
from lab.fake import Expected, Fake
from lab.services.bacnet import Bacnet
from lab.services.enip import Enip, EnipTcp, Identity
from lab.services.modbus import Modbus
from lab.services.snmp import Snmp

_MAC = "00:80:f4:52:12:16"
_ROW = f"{taint.BIDI}{taint.HTML}{taint.TERMINAL}"
_SHORT = f"{taint.SHORT}{taint.BIDI[:6]}<script>alert(1)</script>"
_IDENTITY = Identity(40, 12, 90, "2.10", "006C061B", f"{taint.FORMULAS[3]}{taint.SHORT}")
_TEXTS = (taint.FORMULAS[0], taint.FORMULAS[2] + taint.BIDI, taint.HTML, taint.TERMINAL)

FAKE = Fake(
    name="tainted_controller",
    title="Controller that attacks whoever shows what it says",
    host=216,
    mac=_MAC,
    vendor="WAGO",
    kind="plc",
    firmware="2.10",
    serial="006C061B",
    quarter="hostile",
    services=(
        Modbus(
            vendor="=1+1\x1b[31m", product_code="<script>alert(1)</script>", revision="-1+1\u202e", regular=_TEXTS[:3]
        ),
        Bacnet(
            instance=216,
            vendor_id=999,
            vendor=f"{taint.FORMULAS[1]}{_SHORT}",
            model=f"{taint.FORMULAS[0]}{_SHORT}",
            firmware=f"{taint.FORMULAS[2]}{_SHORT}",
            application=_SHORT + taint.FORGED,
            name=taint.FORGED + _SHORT,
            location=taint.MARKDOWN + taint.BROKEN,
            serial=f"{taint.FORMULAS[3]}{_SHORT}",
        ),
        EnipTcp(_IDENTITY),
        Enip(_IDENTITY),
        Snmp(
            enterprise=8691,
            mac=_MAC,
            community="public",
            descr=f"{taint.FORMULAS[4]}{taint.LINE}{taint.FORGED}\0{taint.LONG[:800]}",
            name=f"{taint.FORMULAS[0]}{_ROW}",
            location=f"{taint.FORMULAS[5]}{_ROW}",
            objects=(
                ("1.3.6.1.2.1.47.1.1.1.1.2.1", _ROW + taint.FORGED),
                ("1.3.6.1.2.1.47.1.1.1.1.7.1", taint.RAW),
                ("1.3.6.1.2.1.47.1.1.1.1.10.1", taint.FORMULAS[0] + _ROW),
                ("1.3.6.1.2.1.47.1.1.1.1.11.1", taint.FORMULAS[3] + _ROW),
                ("1.3.6.1.2.1.47.1.1.1.1.13.1", taint.FORMULAS[1] + _ROW),
            ),
        ),
    ),
    causes=frozenset(
        (
            Expected("unauthenticated-control", 502),
            Expected("unauthenticated-control", 44818, "udp"),
            Expected("unauthenticated-control", 47808, "udp"),
            Expected("snmp-default-community", 161, "udp"),
            Expected("cleartext-administration", 161, "udp"),
            Expected("firmware-unknown", 0),
        )
    ),
)
