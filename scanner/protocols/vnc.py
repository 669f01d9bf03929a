"""VNC: the version of the remote desktop's protocol, and which locks it offers. None is chosen: no desktop is seen, and no password is tried.

RFC 6143, section 7.1: the server says its version, we say ours, the server lists its security types (in version 3.3 it decides on one). There we close.
"""

import re

from inventory.errors import PeerError, ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Read, Safety, Say, Send, Target

NAME = "vnc"
TRANSPORT = "tcp"
PORTS = (5900, 5901)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = True
OLD, SEVENTH, EIGHTH = b"RFB 003.003\n", b"RFB 003.007\n", b"RFB 003.008\n"
SAYS = tuple(Say.exactly(f"version {version[4:11].decode()}", version) for version in (OLD, SEVENTH, EIGHTH))
FACTS = {
    "vnc.version": "the version that the server states, '3.8'",
    "vnc.security_types": "the security types that it offers",
    "vnc.no_authentication": "whether one of them is None: no password",
    "vnc.refusal": "why it offers none",
}
_VERSION = re.compile(rb"RFB (\d{3})\.(\d{3})\n")
# IANA's registry "Remote Framebuffer Security Types".
_TYPES = {
    1: "None",
    2: "VNC Authentication",
    5: "RA2",
    6: "RA2ne",
    13: "RA256",
    14: "RA256ne",
    16: "Tight",
    17: "Ultra",
    18: "TLS",
    19: "VeNCrypt",
    20: "SASL",
    21: "MD5 hash",
    22: "xvp",
    30: "Apple Remote Desktop",
    113: "MS-Logon II",
    129: "Tight, Unix login",
}
_NONE = 1
_REASON_LIMIT = 1024


def probe(target: Target) -> Conversation[Heard]:
    """Exchange versions, and read the list of locks."""
    return parse((yield from greet()))


def greet() -> Conversation[bytes]:
    """All that the server says until a lock must be chosen, or, in version 3.3, until it asks for what the lock that it chose needs."""
    greeting = yield Read(12)
    version = parse_version(greeting)
    yield Send(OLD if version < (3, 7) else SEVENTH if version == (3, 7) else EIGHTH)
    if version < (3, 7):
        said = yield Read(4)
        refused = said == b"\0\0\0\0"
    else:
        count = yield Read(1)
        refused = count == b"\0"
        said = count if refused else count + (yield Read(count[0]))
    if refused:
        said += yield from reason()
    return greeting + said


def reason() -> Conversation[bytes]:
    """The text that follows a refusal, with its length; b"" where the server leaves without one."""
    try:
        length = yield Read(4)
        return length + (yield Read(min(int.from_bytes(length, "big"), _REASON_LIMIT)))
    except PeerError:
        return b""


def parse_version(greeting: bytes) -> tuple[int, int]:
    """The version in a greeting; `ProtocolError` where it is none."""
    match = _VERSION.fullmatch(greeting)
    if match is None:
        raise ProtocolError("not a VNC greeting")
    return int(match[1]), int(match[2])


def parse(said: bytes) -> Heard:
    """The facts of all that the server says: the greeting and the list of locks, or the reason that there is none."""
    major, minor = version = parse_version(said[:12])
    rest = said[12:]
    facts: dict[str, FactValue] = {"vnc.version": f"{major}.{minor}"}
    types: tuple[int, ...]
    if version < (3, 7):
        types, why = ((rest[3],) if len(rest) >= 4 else ()), rest[4:]
        whole = len(rest) >= 4 and not any(rest[:3])
    else:
        types, why = tuple(rest[1 : 1 + rest[0]]) if rest else (), rest[1:]
        whole = bool(rest) and len(types) == rest[0]
    if not whole:
        raise ProtocolError("a VNC server that does not list its security types")
    if any(types):
        facts["vnc.security_types"] = tuple(_TYPES.get(kind, f"type {kind}") for kind in dict.fromkeys(types))
        facts["vnc.no_authentication"] = _NONE in types
    elif text := one_line(why[4:], 200):
        facts["vnc.refusal"] = text
    return Heard(facts, said[:EVIDENCE_LIMIT])
