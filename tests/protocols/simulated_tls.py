"""A TLS server of one's wish, on the far side of a conversation: what it speaks, what it prefers, what it cannot bear. It answers in the clear alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from inventory.errors import PeerClosed, PeerError, TimedOut
from scanner.conversation import Read, Reconnect, Send, Step

HANDSHAKE_FAILURE, PROTOCOL_VERSION = 40, 70
RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")  # RFC 8446 section 4.1.3
ECDHE, DHE = frozenset(("c02f", "c02b", "c013", "c009", "c019")), frozenset(("0033", "0039", "009e"))


@dataclass
class Server:
    """`accepts` are the suites by version (0x0303), in its own order; `groups` those of its ECDHE suites and of TLS 1.3.

    `refuses` is how: "alert", "close" or "silence". `most` suites and `longest` records are what it can bear: beyond them it does what `chokes` says.
    """

    accepts: Mapping[int, Sequence[str]]
    prefers: str = "server"
    groups: Sequence[int] = (0x17,)
    prime: int = 0
    refuses: str = "alert"
    chokes: str = "close"
    most: int = 1000
    extensions: bool = True
    stubborn: str = ""
    poison: str = ""
    falls_silent_after: int = 1 << 30
    hellos: list[bytes] = field(default_factory=list)
    _heard: bytes = b""
    _end: type[PeerError] = PeerClosed

    def answer(self, step: Step) -> bytes:
        """What it says to a step of a conversation."""
        match step:
            case Send(data) if data[0] == 22:
                self.hellos.append(data)
                self._heard, self._end = self._flight(data)
            case Reconnect():
                self._heard, self._end = b"", PeerClosed
            case Read(size):
                if len(self._heard) < size:
                    raise self._end
                taken, self._heard = self._heard[:size], self._heard[size:]
                return taken
            case Send():
                pass
            case other:
                raise AssertionError(other)
        return b""

    def _flight(self, record: bytes) -> tuple[bytes, type[PeerError]]:
        hello = Offer(record)
        if len(self.hellos) > self.falls_silent_after:
            return b"", TimedOut
        if self.poison in hello.suites:
            return b"", PeerClosed
        if len(hello.suites) > self.most or (hello.extensions and not self.extensions):
            return b"", TimedOut if self.chokes == "silence" else PeerClosed
        if hello.version not in self.accepts:
            return alert(PROTOCOL_VERSION), PeerClosed
        ours = self.accepts[hello.version]
        group = next((g for g in self.groups if g in hello.groups), 0) if hello.groups else self.groups[0]
        both = [code for code in ours if code in hello.suites and (group or code not in ECDHE)]
        if self.prefers == "client":
            both.sort(key=hello.suites.index)
        pick = both[0] if both else self.stubborn
        if not pick or (hello.version == 0x0304 and not group):
            return self._refusal()
        return self._hello(hello, pick, group), PeerClosed

    def _refusal(self) -> tuple[bytes, type[PeerError]]:
        if self.refuses == "alert":
            return alert(HANDSHAKE_FAILURE), PeerClosed
        return b"", TimedOut if self.refuses == "silence" else PeerClosed

    def _hello(self, hello: "Offer", pick: str, group: int) -> bytes:
        if hello.version == 0x0304:
            extensions = b"\x00\x2b\x00\x02\x03\x04" + b"\x00\x33\x00\x02" + group.to_bytes(2, "big")
            body = b"\x03\x03" + RETRY + b"\x00" + bytes.fromhex(pick) + b"\x00" + sized(2, extensions)
            return record_of(message(2, body))
        said = message(2, hello.version.to_bytes(2, "big") + bytes(32) + b"\x00" + bytes.fromhex(pick) + b"\x00")
        if pick in ECDHE:
            said += message(12, b"\x03" + group.to_bytes(2, "big") + sized(1, b"\x04"))
        if pick in DHE:
            number = self.prime.to_bytes((self.prime.bit_length() + 7) // 8, "big")
            said += message(12, sized(2, number) + sized(2, b"\x02") + sized(2, b"\x04"))
        return record_of(said + message(14, b""))


class Offer:
    """A ClientHello, RFC 5246 section 7.4.1.2 and RFC 8446 section 4.1.2."""

    def __init__(self, record: bytes) -> None:
        body = record[9:]
        self.version = int.from_bytes(body[:2], "big")
        size = int.from_bytes(body[35:37], "big")
        codes = body[37 : 37 + size].hex()
        self.suites = [
            codes[at : at + 4] for at in range(0, len(codes), 4) if codes[at : at + 4] not in ("00ff", "5600")
        ]
        rest = body[37 + size :]
        self.extensions = rest[1 + rest[0] :]
        self.groups: list[int] = []
        found = self.extensions[2:]
        while found:
            kind, length = int.from_bytes(found[:2], "big"), int.from_bytes(found[2:4], "big")
            data, found = found[4 : 4 + length], found[4 + length :]
            if kind == 10:
                self.groups = [int.from_bytes(data[at : at + 2], "big") for at in range(2, len(data), 2)]
            if kind == 43:
                self.version = int.from_bytes(data[1:3], "big")


def sized(width: int, data: bytes) -> bytes:
    """`data` behind its length."""
    return len(data).to_bytes(width, "big") + data


def message(kind: int, body: bytes) -> bytes:
    """A handshake message."""
    return bytes((kind,)) + sized(3, body)


def record_of(payload: bytes, kind: int = 22) -> bytes:
    """A record."""
    return bytes((kind, 3, 3)) + sized(2, payload)


def alert(description: int) -> bytes:
    """A fatal alert."""
    return record_of(bytes((2, description)), 21)
