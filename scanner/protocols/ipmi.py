"""IPMI: what a server's management processor says of its own locks, before anybody logs in.

One Get Channel Authentication Capabilities (IPMI 2.0, revision 1.1, section 22.13) for the channel it comes over, at privilege Administrator, in an RMCP packet
without a session (section 13.1). No session is opened and no password is sent.
"""

from inventory.errors import ProtocolError
from inventory.model import FactValue
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, ReadSome, Safety, Say, Send, Target

NAME = "ipmi"
TRANSPORT = "udp"
PORTS = (623,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = False
# RMCP (version 6, no acknowledgement, class IPMI), no session, nine bytes; to the BMC (0x20), NetFn Application; from us (0x81), command 0x38, this channel,
# the extended data of IPMI 2.0 (0x8e), Administrator (4). 0xc8 and 0xb5 are the checksums.
REQUEST = bytes.fromhex("0600ff07 00 00000000 00000000 09 2018c8 810038 8e04 b5")
SAYS = (Say.exactly("Get Channel Authentication Capabilities", REQUEST),)
FACTS = {
    "ipmi.version": "the versions that the channel speaks: '1.5', '2.0' or '1.5 and 2.0'",
    "ipmi.auth_types": "the kinds of authentication that IPMI 1.5 offers",
    "ipmi.anonymous": "whether somebody without a name and a password is let in",
    "ipmi.null_user": "whether there are accounts with a password and without a name",
    "ipmi.named_users": "whether there are accounts with a name",
    "ipmi.default_key": "whether the key K_g of two-key logins is the default, all zero",
    "ipmi.message_authentication": "whether each message of a session is authenticated",
    "ipmi.oem": "the enterprise number of whoever made it, where it has extensions of its own",
    "ipmi.completion": "the completion code where it refused to say",
}
_AUTH_TYPES = ((0, "none"), (1, "MD2"), (2, "MD5"), (4, "password in clear"), (5, "OEM"))
_STRAY_DATAGRAMS = 3


def probe(target: Target) -> Conversation[Heard]:
    """Ask once."""
    yield Send(REQUEST)
    for _ in range(_STRAY_DATAGRAMS):
        datagram = yield ReadSome(1024)
        if datagram[3:4] != b"\x06":  # an ASF message, which some send unasked
            return parse(datagram)
    raise ProtocolError("no IPMI answer to our request")


def parse(datagram: bytes) -> Heard:
    """Read one answer."""
    if len(datagram) < 21 or datagram[0] != 6 or datagram[3] & 0x1F != 7 or datagram[4]:
        raise ProtocolError("not an IPMI message outside a session")
    message = datagram[14 : 14 + datagram[13]]
    if len(message) < 8 or sum(message[:3]) & 0xFF or sum(message[3:]) & 0xFF:
        raise ProtocolError("an IPMI message whose checksums are wrong")
    if message[1] >> 2 != 7 or message[5] != 0x38:
        raise ProtocolError("not an answer to Get Channel Authentication Capabilities")
    completion, data = message[6], message[7:-1]
    if completion:
        return Heard({"ipmi.completion": completion}, datagram[:EVIDENCE_LIMIT])
    if len(data) < 4:
        raise ProtocolError("an IPMI answer that is cut short")
    return Heard(_facts(data), datagram[:EVIDENCE_LIMIT])


def _facts(data: bytes) -> dict[str, FactValue]:
    """Table 22-15: the channel, the kinds of authentication, the state of the accounts, the extended capabilities, and who made it."""
    kinds, state, extended = data[1], data[2], data[3]
    two = bool(kinds & 0x80 and extended & 2)
    one = not kinds & 0x80 or bool(extended & 1)
    facts: dict[str, FactValue] = {
        "ipmi.version": " and ".join(name for name, spoken in (("1.5", one), ("2.0", two)) if spoken) or "1.5",
        "ipmi.anonymous": bool(state & 1),
        "ipmi.null_user": bool(state & 2),
        "ipmi.named_users": bool(state & 4),
        "ipmi.message_authentication": not state & 0x10,
    }
    offered = tuple(name for bit, name in _AUTH_TYPES if kinds >> bit & 1)
    if offered:
        facts["ipmi.auth_types"] = offered
    if two:
        facts["ipmi.default_key"] = not state & 0x20
    oem = int.from_bytes(data[4:7], "little")
    if oem:
        facts["ipmi.oem"] = oem
    return facts
