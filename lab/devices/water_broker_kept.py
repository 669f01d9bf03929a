"""A waterworks' gateway that is kept well: its broker has an account of its own."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.services.mqtt import Mqtt
from lab.services.opcua import OpcUa

FAKE = Fake(
    name="water_broker_kept",
    quarter="outskirts",
    title="Waterworks gateway whose MQTT broker has an account of its own",
    host=190,
    mac="00:0d:b9:4b:18:be",
    vendor="Inductive Automation",
    model="Ignition",
    kind="server",
    services=(
        Mqtt(account=Account("admin")),
        OpcUa(
            application="Ignition OPC UA Server",
            uri="urn:inductiveautomation:ignition:opcua:server:waterworks-190",
            product_uri="urn:inductiveautomation:ignition:opcua:server",
            security=(("Basic256Sha256", "SignAndEncrypt"),),
            tokens=("UserName",),
            subject="CN=Ignition OPC UA Server,OU=waterworks-190",
        ),
    ),
    causes=frozenset((Expected("exposed-data-store", 1883), Expected("firmware-unknown", 0))),
    unique=("waterworks-190",),
)
