"""A TLS server that answers a ClientHello exactly as it is configured, up to where it would have to compute: written from RFC 5246 and 8446, section 4."""

from dataclasses import dataclass, field

from inventory.errors import PeerClosed, PeerError, TimedOut
from scanner.conversation import Read, Reconnect, Send, StartTLS, Step

CODES = {"SSLv3": 0x0300, "TLSv1.0": 0x0301, "TLSv1.1": 0x0302, "TLSv1.2": 0x0303, "TLSv1.3": 0x0304}
P256, X25519 = 23, 29
CLOSES = "closes"


@dataclass(frozen=True)
class Configuration:
    """What it speaks: suites by version (in its own order), whether its order decides, and what else a posture asks about."""

    suites: dict[str, tuple[str, ...]]
    server_decides: bool = False
    groups: tuple[int, ...] = (29, P256)
    needs_group: int = 0
    prime_bits: int = 2048
    export_bits: int = 512
    compression: bool = False
    fallback: bool = True
    extensions: frozenset[int] = frozenset()
    refuses_by: str = "alert"
    marks_better: bool = True
    leaf: bytes = b"leaf"
    nameless_leaf: bytes = b""
    chokes_above: int = 0
    dies_after: int = 0
    clock: int = 0


@dataclass
class Offer:
    version: int
    suites: list[str]
    compressions: bytes
    extensions: dict[int, bytes]

    @classmethod
    def read(cls, record: bytes) -> "Offer":
        body, at = record[9:], 35 + record[9 + 34]
        size = int.from_bytes(body[at : at + 2], "big")
        listed = body[at + 2 : at + 2 + size]
        at += 2 + size
        compressions, at = body[at + 1 : at + 1 + body[at]], at + 1 + body[at]
        rest, extensions = body[at + 2 :], {}
        while rest:
            end = 4 + int.from_bytes(rest[2:4], "big")
            extensions[int.from_bytes(rest[:2], "big")], rest = rest[4:end], rest[end:]
        version = 0x0304 if 43 in extensions else int.from_bytes(body[:2], "big")
        return cls(version, [listed[i : i + 2].hex() for i in range(0, size, 2)], compressions, extensions)

    @property
    def groups(self) -> list[int]:
        data = self.extensions.get(10, b"")[2:]
        return [int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2)]


