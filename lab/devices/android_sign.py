"""A departure board that is an Android box whose debug bridge was left on."""

from lab.fake import Expected, Fake
from lab.services.adb import Adb
from lab.services.http import Http, page
from lab.settings import switch

FAKE = Fake(
    name="android_sign",
    quarter="outskirts",
    title="Signage player with an open Android debug bridge",
    host=242,
    mac="1c:ee:c9:40:10:f2",
    vendor="Screenly",
    model="rk3288",
    kind="signage-player",
    services=(Http(pages=(("/", page("Screenly")),), keeps_alive=False), Adb()),
    causes=frozenset((Expected("debug-interface", 5555), Expected("firmware-unknown", 0))),
    settings=(switch("adb", "Android debug bridge", (5555, "tcp")),),
    told=(("model", ((5555, "tcp"),)),),
    state="neglected",
    states=(("kept", (("adb", "off"),)),),
)
