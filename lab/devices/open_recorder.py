"""A recorder that opens whatever is typed."""

from lab.account import ANYONE
from lab.fake import Expected, Fake
from lab.measures import https
from lab.services.http import Http, Lock, icon, page

_MODEL = "TD-2708"

FAKE = Fake(
    name="open_recorder",
    title="Recorder that accepts any password",
    host=31,
    mac="00:18:ae:61:7a:31",
    vendor="TVT",
    model=_MODEL,
    kind="recorder",
    services=(
        Http(
            lock=Lock(_MODEL, ANYONE),
            pages=(("/", page("DVR", "Live  Search  Setup")),),
            favicon=icon("tvt"),
        ),
    ),
    causes=frozenset(
        (
            Expected("accepts-any-password", 80),
            Expected("cleartext-administration", 80),
            Expected("firmware-unknown", 0),
        )
    ),
    settings=(https("CN=recorder-31.lab,O=Lab City"),),
    state="neglected",
)
