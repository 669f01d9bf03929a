"""CCS injection (CVE-2014-0224): a ChangeCipherSpec before the key exchange, which makes OpenSSL use keys made of nothing.

What says that the keys are there may come only after the keys were agreed on (RFC 5246, sections 7.1 and 7.3). OpenSSL up to 1.0.1g, 1.0.0l and 0.9.8y takes it
at any time: then it derives its keys from an empty secret, and somebody in between can do the same and read along. A sound server answers at once with a fatal
alert (unexpected_message) or hangs up.

The test is the published one (M. Kikuchi, who found it; A. Langley's notes; it is what scanners have sent since June 2014): one ChangeCipherSpec after
ServerHelloDone. Whoever says nothing to it may have taken it, or may have overlooked it. So a second one follows, in the clear as the first. A server that
took the first now decrypts, finds one byte that is nothing, and says bad_record_mac or decryption_failed: only that is called vulnerable, and only if a second
connection ends in the same way. A server that still says nothing, or says another thing, is not called anything.

Two records of one byte are all that is sent. No key is agreed on, nothing is read from the server, and the connection ends there.
"""

from scanner.codecs.key_exchange import change_cipher_spec
from scanner.codecs.tls_codec import Version
from scanner.codecs.tls_hello import Hello
from scanner.conversation import Conversation
from scanner.tls.asking import Asker, close
from scanner.tls.flaws.exchange import SILENT, answer, begin, say
from scanner.tls.flaws.verdict import Verdict, Word
from scanner.tls.offers import everything

CONNECTIONS = 2
_UNEXPECTED_MESSAGE = 10
_DECRYPTS = {20: "bad_record_mac", 21: "decryption_failed"}  # RFC 5246, section 7.2.2
_STREAMS = frozenset(("0005", "0004", "0002", "0001", "003b", "c007", "c011", "c006", "c010", "0018", "c016", "0017"))
"""Suites of RC4 and of no cipher: there one byte is too short for a MAC, which is said with an alert that says nothing of decryption."""


def early_ccs(asker: Asker, version: Version) -> Conversation[Verdict]:
    """One connection, two where it looks vulnerable; raises `PeerError` where no handshake comes about."""
    first = yield from _once(asker, version)
    if not first.vulnerable:
        return first
    second = yield from _once(asker, version)
    if second.vulnerable:
        return second
    return Verdict(Word.UNCLEAR, f"it did not do the same twice ({first.reason}; {second.reason})", first.evidence)


def _once(asker: Asker, version: Version) -> Conversation[Verdict]:
    suites = tuple(code for code in everything(version).suites if code not in _STREAMS)
    flight = yield from begin(asker, Hello(version, suites))
    if not flight.took(version):
        return Verdict(Word.NOT_ASKED, f"it agrees on no handshake in {version.name}")
    yield from say(change_cipher_spec(version))
    heard = yield from answer()
    if heard.end != SILENT:
        yield from close(version)
        if heard.refuses:
            return Verdict(Word.SOUND, f"it refuses an early ChangeCipherSpec ({heard})", heard.raw)
        return Verdict(Word.UNCLEAR, f"it answers an early ChangeCipherSpec with something else ({heard})", heard.raw)
    yield from say(change_cipher_spec(version))
    heard = yield from answer()
    yield from close(version)
    if heard.alert in _DECRYPTS:
        reason = f"it takes a ChangeCipherSpec before any key was agreed on, and decrypts the next ({_DECRYPTS[heard.alert]})"
        return Verdict(Word.VULNERABLE, reason, heard.raw)
    if heard.alert == _UNEXPECTED_MESSAGE:
        return Verdict(Word.SOUND, f"it refuses an early ChangeCipherSpec ({heard})", heard.raw)
    return Verdict(
        Word.UNCLEAR, f"it says nothing to an early ChangeCipherSpec, and to a second one: {heard}", heard.raw
    )
