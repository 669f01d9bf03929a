"""A traffic signal controller that tells anyone who says `public`, with an SSH server of 2012."""

from lab.fake import Expected, Fake
from lab.measures import community
from lab.services.http import Http, page
from lab.services.snmp import Snmp
from lab.services.ssh import Ssh
from lab.settings import SECRET, switch

_MAC = "00:04:81:3a:44:20"

FAKE = Fake(
    name="econolite_controller",
    title="Traffic signal controller that answers the SNMP community public",
    host=20,
    mac=_MAC,
    vendor="Econolite",
    model="Cobalt",
    kind="traffic-controller",
    services=(
        Http(pages=(("/", page("Econolite Cobalt ATC", "Phase status: coordinated, plan 4")),), keeps_alive=False),
        Ssh(
            version="dropbear_2012.55",
            host_key="rsa",
            kex=("diffie-hellman-group14-sha1", "diffie-hellman-group1-sha1"),
            ciphers=("aes128-ctr", "aes256-ctr", "aes128-cbc", "3des-cbc", "aes256-cbc"),
            macs=("hmac-sha1-96", "hmac-sha1", "hmac-md5"),
        ),
        Snmp(
            enterprise=8072,
            mac=_MAC,
            community="public",
            descr="Econolite Cobalt ATC; Linux 2.6.35; build 2013-06-18",
            name="cobalt-atc",
            location="Main St / 4th Ave",
        ),
    ),
    causes=frozenset(
        (
            Expected("snmp-default-community", 161, "udp"),
            Expected("firmware-old", 161, "udp"),
            Expected("component-old", 22),
            Expected("component-old", 161, "udp"),
            Expected("cleartext-administration", 161, "udp"),
        )
    ),
    settings=(
        community("public", "firmware-old", "component-old"),
        switch("ssh", "SSH", (22, "tcp")),
    ),
    told=(
        (
            "age",
            (
                (22, "tcp"),
                (161, "udp"),
            ),
        ),
    ),
    state="neglected",
    states=(
        ("shipped", (("ssh", "off"),)),
        (
            "kept",
            (
                ("community", SECRET),
                ("ssh", "off"),
            ),
        ),
    ),
)
