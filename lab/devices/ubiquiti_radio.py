"""A point-to-point radio on a mast that has not been updated since 2015."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.services.http import Http, page
from lab.services.ssh import Ssh
from lab.services.ubiquiti import Ubiquiti

_MAC = "00:27:22:a4:51:20"

FAKE = Fake(
    name="ubiquiti_radio",
    title="Radio on a mast with firmware of 2015 and a web login in clear text",
    host=120,
    mac=_MAC,
    vendor="Ubiquiti",
    model="NanoStation M5",
    kind="radio",
    firmware="v5.6.3",
    quarter="outskirts",
    services=(
        Ubiquiti(
            mac=_MAC,
            firmware="XM.ar7240.v5.6.3.28591.151130.1749",
            hostname="mast-7-north",
            product="N5N",
            model="NanoStation M5",
            essid="traffic-backhaul",
            username="ubnt",
        ),
        Http(
            server="lighttpd/1.4.31",
            pages=(("/", page("airOS - Login", form=True)),),
            headers=(("Set-Cookie", "AIROS_002722A45120=5a1f; Path=/"),),
        ),
        Ssh(version="dropbear_2014.65", host_key="rsa", account=Account("ubnt")),
    ),
    causes=frozenset(
        (
            Expected("firmware-old", 10001, "udp"),
            Expected("cleartext-administration", 80),
            Expected("component-old", 80),
            Expected("component-old", 22),
        )
    ),
)
