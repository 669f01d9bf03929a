"""SOCKS 5: does the proxy take a stranger without a login? It is greeted, and left before it could be asked to connect anywhere.

RFC 1928, section 3: the client offers its methods of authentication, of which we have one, "no authentication required". A server that chooses it would take
the next message for a request; there is none. SOCKS 4 has no greeting, its first message is the request to connect itself, so that it is never asked.
"""

from inventory.errors import ProtocolError
from scanner.conversation import Conversation, Heard, Read, Safety, Say, Send, Target

NAME = "socks"
TRANSPORT = "tcp"
PORTS = (1080,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = False
HARDY = True
GREETING = bytes.fromhex("05 01 00")
SAYS = (Say.exactly("greeting without authentication", GREETING),)
FACTS = {
    "socks.open": "whether it takes a client without a login",
    "socks.method": "the method of authentication that it chose, 0 none, 255 no acceptable one",
}
_VERSION, _NONE, _NO_ACCEPTABLE = 5, 0, 255


def probe(target: Target) -> Conversation[Heard]:
    """Greet, and leave."""
    yield Send(GREETING)
    return parse((yield Read(2)))


def parse(answer: bytes) -> Heard:
    """The facts in the server's choice; it may only choose what it was offered, or nothing."""
    if len(answer) != 2 or answer[0] != _VERSION or answer[1] not in (_NONE, _NO_ACCEPTABLE):
        raise ProtocolError("not SOCKS 5")
    return Heard({"socks.open": answer[1] == _NONE, "socks.method": answer[1]}, answer)
