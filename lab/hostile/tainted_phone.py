"""A telephone, printer and radio in one, with something for a terminal, a browser and a spreadsheet in each text of what finds such things."""

from lab import taint
from lab.fake import Expected, Fake
from lab.services.coap import Coap
from lab.services.ipp import Ipp
from lab.services.mdns import Announced, Mdns
from lab.services.mndp import Mndp
from lab.services.mqtt import Mqtt
from lab.services.netbios import Netbios
from lab.services.says import Says
from lab.services.sip import Sip, SipStream
from lab.services.ubiquiti import Ubiquiti

_MAC = "00:15:65:52:12:17"
_ROW = f"{taint.BIDI}{taint.HTML}{taint.MARKDOWN}"
_LABEL = f"=1+1{taint.SHORT}{taint.BIDI[:6]}"
_GREETING = taint.LINE.encode()

FAKE = Fake(
    name="tainted_phone",
    title="Telephone that attacks whoever shows what it says",
    host=217,
    mac=_MAC,
    vendor="Ubiquiti",
    kind="printer",
    quarter="hostile",
    services=(
        Sip(f"{taint.FORMULAS[0]}{taint.LINE}"),
        SipStream(f"{taint.FORMULAS[3]}{taint.LINE}"),
        Says(25, greeting=b"220 =1+1" + _GREETING + taint.RAW + b"\r\n", holds=True),
        Says(
            21,
            greeting=b"220-@SUM(1)" + taint.RAW + b"\r\nnote: nothing found\r\n220 -1+1" + _GREETING + b"\r\n",
            holds=True,
        ),
        Mdns(
            _LABEL,
            (
                Announced("_sip._udp", _LABEL, 5060, ((f"={taint.SHORT}", _ROW[:160]), ("sn", _LABEL), ("fw", _LABEL))),
                Announced(
                    "_ipp._tcp",
                    f"@{_LABEL}",
                    631,
                    (("ty", _ROW[:160]), ("product", f"({_LABEL})"), ("note", taint.FORGED)),
                ),
            ),
        ),
        Mndp(
            mac=_MAC,
            identity=f"{taint.FORMULAS[0]}{_ROW}{taint.FORGED}",
            version=f"7.20.2 {_ROW}{taint.TERMINAL}",
            board=f"{taint.FORMULAS[2]}{_ROW}",
            platform=_ROW,
            software_id=_ROW,
            interface=_ROW,
        ),
        Netbios("=\x1b[31m\u202e"[:12], _MAC),
        Ipp(
            server=taint.raw(taint.LINE),
            attributes=(
                ("printer-make-and-model", f"{taint.FORMULAS[3]}{_ROW}"),
                ("printer-firmware-string-version", f"{taint.FORMULAS[1]}{_ROW}"),
                ("printer-device-id", f"MFG:=1+1{_ROW};MDL:{_ROW};SN:{_ROW};"),
                ("printer-info", taint.ALL[:900]),
                ("printer-location", taint.FORGED + _ROW),
                ("printer-name", taint.TERMINAL),
            ),
        ),
        Mqtt(version=f"=1+1{taint.SHORT}"),
        Coap(
            links=f'</3/0>;rt="{taint.SHORT}";title="{taint.HTML}",</{taint.BIDI}>',
            device=((0, _ROW[:80]), (1, "=1+1"), (2, _LABEL), (3, taint.SHORT)),
        ),
        Ubiquiti(
            mac=_MAC,
            firmware=f"{taint.FORMULAS[3]}{taint.SHORT}",
            hostname=f"{taint.FORMULAS[0]}{_ROW}",
            product=_ROW,
            model=f"{taint.FORMULAS[2]}{_ROW}",
            essid=taint.FORGED,
            username=_ROW,
        ),
    ),
    causes=frozenset(
        (
            Expected("no-authentication", 1883),
            Expected("no-authentication", 5683, "udp"),
            Expected("cleartext-administration", 21),
            Expected("policy-deviation", 5060),
            Expected("policy-deviation", 5060, "udp"),
            Expected("policy-deviation", 5678, "udp"),
            Expected("policy-deviation", 10001, "udp"),
        )
    ),
)
