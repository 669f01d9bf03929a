"""The clock of the traffic lights, which tells strangers what it is made of by NTP's control messages."""

from lab.fake import Expected, Fake
from lab.services.http import Http, page
from lab.services.ntp import Ntp

FAKE = Fake(
    name="time_server",
    title="Time server that tells its software to strangers",
    host=245,
    mac="ec:46:70:00:02:45",
    vendor="Meinberg",
    model="LANTIME M200",
    kind="server",
    quarter="outskirts",
    services=(
        Http(pages=(("/", page("LANTIME M200 - Meinberg", "NTP time server with GPS receiver")),)),
        Ntp(version="ntpd 4.2.6p5@1.2349-o Mon Nov  2 04:29:47 UTC 2015 (1)", system="Linux/3.10.14"),
    ),
    causes=frozenset((Expected("component-old", 123, "udp"), Expected("amplifier", 123, "udp"))),
)
