"""VNC: does this password answer the challenge of VNC Authentication (RFC 6143, section 7.2.2)? The connection ends there, before ClientInit.

So no desktop is opened, and nobody who sits at a shared one is cut off. The proof is the server's own word: a SecurityResult of 0 after a challenge. A
server that also offers None asks for no login, and no lock is chosen; without an account the driver only reads the list. Other locks (VeNCrypt, Apple
Remote Desktop, MS-Logon) are not spoken.

Xvnc of RealVNC and TigerVNC puts a mark against a client's address when it connects, not when it fails, and wipes them all when it authenticates (TigerVNC
1.12.0, BlacklistThreshold 5: the sixth connection in a row is turned away for ten seconds, then twenty, and so on). A sweep by connecting, the identification
and each attempt are marks alike, so an attempt here takes one connection, and `checks/doors.py` asks no control that the list of locks has answered.
"""

from checks.contract import Account, Answer, Verdict
from inventory.errors import PeerError
from inventory.text import one_line
from scanner.conversation import Conversation, Line, Read, Send
from scanner.mask import masked
from scanner.protocols.vnc import greet, parse, parse_version, reason
from scanner.refusals import says_busy, says_locked

NAME = "vnc"
REST = 1.0  # it holds one of few sessions, or of few connections without a mark
PASSWORD_LIMIT = 8
"""What is typed beyond is passed over, by every server (RFC 6143, section 7.2.2)."""
_CHOSEN, _NAME = 2, "VNC Authentication"
_OK, _FAILED, _TOO_MANY = 0, 1, 2


async def attempt(line: Line, account: Account) -> Answer:
    """Hold the handshake over one connection, as far as the server's verdict."""
    if any(ord(letter) > 0xFF for letter in account.password[:PASSWORD_LIMIT]):
        return Answer(Verdict.NOT_TRIED, reason="the password has characters that VNC has none for (Latin-1)")
    try:
        return await line.hold(_handshake(account))
    except PeerError as error:
        return Answer(Verdict.UNREACHED, reason=str(error))


def _handshake(account: Account) -> Conversation[Answer]:
    said = yield from greet()
    facts = parse(said).facts
    types = facts.get("vnc.security_types", ())
    if facts.get("vnc.no_authentication"):
        return Answer(Verdict.NO_LOGIN_ASKED, said, "it offers its desktop without a password")
    if not isinstance(types, tuple) or not types:
        return _turned_away(str(facts.get("vnc.refusal", "")))
    if _NAME not in types:
        return Answer(Verdict.UNREACHED, said, f"it asks for {', '.join(map(str, types))}, which is not spoken")
    if account.anonymous:
        return Answer(Verdict.REFUSED, said, "it asks for a password")
    version = parse_version(said[:12])
    if version >= (3, 7):
        yield Send(bytes((_CHOSEN,)))
    challenge = yield Read(16)
    yield Send(respond(challenge, account.password))
    result = int.from_bytes((yield Read(4)), "big")
    why = (yield from reason())[4:] if result == _FAILED and version >= (3, 8) else b""
    return judge(result, said[:11], masked(why, account.password, account.password[:PASSWORD_LIMIT]))


def _turned_away(text: str) -> Answer:
    """What it means that no lock is offered at all."""
    verdict = Verdict.LOCKED if says_locked(text) else Verdict.UNREACHED
    return Answer(verdict, text.encode(), f"it turns us away: {text}" if text else "it turns us away")


def judge(result: int, greeting: bytes, why: bytes = b"") -> Answer:
    """What a SecurityResult means; `why` is the reason that version 3.8 gives."""
    text = one_line(why, 200)
    if result == _OK:
        return Answer(Verdict.OPENED, greeting + b": SecurityResult 0 after VNC Authentication")
    evidence = greeting + b": SecurityResult %d " % result + text.encode()
    if says_busy(text):
        return Answer(Verdict.UNREACHED, evidence, f"it takes no more connections: {text}")
    if result == _TOO_MANY or says_locked(text):  # 2 is "too many attempts" of Tight and of version 3.3
        return Answer(Verdict.LOCKED, evidence, text or "too many attempts")
    if result == _FAILED:
        return Answer(Verdict.REFUSED, evidence, text)
    return Answer(Verdict.UNREACHED, evidence, f"SecurityResult {result}, which means nothing")


def respond(challenge: bytes, password: str) -> bytes:
    """The challenge, encrypted with DES under the password, whose bytes are read from their lowest bit (RFC 6143, erratum 4951)."""
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.ciphers import Cipher, modes

    typed = password[:PASSWORD_LIMIT].encode("latin-1").ljust(PASSWORD_LIMIT, b"\0")
    key = bytes(int(f"{byte:08b}"[::-1], 2) for byte in typed)
    # Three times the same key is DES, once (NIST SP 800-67, section 3.1).
    encryptor = Cipher(TripleDES(key * 3), modes.ECB()).encryptor()
    return encryptor.update(challenge) + encryptor.finalize()
