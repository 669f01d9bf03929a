"""FTP: the greeting, what it can do (FEAT, RFC 2389: it is answered before a login, and changes nothing), and a polite goodbye.

No account is named, anonymous least of all: whether strangers are invited is read from the greeting alone.
"""

import re
from dataclasses import replace

from inventory.errors import PeerError, ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.codecs.ftp_reply import Reply, offers_anonymous, parse_reply, read_reply
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
    "ftp.starttls": "whether it offers TLS (AUTH TLS, RFC 4217), where it tells what it can do",
}
FEAT, QUIT = b"FEAT\r\n", b"QUIT\r\n"
SAYS = (Say.exactly("FEAT", FEAT), Say.exactly("QUIT", QUIT))
_FAREWELL_LIMIT = 2048
_READY, _FEATURES = 220, 211


def probe(target: Target) -> Conversation[Heard]:
    """Read the greeting, ask what it can do, and leave."""
    greeting = yield from read_reply()
    heard = parse(greeting.raw)
    try:
        if greeting.code == _READY:
            heard = replace(heard, facts={**heard.facts, **(yield from _features())})
        yield Send(QUIT)
        yield ReadAll(_FAREWELL_LIMIT, quiet=1.0)
    except PeerError:
        pass  # it has said what we came for
    return heard


def _features() -> Conversation[dict[str, FactValue]]:
    yield Send(FEAT)
    try:
        return features((yield from read_reply()))
    except ProtocolError:
        return {}


def features(reply: Reply) -> dict[str, FactValue]:
    """The facts in an answer to FEAT, whose lines each begin with a blank (RFC 2389, section 3.2): nothing where it was not granted."""
    if reply.code != _FEATURES:
        return {}
    named = (line.upper().replace(";", " ").split() for line in reply.text.split("\n"))
    return {"ftp.starttls": any(words[:1] == ["AUTH"] and "TLS" in words for words in named)}


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
    if reply.code == _READY and offers_anonymous(reply.text):
        facts["ftp.anonymous_offered"] = True
    return Heard(facts, greeting[:EVIDENCE_LIMIT])