@dataclass
class Server:
    """The other side: `answer` is given each step; `hellos` are what it was asked, `connections` how often."""

    configuration: Configuration
    exchanges: dict[str, str]
    """The key exchange of each suite, in the words of the table of suites."""
    hellos: list[Offer] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    connections: int = 1
    _buffer: bytes = b""
    _closed: bool = False
    _silent: bool = False

    def answer(self, step: Step) -> bytes:
        match step:
            case Reconnect():
                self.connections += 1
                self._buffer, self._closed, self._silent = b"", False, False
            case Send(data) if data[0] == 22:
                self.sizes.append(len(data) - 5)
                self._take(Offer.read(data))
            case Send():
                pass
            case StartTLS():
                return self.configuration.leaf
            case Read(size):
                if len(self._buffer) < size:
                    raise self._end()
                taken, self._buffer = self._buffer[:size], self._buffer[size:]
                return taken
            case _:
                raise AssertionError(step)
        return b""

    def _end(self) -> PeerError:
        return TimedOut() if self._silent else PeerClosed()

    def _take(self, offer: Offer) -> None:
        self.hellos.append(offer)
        configuration = self.configuration
        worn = configuration.dies_after and len(self.hellos) > configuration.dies_after
        if worn or (configuration.chokes_above and len(offer.suites) > configuration.chokes_above):
            self._silent = True
            return
        spoken = {CODES[name]: name for name in configuration.suites}
        best = max((code for code in spoken if _may(code, offer.version)), default=None)
        suite = None if best is None else self._choose(offer, best, configuration.suites[spoken[best]])
        if best is None:
            self._refuse(70)
        elif "5600" in offer.suites and configuration.fallback and max(spoken) > offer.version:
            self._refuse(86)
        elif suite is None:
            self._refuse(40)
        else:
            self._agree(offer, best, suite)

    def _refuse(self, description: int) -> None:
        if self.configuration.refuses_by != CLOSES:
            self._buffer = _record(21, bytes((2, description)))

    def _choose(self, offer: Offer, version: int, own: tuple[str, ...]) -> str | None:
        common = [suite for suite in offer.suites if suite in own]
        if self.configuration.server_decides:
            common = [suite for suite in own if suite in common]
        return next((suite for suite in common if self._group(offer, suite, version) is not None), None)

    def _group(self, offer: Offer, suite: str, version: int) -> int | None:
        """The group it agrees on, 0 where the suite needs none, None where there is none."""
        if version < 0x0304 and self.exchanges[suite] != "ECDH":
            return 0
        offered = offer.groups or [P256, X25519]  # RFC 8422, section 4: whoever names none takes any
        if self.configuration.needs_group and self.configuration.needs_group not in offered:
            return None  # that of its own certificate
        return next((group for group in offered if group in self.configuration.groups), None)

    def _agree(self, offer: Offer, version: int, suite: str) -> None:
        configuration = self.configuration
        group = self._group(offer, suite, version) or 0
        named = 0 in offer.extensions or not configuration.nameless_leaf
        hello = self._hello(offer, version, suite, group)
        if version == 0x0304:
            self._buffer = _record(22, hello)
            return
        leaf = configuration.leaf if named else configuration.nameless_leaf
        flight = hello + _message(11, _vector(3, _vector(3, leaf)))
        exchange = self.exchanges[suite]
        if exchange == "ECDH":
            flight += _message(12, b"\x03" + group.to_bytes(2, "big") + _vector(1, bytes(65)))
        elif exchange.startswith("DH"):
            bits = configuration.export_bits if "(" in exchange else configuration.prime_bits
            flight += _message(12, _vector(2, (1 << bits - 1).to_bytes(bits // 8, "big")) + _vector(2, b"\x02"))
        self._buffer = _record(22, flight + _message(14, b""))

    def _hello(self, offer: Offer, version: int, suite: str, group: int) -> bytes:
        configuration = self.configuration
        number = len(self.hellos)
        start = (
            (configuration.clock + number).to_bytes(4, "big")
            if configuration.clock
            else bytes((251 - 7 * number % 250,)) * 4
        )
        better = (
            0x0304 in {CODES[name] for name in configuration.suites} and version < 0x0304 and configuration.marks_better
        )
        random = start + bytes((number,)) * 20 + (b"DOWNGRD\x01" if better else bytes(8))
        # The suite 00ff stands for an empty renegotiation_info, and whoever knows the one knows the other (RFC 5746, 3.3 and 3.6).
        offered = {*offer.extensions, *((0xFF01,) if "00ff" in offer.suites else ())}
        echoed = configuration.extensions & offered if version > 0x0300 else frozenset()
        extensions = b"".join(_extension(kind, b"") for kind in sorted(echoed))
        if version == 0x0304:
            extensions = _extension(43, b"\x03\x04") + _extension(51, group.to_bytes(2, "big") + _vector(2, bytes(32)))
        body = min(version, 0x0303).to_bytes(2, "big") + random + b"\0" + bytes.fromhex(suite)
        body += b"\x01" if configuration.compression and 1 in offer.compressions else b"\0"
        return _message(2, body + (_vector(2, extensions) if extensions else b""))


def _may(code: int, offered: int) -> bool:
    """Whether it may answer in that version; the hello for TLS 1.3 names no other."""
    return code == offered if offered == 0x0304 else code <= offered


def _record(kind: int, payload: bytes) -> bytes:
    return bytes((kind, 3, 3)) + _vector(2, payload)


def _message(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + _vector(3, body)


def _extension(kind: int, data: bytes) -> bytes:
    return kind.to_bytes(2, "big") + _vector(2, data)


def _vector(width: int, data: bytes) -> bytes:
    return len(data).to_bytes(width, "big") + data
