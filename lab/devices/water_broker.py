"""A waterworks' gateway whose broker still has the account of its manual."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.services.mqtt import Mqtt
from lab.services.opcua import OpcUa

FAKE = Fake(
    name="water_broker",
    quarter="outskirts",
    title="Waterworks gateway whose MQTT broker has a default account",
    host=189,
    mac="00:0d:b9:4b:18:bd",
    vendor="Inductive Automation",
    model="Ignition",
    kind="server",
    services=(
        Mqtt(account=Account("admin", "changeme")),
        OpcUa(
            application="Ignition OPC UA Server",
            uri="urn:inductiveautomation:ignition:opcua:server:waterworks-189",
            product_uri="urn:inductiveautomation:ignition:opcua:server",
            security=(("Basic256Sha256", "SignAndEncrypt"),),
            tokens=("UserName",),
            subject="CN=Ignition OPC UA Server,OU=waterworks-189",
        ),
    ),
    causes=frozenset(
        (Expected("default-credentials", 1883), Expected("exposed-data-store", 1883), Expected("firmware-unknown", 0))
    ),
    unique=("waterworks-189",),
)
