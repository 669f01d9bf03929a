"""A controller that logs the level of a rain basin and gives its files to whoever knows its manual."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.services.ftp import Ftp

FAKE = Fake(
    name="rain_logger",
    title="Data logger of a rain basin, files open by the factory's account",
    host=172,
    mac="00:30:de:40:17:72",
    vendor="WAGO",
    kind="plc",
    quarter="outskirts",
    services=(Ftp(greeting="WAGO 750 FTP Server ready", account=Account("admin", "wago")),),
    causes=frozenset(
        (Expected("default-credentials", 21), Expected("cleartext-administration", 21), Expected("firmware-unknown", 0))
    ),
)
