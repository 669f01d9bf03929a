"""FTP: the greeting, and a polite goodbye. No account is named, anonymous least of all: whether strangers are invited is read from the greeting alone."""

import re

from inventory.errors import PeerError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.codecs.ftp_reply import offers_anonymous, parse_reply, read_reply
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, ReadAll, Safety, Say, Send, Target

NAME = "ftp"
TRANSPORT = "tcp"
PORTS = (21,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = True
HARDY = True
FACTS = {
    "ftp.code": "the reply code of the greeting",
    "ftp.banner": "the text of the greeting, without its codes",
    "ftp.anonymous_offered": "that the greeting invites strangers to log in as anonymous, where it does",
}
QUIT = b"QUIT\r\n"
SAYS = (Say.exactly("QUIT", QUIT),)
_FAREWELL_LIMIT = 2048


def probe(target: Target) -> Conversation[Heard]:
    """Read the greeting and leave."""
    greeting = yield from read_reply()
    try:
        yield Send(QUIT)
        yield ReadAll(_FAREWELL_LIMIT, quiet=1.0)
    except PeerError:
        pass  # it has said what we came for
    return parse(greeting.raw)


def recognises(greeting: bytes) -> bool:
    """Whether a greeting names FTP. SMTP greets with the same code, so a greeting without the name is not taken for either."""
    return (
        re.match(rb"(?:120|220|421)[ -]", greeting) is not None
        and b"ftp" in greeting.lower()
        and b"smtp" not in greeting.lower()
    )


def parse(greeting: bytes) -> Heard:
    """Read a whole greeting."""
    reply = parse_reply(greeting)
    facts: dict[str, FactValue] = {"ftp.code": reply.code, "ftp.banner": one_line(reply.text)}
    if reply.code == 220 and offers_anonymous(reply.text):
        facts["ftp.anonymous_offered"] = True
    return Heard(facts, greeting[:EVIDENCE_LIMIT])
