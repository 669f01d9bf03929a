"""IPMI: what a server's management processor says of its own locks, before anybody logs in.

One Get Channel Authentication Capabilities (IPMI 2.0, revision 1.1, section 22.13) for the channel it comes over, at privilege Administrator, in an RMCP packet
without a session (section 13.1). Where it speaks version 2.0, Get Channel Cipher Suites (section 22.15) lists what its sessions may be locked with, sixteen
bytes at a time. No session is opened and no password is sent.
"""

from collections.abc import Iterator

from inventory.errors import PeerError, ProtocolError
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
# Command 0x54, this channel (0x0e), payload IPMI (0), by cipher suite (0x80) from the index's sixteen bytes on.
_LIST = bytes.fromhex("0600ff07 00 00000000 00000000 0a 2018c8 810054 0e00")
_LISTS = 6
"""All the suites of the standard fill five answers."""


def suites_request(index: int) -> bytes:
    """Get Channel Cipher Suites, for the sixteen bytes at `index`."""
    message = _LIST + bytes((0x80 | index,))
    return message + bytes((-sum(message[17:]) & 0xFF,))


SAYS = (
    Say.exactly("Get Channel Authentication Capabilities", REQUEST),
    *(Say.exactly("Get Channel Cipher Suites", suites_request(index)) for index in range(_LISTS)),
)
FACTS = {
    "ipmi.version": "the versions that the channel speaks: '1.5', '2.0' or '1.5 and 2.0'",
    "ipmi.auth_types": "the kinds of authentication that IPMI 1.5 offers",
    "ipmi.anonymous": "whether somebody without a name and a password is let in",
    "ipmi.null_user": "whether there are accounts with a password and without a name",
    "ipmi.named_users": "whether there are accounts with a name",
    "ipmi.default_key": "whether the key K_g of two-key logins is the default, all zero",
    "ipmi.message_authentication": "whether each message of a session is authenticated",
    "ipmi.oem": "the enterprise number of whoever made it, where it has extensions of its own",
    "ipmi.cipher_suites": "the cipher suites that its sessions may have",
    "ipmi.cipher_zero": "whether cipher suite 0 is one of them, which asks for no password",
    "ipmi.completion": "the completion code where it refused to say",
}
_AUTH_TYPES = ((0, "none"), (1, "MD2"), (2, "MD5"), (4, "password in clear"), (5, "OEM"))
_STRAY_DATAGRAMS = 3


def probe(target: Target) -> Conversation[Heard]:
    """Ask once, and where there are cipher suites, for their list."""
    yield Send(REQUEST)
    heard = parse((yield from answer()))
    if "2.0" not in str(heard.facts.get("ipmi.version", "")):
        return heard
    records = yield from suite_records()
    if records is None:
        return heard
    suites = tuple(suites_of(records))
    listed: dict[str, FactValue] = {"ipmi.cipher_zero": 0 in suites}
    if suites:
        listed["ipmi.cipher_suites"] = tuple(f"{suite}" for suite in suites)
    return Heard({**heard.facts, **listed}, (heard.evidence + records)[:EVIDENCE_LIMIT])


def answer() -> Conversation[bytes]:
    """The next IPMI datagram."""
    for _ in range(_STRAY_DATAGRAMS):
        datagram = yield ReadSome(1024)
        if datagram[3:4] != b"\x06":  # an ASF message, which some send unasked
            return datagram
    raise ProtocolError("no IPMI answer to our request")


def cipher_suites() -> Conversation[tuple[int, ...]]:
    """The numbers of the cipher suites; () where they are not listed."""
    return tuple(suites_of((yield from suite_records()) or b""))


def suite_records() -> Conversation[bytes | None]:
    """The cipher suite records (table 22-18); None where the list was refused, is broken or has no end."""
    records = b""
    try:
        for index in range(_LISTS):
            yield Send(suites_request(index))
            part = parse_suites((yield from answer()))
            if part is None:
                return None
            records += part
            if len(part) < 16:
                return records
    except PeerError:
        return None
    return None


def parse_suites(datagram: bytes) -> bytes | None:
    """The bytes of one answer to Get Channel Cipher Suites, without the channel; None where it is refused."""
    completion, data = message_of(datagram, 0x54)
    return None if completion else data[1:]


def suites_of(records: bytes) -> Iterator[int]:
    """The numbers in cipher suite records (table 22-18): 0xc0 and a number, or 0xc1, a number and its maker's; bytes below 0xc0 are their algorithms."""
    at = 0
    while at + 1 < len(records):
        if records[at] & 0xFE != 0xC0:
            at += 1
            continue
        yield records[at + 1]
        at += 2 if records[at] == 0xC0 else 5


def parse(datagram: bytes) -> Heard:
    """Read one answer."""
    completion, data = message_of(datagram, 0x38)
    if completion:
        return Heard({"ipmi.completion": completion}, datagram[:EVIDENCE_LIMIT])
    if len(data) < 4:
        raise ProtocolError("an IPMI answer that is cut short")
    return Heard(_facts(data), datagram[:EVIDENCE_LIMIT])


def message_of(datagram: bytes, command: int) -> tuple[int, bytes]:
    """The completion code and the data of an answer to a command of the application, outside any session (section 13.8)."""
    if len(datagram) < 21 or datagram[0] != 6 or datagram[3] & 0x1F != 7 or datagram[4]:
        raise ProtocolError("not an IPMI message outside a session")
    message = datagram[14 : 14 + datagram[13]]
    if len(message) < 8 or sum(message[:3]) & 0xFF or sum(message[3:]) & 0xFF:
        raise ProtocolError("an IPMI message whose checksums are wrong")
    if message[1] >> 2 != 7 or message[5] != command:
        raise ProtocolError(f"not an answer to IPMI command {command:#04x}")
    return message[6], message[7:-1]


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
