"""An automation controller of a pumping station: DNP3 to anyone, its web pages by HTTPS."""

from lab.fake import TLS, Expected, Fake
from lab.services.dnp3 import Dnp3
from lab.services.http import Http, page

FAKE = Fake(
    name="sel_rtac",
    title="Automation controller reachable over DNP3",
    host=83,
    mac="00:30:a7:08:5c:83",
    vendor="Schweitzer Engineering Laboratories",
    model="SEL-3530",
    kind="rtu",
    services=(
        Dnp3(),
        Http(port=443, tls=TLS(subject="CN=SEL-3530"), pages=(("/", page("SEL-3530 RTAC")),), keeps_alive=False),
    ),
    causes=frozenset((Expected("unauthenticated-control", 20000), Expected("firmware-unknown", 0))),
    quarter="outskirts",
)
