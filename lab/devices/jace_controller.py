"""A Niagara controller of a town hall that greets anyone in Fox."""

from lab.fake import Expected, Fake
from lab.services.fox import Fox
from lab.services.http import Http, page

FAKE = Fake(
    name="jace_controller",
    title="Niagara controller that speaks Fox in the clear",
    host=86,
    mac="00:01:f0:9c:22:86",
    vendor="Tridium",
    model="JACE-8000",
    kind="building-controller",
    firmware="4.4.92.2",
    serial="Qnx-TITAN-4D1C-0F22-9186",
    services=(
        Fox(host_id="Qnx-TITAN-4D1C-0F22-9186", station="TownHall", version="4.4.92.2", host="192.168.1.86"),
        Http(server="Niagara Web Server/4.4.92.2", pages=(("/", page("Niagara station")),), keeps_alive=False),
    ),
    causes=frozenset((Expected("unauthenticated-control", 1911), Expected("firmware-unknown", 0))),
    quarter="outskirts",
)
