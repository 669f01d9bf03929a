"""Another exchange, whose example accounts are gone. It asks for a password before it says what it can do."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.services.sip import Register, Sip, SipStream

_AGENT = "FreeSWITCH-mod_sofia/1.10.9-release"
_REGISTER = Register("calls.lab", Account("1000"), options=True, locks_after=3)

FAKE = Fake(
    name="intercom_exchange_kept",
    title="Telephone exchange of the intercoms, kept well",
    host=175,
    mac="52:54:00:5e:17:75",
    vendor="FreeSWITCH",
    kind="server",
    quarter="outskirts",
    services=(Sip(_AGENT, register=_REGISTER), SipStream(_AGENT, register=_REGISTER)),
    causes=frozenset((Expected("firmware-unknown", 0),)),
)
