"""A road weather station that gives out its data by FTP."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.services.ftp import Ftp
from lab.services.http import Http, page
from lab.settings import switch

FAKE = Fake(
    name="weather_logger",
    title="Road weather station with FTP in clear text",
    host=135,
    mac="00:d0:2c:0e:73:35",
    vendor="Campbell Scientific",
    model="CR1000X",
    kind="weather-station",
    quarter="outskirts",
    services=(
        Http(server="CR1000X.Std.07", pages=(("/", page("CR1000X Series Datalogger", "Bridge deck, 4.1 C")),)),
        Ftp(greeting="CR1000X FTP server ready", account=Account("anonymous")),
    ),
    causes=frozenset((Expected("cleartext-administration", 21), Expected("firmware-unknown", 0))),
    settings=(switch("ftp", "FTP", (21, "tcp")),),
    state="neglected",
    states=(("kept", (("ftp", "off"),)),),
)
