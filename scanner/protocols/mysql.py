"""MySQL and MariaDB: the greeting of the server, which names its version. Nothing is sent, no user is named, and the connection is closed.

The server speaks first (MySQL internals manual, Protocol::HandshakeV10), or refuses with an error: 1130 where it takes no login from our address, 1129 where
our address is blocked, 1040 where all its connections are taken.

A client that leaves before it answers counts as an aborted handshake. The server keeps that count for each client address, clears it when a login from
there succeeds, and shuts the address out after `max_connect_errors` in a row (100 by default; MySQL manual, "Host Cache"; `FLUSH HOSTS` or a restart clears
it). There is no goodbye before the login that would not count, so this conversation is held once, on one connection; nobody but the scanner's own address is
ever shut out, and when it is, the greeting says so (1129).
"""

from inventory.errors import ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.codecs.mysql import ERR, SSL, Packet, parse_greeting, parse_refusal, read_packet
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Safety, Say, Target

NAME = "mysql"
TRANSPORT = "tcp"
PORTS = (3306,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = True
HARDY = True
SAYS: tuple[Say, ...] = ()
FACTS = {
    "mysql.version": "the version that the server states in its greeting",
    "mysql.plugin": "how it asks for the password unless the account says otherwise",
    "mysql.tls": "whether it offers TLS",
    "mysql.error_code": "the number of the error that it greets with instead",
    "mysql.error": "the text of that error",
}
_EARLY_ERRORS = range(1000, 5000)


def probe(target: Target) -> Conversation[Heard]:
    """Listen."""
    return parse((yield from read_packet()))


def recognises(greeting: bytes) -> bool:
    """Whether what a server says unasked is a greeting of MySQL."""
    size = int.from_bytes(greeting[:3], "little")
    try:
        parse(Packet(greeting[3], greeting[4 : 4 + size]))
    except (ProtocolError, IndexError):
        return False
    return True


def parse(packet: Packet) -> Heard:
    """The facts in the first packet of a server; `ProtocolError` where it is none of MySQL's."""
    if packet.number != 0 or not packet.payload:
        raise ProtocolError("not a MySQL greeting")
    facts: dict[str, FactValue]
    if packet.kind == ERR:
        refusal = parse_refusal(packet.payload)
        if refusal.code not in _EARLY_ERRORS:
            raise ProtocolError("not a MySQL error")
        facts = {"mysql.error_code": refusal.code, "mysql.error": one_line(refusal.text, 200)}
        return Heard(facts, refusal.text[:EVIDENCE_LIMIT])
    greeting = parse_greeting(packet.payload)
    facts = {
        "mysql.version": one_line(greeting.version, 64),
        "mysql.plugin": one_line(greeting.plugin, 64),
        "mysql.tls": bool(greeting.capabilities & SSL),
    }
    return Heard(facts, packet.payload[: len(greeting.version) + 1][:EVIDENCE_LIMIT])
