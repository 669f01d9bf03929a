"""A storage system that states everything about itself in mDNS, and its MAC address in NetBIOS."""

from lab.fake import Expected, Fake
from lab.services.http import Http, icon, page
from lab.services.mdns import Announced, Mdns
from lab.services.netbios import Netbios

_MAC = "00:11:32:9a:10:6e"
_SERIAL = "1930PDN123456"

FAKE = Fake(
    name="synology_nas",
    quarter="outskirts",
    title="Storage of a school, known by mDNS",
    host=110,
    mac=_MAC,
    vendor="Synology",
    model="DS218+",
    kind="nas",
    firmware="7.2-64570",
    serial=_SERIAL,
    services=(
        Http(
            port=5000, server="nginx", pages=(("/", page("Synology NAS", "DSM 7.2-64570")),), favicon=icon("synology")
        ),
        Mdns(
            "school-nas",
            (
                Announced(
                    "_http._tcp",
                    "school-nas",
                    5000,
                    (
                        ("vendor", "Synology"),
                        ("model", "DS218+"),
                        ("serial", _SERIAL),
                        ("version_major", "7"),
                        ("version_minor", "2"),
                        ("version_build", "64570"),
                        ("mac_address", _MAC),
                    ),
                ),
                Announced("_smb._tcp", "school-nas", 445),
                Announced("_device-info._tcp", "school-nas", 0, (("model", "Xserve"),)),
            ),
        ),
        Netbios("SCHOOL-NAS", _MAC),
    ),
    causes=frozenset((Expected("firmware-unknown", 0),)),
)
