"""Heartbleed (CVE-2014-0160), tested by a request that a vulnerable server answers without reading one byte that it was not sent.

OpenSSL 1.0.1 to 1.0.1f reads the type (one byte) and payload_length (two), makes room for 3 + payload_length + 16 bytes, copies payload_length bytes of what
follows in its memory, adds 16 random bytes of padding and sends that. It never looks at how long the record is. The known tests announce a payload that is not
there, and get back that many bytes of the server's memory: the flaw itself, which is not done here.

OpenSSL 1.0.1g put two checks before that, in one patch, which is also the one that distributions carried back: discard silently where 1 + 2 + 16 is more than
the record holds, and where 1 + 2 + payload_length + 16 is. So it is enough to ask for the first of them. The request here is three bytes: a request,
payload_length 0, no padding.

- The vulnerable server reads exactly the three bytes it was sent, copies 0 bytes, and answers 02 00 00 and 16 bytes of fresh padding. Nothing leaks, because
  memory beyond the record is read by the copy alone, and its length is the 0 that we wrote. (Seen from OpenSSL 1.0.1e, that of Node.js 0.10.1.)
- One that was mended discards it, and goes on waiting for our key exchange.
- GnuTLS, whose first versions looked at the payload but not at the padding, wants four bytes at least, and so never answers the three.

While it shakes hands, OpenSSL keeps what it writes in a buffer of 4 KiB until its turn is over or a fatal alert goes out. (The known tests ask for more than
that.) So a Finished follows that comes too early, which every server refuses with unexpected_message: out comes the alert, and before it the response, if
there is one. Whoever says the alert alone has read the request, for records are read in order, and has discarded it.

Sent in the clear, between ServerHelloDone and our key exchange, where OpenSSL answers to heartbeats too, and only to a server that has offered them itself in
this very handshake: HP's iLO and iLO 2, which know none, hung when scanners sent them some (HP, April 2014). Whoever hangs up without an alert is not called
sound: Node.js 0.10.1 does, and is not.
"""

from scanner.codecs.heartbeat import HEARTBEAT as HEARTBEAT_RECORD
from scanner.codecs.heartbeat import PEER_ALLOWED_TO_SEND, is_empty_response, too_short
from scanner.codecs.key_exchange import TOO_EARLY, fragment
from scanner.codecs.tls_codec import Version
from scanner.codecs.tls_hello import HEARTBEAT, Hello
from scanner.conversation import Conversation
from scanner.tls.asking import Asker, close
from scanner.tls.flaws.exchange import SILENT, Answer, answer, begin, say
from scanner.tls.flaws.verdict import Verdict, Word
from scanner.tls.offers import everything

MOMENT = 0.5
"""Seconds for the server to read the request by itself: programs that are woken by what arrives may overlook what arrives together with a heartbeat."""
_MODE = bytes((PEER_ALLOWED_TO_SEND,))


def heartbleed(asker: Asker, version: Version) -> Conversation[Verdict]:
    """One connection; raises `PeerError` where no handshake comes about."""
    hello = Hello(version, everything(version).suites, extensions=((HEARTBEAT, _MODE),))
    flight = yield from begin(asker, hello)
    if flight.picked is None or not flight.took(version):
        return Verdict(Word.NOT_ASKED, f"it agrees on no handshake in {version.name}")
    if flight.picked.extensions.get(HEARTBEAT) != _MODE:
        yield from close(version)
        return Verdict(Word.NOT_ASKED, "it takes no heartbeats")
    yield from say(too_short(version))
    heard = yield from answer(MOMENT)
    if heard.end == SILENT:
        yield from say(fragment(version, TOO_EARLY))
        heard = yield from answer()
    yield from close(version)
    return _judged(heard)


def _judged(heard: Answer) -> Verdict:
    if heard.kind == HEARTBEAT_RECORD and is_empty_response(heard.payload):
        return Verdict(Word.VULNERABLE, "it answers a heartbeat that is too short to be one", heard.raw)
    if heard.alert is not None:
        return Verdict(Word.SOUND, f"it answers no heartbeat that is too short ({heard})", heard.raw)
    if heard.end:
        return Verdict(
            Word.UNCLEAR, f"it offers heartbeats, and says nothing of one that is too short ({heard})", heard.raw
        )
    return Verdict(Word.UNCLEAR, f"it answers a heartbeat with something else ({heard})", heard.raw)
