"""RDP: which security a remote desktop of Windows demands. No session is begun: the answer comes before any, and no account is named.

[MS-RDPBCGR] 2.2.1.1: an X.224 Connection Request (inside TPKT, RFC 1006) with a negotiation request that offers TLS and nothing else. The server chooses TLS,
and so shows its login screen to everybody, or says what it wants instead (2.2.1.2.2). That is all: the server waits for TLS, and we close.
"""

from inventory.errors import ProtocolError
from inventory.model import FactValue
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Read, Safety, Say, Send, Target

NAME = "rdp"
TRANSPORT = "tcp"
PORTS = (3389,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = False
HARDY = True
# TPKT of 19 bytes; X.224 Connection Request; RDP_NEG_REQ of 8 bytes for PROTOCOL_SSL.
CONNECT = bytes.fromhex("03000013 0ee00000000000 0100080001000000")
SAYS = (Say.exactly("connection request that offers TLS", CONNECT),)
FACTS = {
    "rdp.security": "what it takes: 'NLA' (an account before the desktop), 'TLS' (the login screen for everybody), 'RDP' (that, and RDP's own encryption "
    "only), or 'client certificate'",
    "rdp.nla": "whether it demands an account before the desktop (Network Level Authentication)",
    "rdp.answer": "what it answers the negotiation with, in the specification's words",
}
_TPKT, _CONFIRM = 3, 0xD0
_RESPONSE, _FAILURE, _NEGOTIATION = 2, 3, 8
_HEADER, _MOST = 4, 512
_CHOSEN = {0: ("PROTOCOL_RDP", "RDP"), 1: ("PROTOCOL_SSL", "TLS")}
_REFUSED = {
    1: ("SSL_REQUIRED_BY_SERVER", ""),
    2: ("SSL_NOT_ALLOWED_BY_SERVER", "RDP"),
    3: ("SSL_CERT_NOT_ON_SERVER", "RDP"),
    4: ("INCONSISTENT_FLAGS", ""),
    5: ("HYBRID_REQUIRED_BY_SERVER", "NLA"),
    6: ("SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER", "client certificate"),
}
_OLD = ("no negotiation", "RDP")
"""A server from before Windows Vista answers without a negotiation, for it knows nothing but RDP's own encryption (2.2.1.2)."""


def probe(target: Target) -> Conversation[Heard]:
    """Ask once."""
    yield Send(CONNECT)
    header = yield Read(_HEADER)
    size = int.from_bytes(header[2:4], "big")
    if header[0] != _TPKT or not _HEADER + 7 <= size <= _MOST:
        raise ProtocolError("not RDP: no TPKT")
    return parse(header + (yield Read(size - _HEADER)))


def parse(answer: bytes) -> Heard:
    """The facts in a whole X.224 Connection Confirm, with its TPKT header; `ProtocolError` where it is none of RDP."""
    if len(answer) < _HEADER + 7 or answer[0] != _TPKT or answer[5] & 0xF0 != _CONFIRM:
        raise ProtocolError("not RDP: no connection confirm")
    said, security = _negotiated(answer[_HEADER + 7 :])
    facts: dict[str, FactValue] = {"rdp.answer": said}
    if security:
        facts["rdp.security"] = security
        facts["rdp.nla"] = security == "NLA"
    return Heard(facts, answer[:EVIDENCE_LIMIT])


def _negotiated(rest: bytes) -> tuple[str, str]:
    """What the negotiation says in the specification's words, and the security that it comes to, "" where that is left open."""
    if not rest:
        return _OLD
    if len(rest) < _NEGOTIATION or rest[0] not in (_RESPONSE, _FAILURE) or rest[2:4] != b"\x08\0":
        raise ProtocolError("not RDP: no negotiation in the connection confirm")
    number = int.from_bytes(rest[4:8], "little")
    known = _CHOSEN if rest[0] == _RESPONSE else _REFUSED
    word = "protocol" if rest[0] == _RESPONSE else "failure"
    return known.get(number, (f"{word} {number}", ""))
