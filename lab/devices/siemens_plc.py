"""A well-kept controller: OPC UA with signature, encryption and named users only."""

from lab.fake import Expected, Fake
from lab.services.opcua import OpcUa

FAKE = Fake(
    name="siemens_plc",
    title="Controller with OPC UA as it should be",
    host=81,
    mac="00:0e:8c:d4:11:81",
    vendor="Siemens",
    model="SIMATIC S7-1500",
    kind="plc",
    services=(
        OpcUa(
            application="SIMATIC.S7-1500.OPC-UA.Application:PLC_1",
            uri="urn:SIMATIC.S7-1500.OPC-UA.Application:PLC_1",
            product_uri="https://www.siemens.com/s7-1500",
            security=(("Basic256Sha256", "Sign"), ("Basic256Sha256", "SignAndEncrypt")),
            tokens=("UserName",),
            subject="CN=PLC-1/OPCUA-1-1",
        ),
    ),
    causes=frozenset((Expected("firmware-advisory", 4840), Expected("firmware-unknown", 0))),
    unique=("PLC_1",),
    quarter="outskirts",
)
