"""SIP (RFC 3261): the one request that asks a device what it is, and the answer to it.

OPTIONS (section 11) rings nowhere and changes nothing. Its request URI names the host and no user, and Max-Forwards is 0, so that a proxy answers for itself
(section 16.3, step 3) and no phone behind it hears of us. The Via asks for the answer at the port we sent from (RFC 3581); our own names are of the reserved
domain "invalid" (RFC 2606).
"""

import re
import secrets

from inventory.errors import ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.codecs.http1 import SAFE_HOST, authority
from scanner.codecs.http_auth import parse_challenges
from scanner.conversation import EVIDENCE_LIMIT, Heard, Say, Target

FACTS = {
    "sip.status": "the status of the answer to OPTIONS",
    "sip.agent": "what it calls itself: its User-Agent header, or Server where it sends none",
    "sip.server": "the Server header",
    "sip.user_agent": "the User-Agent header",
    "sip.allow": "the methods that it allows",
    "sip.auth": "the schemes in which it asks for a password: 'digest'",
    "sip.realm": "the realm that it asks a password for",
    "sip.organization": "the Organization header",
}
HEAD_LIMIT = 8192
_USER = "<sip:tocsin@tocsin.invalid>"
_AGENT = "Tocsin/0.1 (security inventory)"
_STATUS = re.compile(rb"SIP/2\.0 (\d{3})(?: [^\r\n]{0,200})?\r?\n")
_REALM = re.compile(r'\brealm\s{0,4}=\s{0,4}"([^"]{0,200})"', re.IGNORECASE)
_METHODS = re.compile(r"[A-Z]{3,12}")


def options(target: Target, transport: str) -> bytes:
    """An OPTIONS request to the host; `transport` is "UDP", "TCP" or "TLS"."""
    host = authority(target, 5060)
    if not SAFE_HOST.fullmatch(host):
        raise ProtocolError(f"a host name that cannot be asked for: {one_line(host, 80)}")
    mark = secrets.token_hex(8)
    scheme = "sips" if transport == "TLS" else "sip"
    lines = (
        f"OPTIONS {scheme}:{host} SIP/2.0",
        f"Via: SIP/2.0/{transport} tocsin.invalid;branch=z9hG4bK{mark};rport",
        f"From: {_USER};tag={mark}",
        f"To: <{scheme}:{host}>",
        f"Call-ID: {mark}@tocsin.invalid",
        "CSeq: 1 OPTIONS",
        f"Contact: {_USER}",
        "Accept: application/sdp",
        f"User-Agent: {_AGENT}",
        "Max-Forwards: 0",
        "Content-Length: 0",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def says(transport: bytes) -> Say:
    """What `options` makes."""
    host, mark = SAFE_HOST.pattern.encode(), rb"[0-9a-f]{16}"
    user, agent = re.escape(_USER.encode()), re.escape(_AGENT.encode())
    return Say.like(
        "OPTIONS",
        rb"OPTIONS sips?:%b SIP/2\.0\r\nVia: SIP/2\.0/%b tocsin\.invalid;branch=z9hG4bK%b;rport\r\nFrom: %b;tag=%b\r\nTo: <sips?:%b>\r\n"
        rb"Call-ID: %b@tocsin\.invalid\r\nCSeq: 1 OPTIONS\r\nContact: %b\r\nAccept: application/sdp\r\nUser-Agent: %b\r\nMax-Forwards: 0\r\n"
        rb"Content-Length: 0\r\n\r\n" % (host, transport, mark, user, mark, host, mark, user, agent),
    )


def status_of(message: bytes) -> int:
    """The status of an answer; `ProtocolError` where it is none."""
    match = _STATUS.match(message.lstrip(b"\r\n"))
    if match is None:
        raise ProtocolError(f"not a SIP answer: {one_line(message[:60])}")
    return int(match[1])


def parse(message: bytes) -> Heard:
    """The facts of an answer's head, whatever its status: a device that refuses names itself too."""
    facts: dict[str, FactValue] = {"sip.status": status_of(message)}
    headers = headers_of(message)
    texts = {
        "sip.agent": headers.get("user-agent", "") or headers.get("server", ""),
        "sip.server": headers.get("server", ""),
        "sip.user_agent": headers.get("user-agent", ""),
        "sip.organization": headers.get("organization", ""),
    }
    facts |= {fact: one_line(text) for fact, text in texts.items() if text.strip()}
    allowed = tuple(dict.fromkeys(_METHODS.findall(headers.get("allow", "").upper())))[:24]
    if allowed:
        facts["sip.allow"] = allowed
    challenge = headers.get("www-authenticate", "") or headers.get("proxy-authenticate", "")
    asked = sorted({found.scheme for found in parse_challenges([challenge])})
    if asked:
        facts["sip.auth"] = ",".join(asked)
    realm = _REALM.search(challenge)
    if realm and realm[1].strip():
        facts["sip.realm"] = one_line(realm[1])
    return Heard(facts, message[:EVIDENCE_LIMIT])


def headers_of(message: bytes) -> dict[str, str]:
    """The headers by their names in lower case; of several alike those after the first are joined to it (section 7.3.1), and so is a folded line."""
    head = message.lstrip(b"\r\n")[:HEAD_LIMIT].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    found: dict[str, str] = {}
    last = ""
    for line in head.decode("utf-8", "replace").split("\n")[1:]:
        name, colon, value = line.partition(":")
        if line[:1] in (" ", "\t") and last:
            found[last] = f"{found[last]} {line.strip()}"
        elif colon and name.strip():
            last = name.strip().lower()
            found[last] = f"{found[last]}, {value.strip()}" if last in found else value.strip()
    return found
