"""A wireless access point that is adopted and kept well."""

from lab.account import Account
from lab.fake import Fake
from lab.services.ssh import Ssh
from lab.services.ubiquiti import Ubiquiti

_MAC = "f0:9f:c2:6b:30:21"

FAKE = Fake(
    name="unifi_access_point",
    title="Wireless access point, well kept",
    host=121,
    mac=_MAC,
    vendor="Ubiquiti",
    model="UAP-AC-Pro",
    kind="access-point",
    firmware="v6.7.17",
    quarter="outskirts",
    services=(
        Ubiquiti(
            mac=_MAC,
            firmware="BZ.qca956x.v6.7.17.15512.250612.0814",
            hostname="library-2",
            product="U7PG2",
            model="UAP-AC-Pro",
            unmanaged=False,
        ),
        Ssh(version="dropbear_2024.85", account=Account("riverside")),
    ),
    causes=frozenset(),
)
