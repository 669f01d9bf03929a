"""SIP over UDP: one OPTIONS, and what the device says it is. No INVITE, no REGISTER: nothing rings.

`scanner/codecs/sip_message.py` says why this request is safe. Provisional answers (RFC 3261, section 17.1.4) are passed over.
"""

from inventory.errors import PeerError, ProtocolError
from scanner.codecs import sip_message
from scanner.conversation import Conversation, Heard, ReadSome, Safety, Send, Target

NAME = "sip"
TRANSPORT = "udp"
PORTS = (5060,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = False
SAYS = (sip_message.says(b"UDP"),)
FACTS = sip_message.FACTS
_ANSWERS = 3


def probe(target: Target) -> Conversation[Heard]:
    """Ask, and read until an answer is final."""
    yield Send(sip_message.options(target, "UDP"))
    heard: Heard | None = None
    for _ in range(_ANSWERS):
        try:
            datagram = yield ReadSome(65535)
        except PeerError:
            if heard is not None:
                return heard
            raise
        heard = parse(datagram)
        if sip_message.status_of(datagram) >= 200:
            return heard
    if heard is None:
        raise ProtocolError("no SIP answer")
    return heard


def parse(datagram: bytes) -> Heard:
    """The facts of one answer."""
    return sip_message.parse(datagram)
