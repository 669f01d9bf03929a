"""Memcached: does it take commands from anybody, and what version is it? Only `version` and `quit` are said: no key is read, no statistics, nothing is flushed.

The text protocol (doc/protocol.txt of memcached). A server that answers is open: there is no login in this protocol, but for SASL, with which the server takes
the binary protocol alone and hangs up, and for the file of accounts since 1.5.15 (option -Y), with which it answers "CLIENT_ERROR unauthenticated".
"""

import re

from inventory.errors import PeerError, ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, ReadAll, ReadUntil, Safety, Say, Send, Target

NAME = "memcached"
TRANSPORT = "tcp"
PORTS = (11211,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = False
HARDY = True
VERSION, QUIT = b"version\r\n", b"quit\r\n"
SAYS = (Say.exactly("version", VERSION), Say.exactly("quit", QUIT))
FACTS = {
    "memcached.open": "whether it takes commands from anybody",
    "memcached.version": "the version that it states",
}
_STATED = re.compile(rb"VERSION (\d[^\r\n]{0,63})\r\n")
_UNAUTHENTICATED = b"CLIENT_ERROR unauthenticated\r\n"
_LINE_LIMIT = 256


def probe(target: Target) -> Conversation[Heard]:
    """Ask for the version and leave."""
    yield Send(VERSION)
    heard = parse((yield ReadUntil(b"\r\n", _LINE_LIMIT)))
    if not heard.facts["memcached.open"]:
        return heard  # it would not take a goodbye either
    try:
        yield Send(QUIT)
        yield ReadAll(_LINE_LIMIT, quiet=1.0)
    except PeerError:
        pass  # it has said what we came for
    return heard


def parse(answer: bytes) -> Heard:
    """The facts in the answer to `version`; `ProtocolError` where it is none of memcached's."""
    facts: dict[str, FactValue] = {"memcached.open": False}
    stated = _STATED.fullmatch(answer)
    if stated:
        facts = {"memcached.open": True, "memcached.version": one_line(stated[1], 64)}
    elif answer != _UNAUTHENTICATED:
        raise ProtocolError("not memcached")
    return Heard(facts, answer[:EVIDENCE_LIMIT])
