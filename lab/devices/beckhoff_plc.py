"""A soft PLC whose OPC UA server takes anyone, unsigned and unencrypted, as it came."""

from lab.fake import Expected, Fake
from lab.services.opcua import OpcUa
from lab.services.opcua_session import Build

FAKE = Fake(
    name="beckhoff_plc",
    title="Soft PLC whose OPC UA server takes anonymous users",
    host=80,
    mac="00:01:05:5a:1c:80",
    vendor="Beckhoff",
    model="TwinCAT OPC UA Server",
    kind="plc",
    services=(
        OpcUa(
            application="TcOpcUaServer@CX-5A1C80",
            uri="urn:CX-5A1C80:BeckhoffAutomation:TcOpcUaServer:1",
            product_uri="urn:BeckhoffAutomation:TcOpcUaServer",
            subject="CN=TcOpcUaServer@CX-5A1C80,O=Beckhoff Automation",
            build=Build(
                product_uri="urn:BeckhoffAutomation:TcOpcUaServer",
                manufacturer="Beckhoff Automation GmbH & Co. KG",
                product="TcOpcUaServer",
                version="4.3.25",
                number="25",
                days=75,
            ),
        ),
    ),
    causes=frozenset((Expected("unauthenticated-control", 4840),)),
    unique=("5A1C80",),
    quarter="outskirts",
)
