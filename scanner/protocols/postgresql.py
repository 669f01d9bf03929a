"""PostgreSQL: is it one, does it speak TLS, and what does it say to a client that names nobody? No user is named, so no login begins.

Two messages (PostgreSQL manual, "Frontend/Backend Protocol", "Message Flow"): SSLRequest, which is answered with one byte, and, inside TLS where that is
offered, a StartupMessage without a user, which every server since 7.4 refuses with SQLSTATE 28000 before it looks at any account. It costs the server one line
in its log. How it would let somebody in, it only tells a client that names a user: that is part of the login.
"""

from inventory.errors import ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.codecs.postgresql import SSL_REQUEST, Message, read_message, startup
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Read, Safety, Say, Send, StartTLS, Target

NAME = "postgresql"
TRANSPORT = "tcp"
PORTS = (5432,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = False
HARDY = True
NOBODY = startup()
SAYS = (Say.exactly("SSLRequest", SSL_REQUEST), Say.exactly("StartupMessage without a user", NOBODY))
FACTS = {
    "postgresql.tls": "whether it offers TLS",
    "postgresql.code": "the SQLSTATE with which it refuses a client that names no user",
    "postgresql.error": "the text of that refusal",
}
_OFFERS, _OFFERS_NOT = b"S", b"N"


def probe(target: Target) -> Conversation[Heard]:
    """Ask for TLS, then start without a user."""
    yield Send(SSL_REQUEST)
    offer = yield Read(1)
    if offer not in (_OFFERS, _OFFERS_NOT):
        raise ProtocolError("not PostgreSQL")
    if offer == _OFFERS:
        yield StartTLS()
    yield Send(NOBODY)
    return parse(offer, (yield from read_message()))


def parse(offer: bytes, refusal: Message) -> Heard:
    """The facts in the answers to SSLRequest and to the start; `ProtocolError` where the second is no refusal."""
    code = refusal.field("C")
    if refusal.type != b"E" or len(code) != 5 or not code.isalnum():
        raise ProtocolError("not PostgreSQL's answer to a start without a user")
    facts: dict[str, FactValue] = {"postgresql.tls": offer == _OFFERS, "postgresql.code": one_line(code, 5)}
    text = one_line(refusal.field("M"), 200)
    if text:
        facts["postgresql.error"] = text
    return Heard(facts, f"{code} {text}".encode()[:EVIDENCE_LIMIT])
