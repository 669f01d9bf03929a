"""Heartbleed (CVE-2014-0160), tested by a request that a vulnerable server answers without reading one byte that it was not sent.

OpenSSL 1.0.1 to 1.0.1f reads the type (one byte) and payload_length (two), makes room for 3 + payload_length + 16 bytes, copies payload_length bytes of what
follows in its memory, adds 16 random bytes of padding and sends that. It never looks at how long the record is. The known tests announce a payload that is not
there, and get back that many bytes of the server's memory: the flaw itself, which is not done here.

OpenSSL 1.0.1g put two checks before that, in one patch, which is also the one that distributions carried back: discard silently where 1 + 2 + 16 is more than
the record holds, and where 1 + 2 + payload_length + 16 is. So it is enough to ask for the first of them. The request here is three bytes: a request,
payload_length 0, no padding.

- The vulnerable server reads exactly the three bytes it was sent, copies 0 bytes, and answers 02 00 00 and 16 bytes of fresh padding. Nothing leaks, because
  memory beyond the record is read by the copy alone, and its length is the 0 that we wrote.
- One that was mended discards it. So that its silence is not taken for deafness, a lawful request follows on the same connection: records are read in order,
  so whoever answers that one first has discarded the one before.
- GnuTLS, whose first versions looked at the payload but not at the padding, wants four bytes at least, and so discards the three as well.

Heartbeats are asked for in the clear, between ServerHelloDone and our key exchange: that is where OpenSSL answers to them too. Sent only to a server that has
offered heartbeats itself in this very handshake: HP's iLO and iLO 2, which know none, hung when scanners sent them some (HP, April 2014). What is left is the
program around the library: Node.js 0.10.0 and 0.10.1 end themselves at any heartbeat, be it lawful (seen; 0.10.2 turned heartbeats off for it). So this test
comes last, and whoever hangs up on it without a word is not called sound.
"""

import os

from scanner.codecs import heartbeat
from scanner.codecs.tls_codec import Version
from scanner.codecs.tls_hello import HEARTBEAT, Hello
from scanner.conversation import Conversation
from scanner.tls.asking import Asker, close
from scanner.tls.flaws.exchange import SILENT, Answer, answer, begin, say
from scanner.tls.flaws.verdict import Verdict, Word
from scanner.tls.offers import everything

_MODE = bytes((heartbeat.PEER_ALLOWED_TO_SEND,))


def heartbleed(asker: Asker, version: Version) -> Conversation[Verdict]:
    """One connection; raises `PeerError` where no handshake comes about."""
    hello = everything(version)
    flight = yield from begin(asker, Hello(version, hello.suites, extensions=((HEARTBEAT, _MODE),)))
    if flight.picked is None or not flight.took(version):
        return Verdict(Word.NOT_ASKED, f"it agrees on no handshake in {version.name}")
    if flight.picked.extensions.get(HEARTBEAT) != _MODE:
        yield from close(version)
        return Verdict(Word.NOT_ASKED, "it takes no heartbeats")
    payload = os.urandom(heartbeat.PAYLOAD)
    yield from say(heartbeat.too_short(version))
    yield from say(heartbeat.lawful(version, payload, os.urandom(heartbeat.PADDING)))
    heard = yield from answer()
    yield from close(version)
    return _judged(heard, payload)


def _judged(heard: Answer, payload: bytes) -> Verdict:
    if heard.kind == heartbeat.HEARTBEAT and heartbeat.answers(heard.payload, b""):
        return Verdict(Word.VULNERABLE, "it answers a heartbeat that is too short to be one", heard.raw)
    if heard.kind == heartbeat.HEARTBEAT and heartbeat.answers(heard.payload, payload):
        return Verdict(Word.SOUND, "it discards a heartbeat that is too short and answers the next", heard.raw)
    if heard.alert is not None:
        return Verdict(Word.SOUND, f"it answers no heartbeat that is too short ({heard})", heard.raw)
    if heard.end == SILENT:
        return Verdict(Word.UNCLEAR, "it offers heartbeats and answers none, not even a lawful one")
    return Verdict(Word.UNCLEAR, f"it answers a heartbeat neither with one nor with an alert ({heard})", heard.raw)
