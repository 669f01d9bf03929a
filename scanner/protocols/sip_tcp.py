"""SIP over TCP, and inside TLS: the same one OPTIONS as over UDP, where the port is open. The connection is closed after the answer."""

from inventory.errors import ProtocolError
from scanner.codecs import sip_message
from scanner.conversation import Conversation, Heard, ReadUntil, Safety, Send, Target

NAME = "sip_tcp"
TRANSPORT = "tcp"
PORTS = (5060, 5061)
SAFETY = Safety.A
OVER_TLS = True
SPEAKS_FIRST = False
SAYS = (sip_message.says(b"T(?:CP|LS)"),)
FACTS = sip_message.FACTS
_ANSWERS = 3


def probe(target: Target) -> Conversation[Heard]:
    """Ask, and read until an answer is final. An answer to OPTIONS has a body only where it describes media, and that is left unread."""
    yield Send(sip_message.options(target, "TLS" if target.tls else "TCP"))
    for _ in range(_ANSWERS):
        head = yield ReadUntil(b"\r\n\r\n", sip_message.HEAD_LIMIT)
        if not head.strip():
            continue  # a keep-alive (RFC 5626, section 3.5.1)
        if sip_message.status_of(head) >= 200:
            return parse(head)
    raise ProtocolError("only provisional SIP answers")


def parse(head: bytes) -> Heard:
    """The facts of one answer's head."""
    return sip_message.parse(head)
