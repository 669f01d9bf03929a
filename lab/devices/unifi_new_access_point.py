"""A wireless access point on its factory settings: whoever adopts it first has it, and its password is the factory's."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.services.ssh import Ssh
from lab.services.ubiquiti import Ubiquiti

_MAC = "24:5a:4c:3e:01:94"

FAKE = Fake(
    name="unifi_new_access_point",
    title="Wireless access point that nobody adopted",
    host=194,
    mac=_MAC,
    vendor="Ubiquiti",
    model="UAP-AC-Lite",
    kind="access-point",
    firmware="v6.7.17",
    quarter="outskirts",
    services=(
        Ubiquiti(
            mac=_MAC,
            firmware="BZ.qca956x.v6.7.17.15512.250612.0814",
            hostname="UBNT",
            product="U7LT",
            model="UAP-AC-Lite",
            unmanaged=True,
        ),
        Ssh(version="dropbear_2024.85", account=Account("ubnt", "ubnt")),
    ),
    causes=frozenset((Expected("first-run", 10001, "udp"), Expected("default-credentials", 22))),
)
