"""A street-light gateway whose broker takes commands from anyone."""

from lab.account import Account
from lab.fake import TLS, Expected, Fake
from lab.measures import found
from lab.services.http import Http, icon, page
from lab.services.mqtt import Mqtt
from lab.settings import Change, Choice

_VERSION = "mosquitto version 2.0.18"
_KNOWN = Account("segment-controller")
_SECRET = Mqtt(
    port=8883,
    tls=TLS("modern", "TLSv1.2", "TLSv1.3", "CN=owlet-23.lab,O=Lab City"),
    account=_KNOWN,
    version=_VERSION,
)
# From 2.0 on mosquitto listens on the loopback interface alone until it is told otherwise: mosquitto.org, "Migrating from 1.x to 2.0".
_BROKER = Choice(
    "broker",
    "MQTT broker",
    (
        ("open", Change()),
        (
            "account",
            Change(
                ((Mqtt(version=_VERSION), Mqtt(version=_VERSION, account=_KNOWN)),),
                lifts=found(1883, "no-authentication"),
                causes=found(1883, "exposed-data-store"),
                hushes=frozenset(((1883, "tcp"),)),
            ),
        ),
        ("tls", Change(closes=frozenset(((1883, "tcp"),)), opens=(_SECRET,))),
        ("off", Change(closes=frozenset(((1883, "tcp"),)))),
    ),
)

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
    settings=(_BROKER,),
    told=(("age", ((1883, "tcp"),)),),
    state="neglected",
    states=(
        ("shipped", (("broker", "off"),)),
        ("kept", (("broker", "tls"),)),
    ),
)
