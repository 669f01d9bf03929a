"""An operator panel of a pumping station: OPC UA that refuses policy None, and a web page."""

from lab.fake import Expected, Fake
from lab.services.http import Http, page
from lab.services.opcua import OpcUa

FAKE = Fake(
    name="pump_hmi",
    title="Operator panel whose OPC UA server refuses policy None",
    host=94,
    mac="00:0c:26:44:08:94",
    vendor="Weintek",
    model="cMT3090",
    kind="hmi",
    services=(
        OpcUa(application="cMT", uri="urn:weintek:cmt", product_uri="urn:weintek:cmt", discovery=False),
        Http(pages=(("/", page("cMT3090 - EasyWeb")),), keeps_alive=False),
    ),
    causes=frozenset((Expected("firmware-advisory", 80), Expected("firmware-unknown", 0))),
    quarter="outskirts",
)
