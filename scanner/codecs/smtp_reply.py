"""SMTP as far as a client may look around before it has a letter: the greeting, EHLO, and what is offered in answer (RFC 5321, sections 4.1.1.1 and 4.2).

A reply has the form of FTP's. Whoever asks names himself by a name that nobody has (RFC 6761, section 6.4): it claims to be no host of the city.
"""

from dataclasses import dataclass

from inventory.errors import ProtocolError
from inventory.text import one_line
from scanner.codecs.ftp_reply import Reply, read_reply
from scanner.conversation import Conversation, Send

HELLO = b"EHLO tocsin.invalid\r\n"
QUIT = b"QUIT\r\n"
READY, DONE = 220, 250
_REFUSALS = (421, 554)


@dataclass(frozen=True, slots=True)
class Introduction:
    """The greeting, and the answer to EHLO."""

    greeting: Reply
    answer: Reply

    def keywords(self) -> tuple[tuple[str, ...], ...]:
        """The words of each extension that it offers, in capitals: the keyword and its parameters."""
        if self.answer.code != DONE:
            return ()
        lines = self.answer.text.split("\n")[1:]  # the first names the server
        return tuple(tuple(line.upper().split()) for line in lines if line.strip())

    @property
    def offers_tls(self) -> bool:
        """Whether it offers STARTTLS (RFC 3207, section 2)."""
        return any(words[0] == "STARTTLS" for words in self.keywords())


def introduce() -> Conversation[Introduction]:
    """Hear the greeting and say EHLO; where the greeting refuses (RFC 5321, section 3.1) it is the answer to both. `ProtocolError` where it is no SMTP."""
    greeting = yield from read_reply()
    if greeting.code in _REFUSALS:
        return Introduction(greeting, greeting)
    if greeting.code != READY:
        raise ProtocolError("not an SMTP greeting")
    yield Send(HELLO)
    answer = yield from read_reply()
    if answer.code != DONE and "SMTP" not in greeting.text.upper():
        raise ProtocolError("not SMTP: FTP greets with the same code")
    return Introduction(greeting, answer)


def shown(reply: Reply) -> str:
    """A reply in one line, for a reason."""
    return one_line(f"{reply.code} {reply.text}", 120)
