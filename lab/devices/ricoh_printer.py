"""An office printer that is kept well: IPP inside TLS only, no raw printing, SNMPv3 only."""

from lab.fake import TLS, Expected, Fake
from lab.services.http import Http, icon, page
from lab.services.ipp import Ipp
from lab.services.snmp import Snmp

_MAC = "00:26:73:5b:10:65"
_SERIAL = "3129RC50123"
_TLS = TLS("modern", "TLSv1.2", "TLSv1.3", "CN=RNP0026735B1065.lab,O=Lab City")

FAKE = Fake(
    name="ricoh_printer",
    quarter="outskirts",
    title="Office printer, well kept",
    host=101,
    mac=_MAC,
    vendor="Ricoh",
    model="IM C3000",
    kind="printer",
    firmware="1.31",
    serial=_SERIAL,
    services=(
        Http(
            port=443,
            tls=_TLS,
            server="Web-Server/3.0",
            pages=(("/", page("Web Image Monitor")),),
            favicon=icon("ricoh"),
        ),
        Ipp(
            tls=_TLS,
            attributes=(
                ("printer-make-and-model", "RICOH IM C3000"),
                ("printer-info", "Planning department"),
                ("printer-firmware-string-version", "1.31"),
                ("printer-device-id", f"MFG:RICOH;MDL:IM C3000;CMD:PDF,PCL;SERN:{_SERIAL};"),
                ("printer-uuid", "urn:uuid:e3248000-80ce-11db-8000-0026735b1065"),
            ),
        ),
        Snmp(enterprise=367, mac=_MAC),
    ),
    causes=frozenset((Expected("firmware-unknown", 0),)),
)
