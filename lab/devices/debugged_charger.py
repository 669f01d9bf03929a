"""A charging controller that came back from the workshop with the debug adapter still on it."""

from lab.fake import Expected, Fake
from lab.services.http import Http, page
from lab.services.openocd import OpenOcd

FAKE = Fake(
    name="debugged_charger",
    quarter="outskirts",
    title="Charging controller with a debug adapter on the network",
    host=244,
    mac="a8:74:1d:0e:22:f4",
    vendor="Phoenix Contact",
    model="CHARX control modular",
    kind="charger",
    services=(Http(pages=(("/", page("CHARX control modular")),), keeps_alive=False), OpenOcd()),
    causes=frozenset((Expected("debug-interface", 4444), Expected("firmware-unknown", 0))),
)
