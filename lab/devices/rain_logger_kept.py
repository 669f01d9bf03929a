"""The same logger with a password of its own, which locks whoever fails three times."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.services.ftp import Ftp

FAKE = Fake(
    name="rain_logger_kept",
    title="Data logger of a rain basin with a password of its own",
    host=173,
    mac="00:30:de:40:17:73",
    vendor="WAGO",
    kind="plc",
    quarter="outskirts",
    services=(Ftp(greeting="WAGO 750 FTP Server ready", account=Account("admin"), locks_after=3),),
    causes=frozenset((Expected("cleartext-administration", 21), Expected("firmware-unknown", 0))),
)
