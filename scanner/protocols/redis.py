"""Redis: does it take commands from anybody, and, where it does, what version is it? No key is read, and nothing of the data is named.

RESP (the Redis serialization protocol specification): PING, and where that is answered with PONG, HELLO without arguments, which changes nothing and names the
server's version; a Redis before 6 knows no HELLO and says so. A server with a password answers PING with -NOAUTH, one in protected mode answers -DENIED and
hangs up.
"""

import re

from inventory.errors import PeerError, ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, ReadAll, ReadUntil, Safety, Say, Send, Target

NAME = "redis"
TRANSPORT = "tcp"
PORTS = (6379,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = False
HARDY = True
PING, HELLO, QUIT = (b"*1\r\n$%d\r\n%s\r\n" % (len(word), word) for word in (b"PING", b"HELLO", b"QUIT"))
SAYS = (Say.exactly("PING", PING), Say.exactly("HELLO", HELLO), Say.exactly("QUIT", QUIT))
FACTS = {
    "redis.answer": "what it answers PING with: 'PONG', or the word that its error begins with ('NOAUTH', 'DENIED')",
    "redis.open": "whether it takes commands from anybody",
    "redis.version": "the version that HELLO names",
}
LINE_LIMIT = 1024
ASKS = ("NOAUTH", "NOPERM")
"""The errors of a server that would take a login: no password was given, or the nameless user may not even ping."""
_KNOWN = re.compile(
    rb"NOAUTH|NOPERM|DENIED|LOADING|BUSY|MISCONF|MASTERDOWN|NOREPLICAS|CLUSTERDOWN"
    rb"|ERR (?:operation not permitted|max number of clients|Protocol error|unknown command|NOAUTH)"
)
"""What begins an error of Redis (its sources, server.c and networking.c)."""
# An old Redis says "-ERR operation not permitted" where a later one says NOAUTH.
_OLD_NOAUTH = b"-ERR operation not permitted"
_VERSION = re.compile(rb"\$7\r\nversion\r\n\$\d{1,3}\r\n([^\r\n]{1,64})\r\n")
_HELLO_LIMIT, _WAIT = 2048, 1.0


def probe(target: Target) -> Conversation[Heard]:
    """Ping; ask an open one for its version; leave."""
    yield Send(PING)
    answer = yield ReadUntil(b"\r\n", LINE_LIMIT)
    heard = parse(answer)
    if not heard.facts["redis.open"]:
        return heard
    try:
        yield Send(HELLO)
        yield Send(QUIT)  # at once, so that the end of the answer is the end of the connection
        hello = yield ReadAll(_HELLO_LIMIT, quiet=_WAIT)
    except PeerError:
        return heard  # it has answered PING, and that is what counts
    return parse(answer, hello)


def parse(answer: bytes, hello: bytes = b"") -> Heard:
    """The facts in the answers to PING and to HELLO; `ProtocolError` where the first is no answer of Redis."""
    word = parse_answer(answer)
    facts: dict[str, FactValue] = {"redis.answer": word, "redis.open": word == "PONG"}
    named = _VERSION.search(hello)
    if named:
        facts["redis.version"] = one_line(named[1], 64)
    return Heard(facts, (answer + (named[0] if named else b""))[:EVIDENCE_LIMIT])


def parse_answer(answer: bytes) -> str:
    """'PONG', or the word that an error of Redis begins with; `ProtocolError` where it is neither."""
    if answer in (b"+PONG\r\n", b"$4\r\nPONG\r\n"):
        return "PONG"
    if answer.startswith(_OLD_NOAUTH):
        return "NOAUTH"
    if answer[:1] != b"-" or not answer.endswith(b"\r\n") or not _KNOWN.match(answer, 1):
        raise ProtocolError("not Redis")
    return one_line(answer[1:].split(maxsplit=1)[0], 32)
