"""A gateway for sensors whose integrator left the doors of his workshop open: the container engine, and the editor of its flows."""

from lab.fake import TLS, Expected, Fake
from lab.measures import certificate
from lab.services.http import Http, Page, page
from lab.settings import switch

_VERSION = (
    '{"Platform":{"Name":"Docker Engine - Community"},"Components":[{"Name":"Engine","Version":"24.0.7","Details":{"ApiVersion":"1.43"}}],'
    '"Version":"24.0.7","ApiVersion":"1.43","MinAPIVersion":"1.12","GitCommit":"311b9ff","GoVersion":"go1.20.10","Os":"linux","Arch":"arm64"}\n'
)
_ENGINE = (("Api-Version", "1.43"), ("Ostype", "linux"))

_TLS = TLS("modern", "TLSv1.2", "TLSv1.3", "CN=container_gateway.lab,O=Lab City")

FAKE = Fake(
    name="container_gateway",
    title="Gateway whose container engine and flow editor are open",
    host=229,
    mac="24:e1:24:0a:02:29",
    vendor="Milesight",
    model="UG65",
    kind="gateway",
    quarter="outskirts",
    services=(
        Http(
            port=443,
            tls=_TLS,
            pages=(("/", page("UG65 - Gateway", form=True)),),
        ),
        Http(
            port=1880,
            pages=(("/", page("Node-RED")), ("/auth/login", Page("{}", kind="application/json; charset=utf-8"))),
        ),
        Http(
            port=2375,
            server="Docker/24.0.7 (linux)",
            headers=_ENGINE,
            pages=(
                ("/", Page('{"message":"page not found"}\n', kind="application/json", status=404)),
                ("/version", Page(_VERSION, kind="application/json")),
            ),
        ),
    ),
    unique=("container_gateway.lab",),
    causes=frozenset(
        (Expected("container-api", 1880), Expected("container-api", 2375), Expected("firmware-unknown", 0))
    ),
    settings=(
        switch("engine", "Docker Engine in the network", (2375, "tcp")),
        switch("flows", "Node-RED in the network", (1880, "tcp")),
        certificate(_TLS, 443),
    ),
    state="neglected",
    states=(
        (
            "shipped",
            (
                ("engine", "off"),
                ("flows", "off"),
                ("certificate", "factory"),
            ),
        ),
        (
            "kept",
            (
                ("engine", "off"),
                ("flows", "off"),
            ),
        ),
    ),
)
