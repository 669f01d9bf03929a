"""A well-kept Niagara controller: foxs and nothing else."""

from lab.fake import TLS, Expected, Fake
from lab.services.fox import Fox

FAKE = Fake(
    name="webs_controller",
    title="Niagara controller that speaks Fox inside TLS only",
    host=87,
    mac="00:01:f0:9c:40:87",
    vendor="Honeywell",
    model="JACE-8000",
    kind="building-controller",
    firmware="4.13.2.18",
    serial="Qnx-TITAN-77A0-51E3-2087",
    services=(
        Fox(
            port=4911,
            tls=TLS(subject="CN=WEB8000"),
            host_id="Qnx-TITAN-77A0-51E3-2087",
            station="Library",
            version="4.13.2.18",
            host="192.168.1.87",
            brand="Webs",
        ),
    ),
    causes=frozenset((Expected("firmware-unknown", 0),)),
    quarter="outskirts",
)
