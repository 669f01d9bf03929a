"""A speaker in a foyer, known by mDNS and by its UPnP description."""

from lab.fake import Expected, Fake
from lab.services.mdns import Announced, Mdns
from lab.services.ssdp import Ssdp
from lab.services.upnp import description

_UDN = "uuid:RINCON_5CAAFD0A106D01400"
_PATH = "/xml/device_description.xml"

FAKE = Fake(
    name="sonos_speaker",
    quarter="outskirts",
    title="Speaker in a foyer",
    host=109,
    mac="5c:aa:fd:0a:10:6d",
    vendor="Sonos",
    model="Sonos One",
    kind="speaker",
    unique=("RINCON_5CAAFD0A106D01400",),
    services=(
        Mdns(
            "sonos5CAAFD0A106D",
            (
                Announced(
                    "_sonos._tcp",
                    "RINCON_5CAAFD0A106D01400@Foyer",
                    1443,
                    (("info", "/api/v1/players/RINCON_5CAAFD0A106D01400/info"), ("vers", "3"), ("protovers", "1.24.1")),
                ),
            ),
            brings_along=False,
        ),
        Ssdp(udn=_UDN, location=f"http://{{address}}:1400{_PATH}", server="Linux UPnP/1.0 Sonos/70.3-35220 (ZPS18)"),
        description(
            1400,
            _PATH,
            _UDN,
            deviceType="urn:schemas-upnp-org:device:ZonePlayer:1",
            manufacturer="Sonos, Inc.",
            modelName="Sonos One",
            modelNumber="S18",
        ),
    ),
    causes=frozenset((Expected("firmware-unknown", 0),)),
)
