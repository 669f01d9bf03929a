"""A street-light gateway whose broker takes commands from anyone."""

from lab.fake import Expected, Fake
from lab.services.http import Http, icon, page
from lab.services.mqtt import Mqtt

FAKE = Fake(
    name="lighting_gateway",
    title="Street-light gateway whose MQTT broker takes anyone",
    host=23,
    mac="14:ef:cf:20:4c:23",
    vendor="Schréder",
    model="Owlet IoT",
    kind="lighting-gateway",
    services=(
        Http(pages=(("/", page("Schreder Owlet IoT Gateway", "Segment controller online")),), favicon=icon("owlet")),
        Mqtt(version="mosquitto version 2.0.18"),
    ),
    causes=frozenset((Expected("no-authentication", 1883),)),
    ipv6=True,
)
