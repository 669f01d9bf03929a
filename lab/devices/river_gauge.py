"""A data logger of rain and river gauges that invites everybody to its files by FTP."""

from lab.fake import Expected, Fake
from lab.services.ftp import Ftp
from lab.services.http import Http, page
from lab.settings import switch

FAKE = Fake(
    name="river_gauge",
    title="Rain logger that invites strangers to its files",
    host=198,
    mac="00:d0:2c:1a:01:98",
    vendor="Campbell Scientific",
    model="CR1000X",
    kind="weather-station",
    quarter="outskirts",
    services=(
        Http(server="CR1000X.Std.08", pages=(("/", page("CR1000X Series Datalogger", "Rain gauge 4, 0.2 mm")),)),
        Ftp(greeting="CR1000X FTP server ready, anonymous login ok, send your e-mail address as password"),
    ),
    causes=frozenset(
        (Expected("cleartext-administration", 21), Expected("no-authentication", 21), Expected("firmware-unknown", 0))
    ),
    settings=(switch("ftp", "FTP", (21, "tcp")),),
    state="neglected",
    states=(("kept", (("ftp", "off"),)),),
)
