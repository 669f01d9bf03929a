"""The exchange of the city's intercoms: its first telephone registers with the password of the example configuration."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.services.sip import Register, Sip, SipStream

_AGENT = "FreeSWITCH-mod_sofia/1.10.7-release+git~20211024"
_REGISTER = Register("10.20.0.1", Account("1000", "1234"))

FAKE = Fake(
    name="intercom_exchange",
    title="Telephone exchange of the intercoms with its example accounts",
    host=174,
    mac="52:54:00:5e:17:74",
    vendor="FreeSWITCH",
    kind="server",
    quarter="outskirts",
    services=(Sip(_AGENT, register=_REGISTER), SipStream(_AGENT, register=_REGISTER)),
    causes=frozenset((Expected("default-credentials", 5060, "udp"),)),
)
