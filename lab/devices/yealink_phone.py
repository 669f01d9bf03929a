"""A telephone whose web login goes over the network in clear."""

from lab.fake import Expected, Fake
from lab.services.http import Http, page
from lab.services.sip import Sip, SipStream

_AGENT = "Yealink SIP-T46S 66.85.0.5"

FAKE = Fake(
    name="yealink_phone",
    quarter="outskirts",
    title="Desk telephone with its web login in clear",
    host=102,
    mac="00:15:65:a1:10:66",
    vendor="Yealink",
    model="SIP-T46S",
    kind="phone",
    firmware="66.85.0.5",
    services=(
        Http(pages=(("/", page("Yealink T46S Phone", "Enterprise IP phone", form=True)),)),
        Sip(_AGENT),
        SipStream(_AGENT),
    ),
    causes=frozenset((Expected("cleartext-administration", 80), Expected("firmware-unknown", 0))),
)
