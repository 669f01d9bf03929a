"""CCS injection (CVE-2014-0224): a ChangeCipherSpec before the key exchange, which makes OpenSSL use keys made of nothing.

What says that the keys are there may come only after the keys were agreed on (RFC 5246, sections 7.1 and 7.3). OpenSSL up to 1.0.1g, 1.0.0l and 0.9.8y takes it
at any time: then it derives its keys from an empty secret, and somebody in between can do the same and read along. A sound server answers at once with a fatal
alert (unexpected_message) or hangs up.

The test is the published one (M. Kikuchi, who found it; A. Langley's notes; it is what scanners have sent since June 2014): a ChangeCipherSpec after
ServerHelloDone. Whoever says nothing to it may have taken it, or may have overlooked it, so one more record follows in the clear. Scanners send a second
ChangeCipherSpec; here it is the first byte of a ClientKeyExchange, which every server waits behind in silence for the rest (a message may be cut anywhere:
RFC 5246, section 6.2.1). A server that took the ChangeCipherSpec now decrypts instead, and finds nothing:

- bad_record_mac or decryption_failed says so, and the server is called vulnerable;
- a server that hangs up without a word, as programs do that throw a failed connection away, or says that it is too short (suites of RC4), is so likely;
- silence, or another alert, is no verdict.

Either counts only if a second connection ends in the same way, and if on a third one the same byte without a ChangeCipherSpec before it meets silence.
OpenSSL 1.0.1e and 1.0.1g say just that, and 1.0.1h unexpected_message to the ChangeCipherSpec (seen from the libraries of Node.js 0.10.1, 0.10.28 and 0.10.29,
whose own servers hang up without a word instead).

Two records of one byte are all that is sent. No key is agreed on, nothing is read from the server, and the connection ends there.
"""

from scanner.codecs.key_exchange import BEGINNING, change_cipher_spec, fragment
from scanner.codecs.tls_codec import Version
from scanner.conversation import Conversation
from scanner.tls.asking import Asker, close
from scanner.tls.flaws.exchange import CLOSED, SILENT, Answer, answer, begin, say
from scanner.tls.flaws.verdict import Verdict, Word
from scanner.tls.offers import everything

CONNECTIONS = 3
_UNEXPECTED_MESSAGE, _DECODE_ERROR = 10, 50
_DECRYPTS = {20: "bad_record_mac", 21: "decryption_failed"}  # RFC 5246, section 7.2.2


def early_ccs(asker: Asker, version: Version) -> Conversation[Verdict]:
    """One connection, three where it looks vulnerable; raises `PeerError` where no handshake comes about."""
    first = yield from _once(asker, version)
    if not first.flawed:
        return first
    second = yield from _once(asker, version)
    if second.word is not first.word:
        return Verdict(Word.UNCLEAR, f"it did not do the same twice ({first.reason}; {second.reason})", first.evidence)
    control = yield from _without(asker, version)
    if control.end != SILENT:
        return Verdict(Word.UNCLEAR, f"it does not wait for the rest of a message anyway ({control})", control.raw)
    return second


def _once(asker: Asker, version: Version) -> Conversation[Verdict]:
    flight = yield from begin(asker, everything(version))
    if not flight.took(version):
        return Verdict(Word.NOT_ASKED, f"it agrees on no handshake in {version.name}")
    yield from say(change_cipher_spec(version))
    heard = yield from answer()
    if heard.end == SILENT:
        yield from say(fragment(version, BEGINNING))
        verdict = _judged((yield from answer()))
    elif heard.refuses:
        verdict = Verdict(Word.SOUND, f"it refuses an early ChangeCipherSpec ({heard})", heard.raw)
    else:
        verdict = Verdict(
            Word.UNCLEAR, f"it answers an early ChangeCipherSpec with something else ({heard})", heard.raw
        )
    yield from close(version)
    return verdict


def _judged(heard: Answer) -> Verdict:
    """What it says to the byte behind a ChangeCipherSpec that it said nothing to."""
    taken = "it takes a ChangeCipherSpec before any key was agreed on"
    if heard.alert in _DECRYPTS:
        return Verdict(Word.VULNERABLE, f"{taken}, and decrypts what comes next ({_DECRYPTS[heard.alert]})", heard.raw)
    if heard.alert == _DECODE_ERROR or heard.end == CLOSED:
        return Verdict(Word.LIKELY, f"{taken}, and breaks off at what comes next ({heard})", heard.raw)
    return Verdict(
        Word.UNCLEAR, f"it says nothing to an early ChangeCipherSpec, and to what comes next: {heard}", heard.raw
    )


def _without(asker: Asker, version: Version) -> Conversation[Answer]:
    """What it says to the same byte where no ChangeCipherSpec came before."""
    yield from begin(asker, everything(version))
    yield from say(fragment(version, BEGINNING))
    heard = yield from answer()
    yield from close(version)
    return heard
