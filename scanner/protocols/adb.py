"""ADB, the debug bridge of Android: does it take commands from anybody, and which device is it? No command is given, and no key is shown.

The protocol of the Android Open Source Project (packages/modules/adb, protocol.txt): we send CNXN, which names nobody. A device that asks nobody answers with
a CNXN of its own that says its model; one that asks sends AUTH with a token, or STLS where it wants TLS. There we close: OPEN would start a service, and AUTH
with a public key would raise a question on the device's own screen. Neither can be said here.
"""

import re

from inventory.errors import ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Read, Safety, Say, Send, Target

NAME = "adb"
TRANSPORT = "tcp"
PORTS = (5555,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = False
_HEADER = 24
_BANNER = b"host::\0"


def message(command: bytes, first: int, second: int, data: bytes) -> bytes:
    """A message: command, two arguments, the length and the sum of the data, and the command's complement."""
    number = int.from_bytes(command, "little")
    words = (number, first, second, len(data), sum(data), number ^ 0xFFFFFFFF)
    return b"".join(word.to_bytes(4, "little") for word in words) + data


CONNECT = message(b"CNXN", 0x01000000, 4096, _BANNER)
SAYS = (Say.exactly("CNXN", CONNECT),)
FACTS = {
    "adb.open": "whether it takes commands from anybody",
    "adb.asks": "what it asks for first: 'nothing', 'a key' or 'TLS'",
    "adb.state": "what runs: 'device', 'recovery', 'sideload'",
    "adb.product": "the product's name in the firmware (ro.product.name)",
    "adb.model": "the model (ro.product.model)",
    "adb.device": "the board's name in the firmware (ro.product.device)",
}
_ASKS = {b"CNXN": "nothing", b"AUTH": "a key", b"STLS": "TLS"}
_PROPERTIES = {"product": b"ro.product.name", "model": b"ro.product.model", "device": b"ro.product.device"}
_STATE = re.compile(rb"(device|recovery|sideload|rescue|bootloader|host):")
_MOST = 4096
"""Bytes of data that we said we take; a banner is a few hundred."""


def probe(target: Target) -> Conversation[Heard]:
    """Say CNXN, and read one message."""
    yield Send(CONNECT)
    header = yield Read(_HEADER)
    return parse(header + (yield Read(_length(header))))


def parse(answer: bytes) -> Heard:
    """The facts in a whole message; `ProtocolError` where it is none that answers CNXN."""
    if len(answer) - _HEADER < _length(answer[:_HEADER]):
        raise ProtocolError("an ADB message that is cut short")
    asks = _ASKS[answer[:4]]
    facts: dict[str, FactValue] = {"adb.open": asks == "nothing", "adb.asks": asks}
    if asks == "nothing":
        facts |= _banner(answer[_HEADER:])
    return Heard(facts, answer[:EVIDENCE_LIMIT])


def _banner(banner: bytes) -> dict[str, FactValue]:
    """What "device::ro.product.name=…;ro.product.model=…;" says."""
    state = _STATE.match(banner)
    if state is None or state[1] == b"host":
        raise ProtocolError("an ADB banner of no device")
    found: dict[str, FactValue] = {"adb.state": state[1].decode("ascii")}
    said = dict(part.split(b"=", 1) for part in banner.partition(b"::")[2].split(b";") if b"=" in part)
    for name, key in _PROPERTIES.items():
        if text := one_line(said.get(key, b"")[:128].rstrip(b"\0"), 80):
            found[f"adb.{name}"] = text
    return found


def _length(header: bytes) -> int:
    """How many bytes of data follow the header; `ProtocolError` where it is none that answers CNXN."""
    command, magic = header[:4], header[20:24]
    if command not in _ASKS or magic != bytes(byte ^ 0xFF for byte in command):
        raise ProtocolError("not ADB")
    size = int.from_bytes(header[12:16], "little")
    if size > _MOST:
        raise ProtocolError("an ADB message that is longer than we take")
    return size
