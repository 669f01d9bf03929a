"""SMTP: the greeting, EHLO and QUIT. No sender, no recipient and no letter is named, and no login begins.

RFC 5321 lets anybody say EHLO (section 3.2); the answer lists what the server offers, TLS (RFC 3207) and logins (RFC 4954) among that. Printers that
take in Internet faxes, storage and building servers listen here.
"""

import re

from inventory.errors import PeerError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.codecs.smtp_reply import DONE, HELLO, QUIT, Introduction, introduce
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, ReadAll, Safety, Say, Send, Target

NAME = "smtp"
TRANSPORT = "tcp"
PORTS = (25, 465, 587)
SAFETY = Safety.A
OVER_TLS = True
SPEAKS_FIRST = True
HARDY = True
SAYS = (Say.exactly("EHLO", HELLO), Say.exactly("QUIT", QUIT))
FACTS = {
    "smtp.code": "the reply code of the greeting",
    "smtp.banner": "the text of the greeting, without its codes",
    "smtp.name": "the name that the server gives itself",
    "smtp.extensions": "what it offers in answer to EHLO: 'STARTTLS', 'SIZE', …",
    "smtp.auth": "how it takes logins: 'PLAIN', 'LOGIN', 'CRAM-MD5', …",
    "smtp.starttls": "whether it offers TLS by STARTTLS, where it is not spoken inside TLS",
}
_FAREWELL_LIMIT = 2048
_LIST = 32
_GREETING = re.compile(rb"(?:220|421|554)[ -][^\r\n]{0,200}\bE?SMTP\b", re.IGNORECASE)


def probe(target: Target) -> Conversation[Heard]:
    """Read the greeting, say EHLO, and leave."""
    introduced = yield from introduce()
    try:
        yield Send(QUIT)
        yield ReadAll(_FAREWELL_LIMIT, quiet=1.0)
    except PeerError:
        pass  # it has said what we came for
    return heard_in(introduced, inside_tls=target.tls)


def recognises(greeting: bytes) -> bool:
    """Whether a greeting names SMTP."""
    return _GREETING.match(greeting) is not None


def heard_in(introduced: Introduction, *, inside_tls: bool = False) -> Heard:
    """The facts of the greeting and of the answer to EHLO."""
    greeting, answer = introduced.greeting, introduced.answer
    facts: dict[str, FactValue] = {"smtp.code": greeting.code, "smtp.banner": one_line(greeting.text, 200)}
    name = greeting.text.split(maxsplit=1)[:1]
    if name:
        facts["smtp.name"] = one_line(name[0], 255)
    if answer.code == DONE:
        keywords = introduced.keywords()
        offered = (one_line(words[0], 32) for words in keywords)
        facts["smtp.extensions"] = tuple(dict.fromkeys(offered))[:_LIST]
        ways = (one_line(word, 32) for words in keywords for word in _mechanisms(words))
        facts["smtp.auth"] = tuple(dict.fromkeys(ways))[:_LIST]
        if not inside_tls:
            facts["smtp.starttls"] = introduced.offers_tls
    return Heard(facts, (greeting.raw + (answer.raw if answer is not greeting else b""))[:EVIDENCE_LIMIT])


def _mechanisms(words: tuple[str, ...]) -> tuple[str, ...]:
    """The mechanisms of an AUTH line; "AUTH=LOGIN" is how servers from before RFC 2554 wrote it for old clients."""
    if words[0] == "AUTH":
        return words[1:]
    return (words[0].removeprefix("AUTH="), *words[1:]) if words[0].startswith("AUTH=") else ()
