"""What a server says unasked: one connection that only listens, at a port that nobody knows.

Nothing is sent. Whoever speaks is recognised by the protocol that it speaks (`recognises` in its file); of a few more only the name is told, for they are
not asked anything. RFC 5321 (SMTP), RFC 1939 (POP3), RFC 3501 (IMAP), RFC 6143 (RFB, of VNC); the MySQL and rsync protocols by their documentation; IEEE
1815 (DNP3, whose outstations may report unasked); NMEA 0183 behind a serial line.
"""

import re
from collections.abc import Mapping

from inventory.errors import ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, ReadAll, Safety, Say, Target

NAME = "greeting"
TRANSPORT = "tcp"
PORTS: tuple[int, ...] = ()
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = True
SAYS: tuple[Say, ...] = ()
FACTS = {
    "greeting.text": "what the server said unasked",
    "greeting.protocol": "the protocol that this is the greeting of, where it is known",
}
PATIENCE, PAUSE = 1.5, 0.3
"""Seconds that the first byte may take, and seconds of silence that end what follows it."""
_LIMIT = 1024
_KNOWN: Mapping[str, re.Pattern[bytes]] = {
    name: re.compile(pattern, re.DOTALL | re.IGNORECASE)
    for name, pattern in {
        "smtp": rb"220[ -][^\r\n]{0,200}\bE?SMTP\b",
        "pop3": rb"\+OK\b",
        "imap": rb"\* (?:OK|PREAUTH|BYE)\b",
        "vnc": rb"RFB \d{3}\.\d{3}\n",
        "mysql": rb".{3}\x00(?:\x0a\d[^\x00]{0,60}\x00|\xff[\x00-\xff]{2})",
        "rsync": rb"@RSYNCD: \d",
        "dnp3": rb"\x05\x64[\x05-\xff]",
        "nmea": rb"\$[A-Z]{5},[ -~]{0,80}",
    }.items()
}


def probe(target: Target) -> Conversation[Heard]:
    """Listen."""
    said = yield ReadAll(1, quiet=PATIENCE)
    if not said:
        raise ProtocolError("says nothing unasked")
    said += yield ReadAll(_LIMIT - 1, quiet=PAUSE)
    return parse(said)


def parse(said: bytes) -> Heard:
    """The facts in what a server said unasked."""
    facts: dict[str, FactValue] = {"greeting.text": one_line(said[:EVIDENCE_LIMIT])}
    named = next((name for name, pattern in _KNOWN.items() if pattern.match(said)), "")
    if named:
        facts["greeting.protocol"] = named
    return Heard(facts, said[:EVIDENCE_LIMIT])
