"""Every suite that a server accepts, version by version: all that the version knows are offered, what is picked is taken out, until nothing is picked any more.

A hello offers sixty-four suites at most and stays below the 256 bytes at which old balancers begin to hang (RFC 7685, section 1); the suites that most servers
have stand together in the first, so that the others cost one refusal each. Where a hello is met with a closed connection or with silence though the server
speaks the version, sixteen suites without any extension are tried, for it may be the hello that it cannot bear. Suites with elliptic curves that were refused
are offered once more with every curve there is.

The hellos are bounded: one for each suite that is accepted, one for each list that is refused, the retries, and two to see who decides.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache

from checks.cipher_suites import Suite, all_suites
from inventory.errors import PeerClosed, PeerError, ProtocolError, TimedOut
from scanner.codecs.tls_codec import (
    SERVER_HELLO,
    SERVER_KEY_EXCHANGE,
    SSL30,
    TLS10,
    TLS11,
    TLS12,
    TLS13,
    ServerHello,
    Version,
)
from scanner.codecs.tls_hello import ALL_SIGNATURES, RENEGOTIATION_SCSV, SUITES_AT_ONCE, Hello
from scanner.conversation import Conversation
from scanner.tls.asking import Asker, Flight
from scanner.tls.facts import unoffered
from scanner.tls.groups import CURVES, GROUPS_13
from scanner.tls.offers import everything
from scanner.tls.suites import DH, kinds

_ORDER = (TLS12, TLS11, TLS10, SSL30, TLS13)
_SINCE = {"SSLv3": SSL30, "TLSv1": TLS10, "TLSv1.2": TLS12, "TLSv1.3": TLS13}
_AT_ONCE = SUITES_AT_ONCE - 1  # RFC 5746's own signal takes one place
_AT_ONCE_WITH_ALL_CURVES = 36
_SILENCES, _SILENCES_IN_ALL = 2, 5
_RARE = (
    "DH/DSS",
    "DH/RSA",
    "ECDH/ECDSA",
    "ECDH/RSA",
    "RSAPSK",
    "PSK",
    "DHEPSK",
    "ECDHEPSK",
    "SRP",
    "KRB5",
    "GOST",
    "CECPQ1",
    "None",
)
_CHACHA = ("ccaa", "cca8", "cca9", "ccab", "ccac", "ccad", "ccae", "1303")


class Manner(Enum):
    """How a hello is put, and how many suites it holds."""

    USUAL = _AT_ONCE
    ALL_CURVES = _AT_ONCE_WITH_ALL_CURVES
    SHORT = 16


@dataclass(slots=True)
class Census:
    """What one version accepts: the picks of each list in the order of the picking, with how the list was offered. `spoken` says whether the server is known
    to speak the version, `over` that nothing more is to be asked of it."""

    version: Version
    spoken: bool
    picks: list[tuple[Manner, list[str]]] = field(default_factory=list)
    manner: Manner = Manner.USUAL
    silences: int = 0
    over: bool = False

    @property
    def accepted(self) -> list[str]:
        """Every suite that was picked."""
        return [code for _, codes in self.picks for code in codes]


@dataclass(slots=True)
class Enumeration:
    """The enumeration of one server. What is known of it beforehand is not asked again. `prime` is the smallest of its Diffie-Hellman primes (0: none seen),
    but for those of anonymous and EXPORT suites, which are told as what they are; `preference` is "server", "client" or "" where nobody can tell, `unsettled`
    what could not be asked to its end, and why.
    """

    asker: Asker
    spoken: frozenset[Version]
    censuses: dict[Version, Census] = field(default_factory=dict)
    prime: int = 0
    preference: str = ""
    unsettled: list[str] = field(default_factory=list)
    stopped: bool = False
    _hangs_up: bool = False
    _hung: list[Census] = field(default_factory=list)
    _alerts: bool = False

    @property
    def accepted(self) -> Mapping[Version, Sequence[str]]:
        """The accepted suites of each version that has any."""
        return {version: census.accepted for version, census in self.censuses.items() if census.accepted}

    def run(self) -> Conversation[None]:
        """Ask all there is to ask; what the server does instead of answering ends in `unsettled`."""
        for version in _ORDER:
            if self.stopped:
                self.unsettled.append(f"suites: {version.name}: it had stopped answering")
            yield from self._enumerate(version)
        for census in self._hung if self._alerts else ():
            self._note(census, "it hung up on some of them, though it refuses others with an alert")
        yield from self._decide()
        if self.preference == "server":
            for census in self.censuses.values():
                yield from self._merge(census)

    def _enumerate(self, version: Version) -> Conversation[None]:
        """All suites of one version."""
        census = self.censuses[version] = Census(version, version in self.spoken)
        for suites in lists(version):
            yield from self._exhaust(census, suites)
        for suites in _cut(_on_curves(census), Manner.ALL_CURVES.value):
            left = yield from self._picked_out(census, suites, Manner.ALL_CURVES)
            self._take_for_refused(census, left)

    def _exhaust(self, census: Census, suites: Sequence[str]) -> Conversation[None]:
        """Find the accepted ones of a list, in the short manner where the server cannot bear the usual one."""
        left, before = list(suites), self.asker.asked
        if census.manner is Manner.USUAL:
            left = yield from self._picked_out(census, suites, Manner.USUAL)
            if not left or census.over or (self._hangs_up and census.picks):
                self._take_for_refused(census, left)
                return
        answered = False
        for some in _cut(left, Manner.SHORT.value):
            hung = yield from self._picked_out(census, some, Manner.SHORT)
            answered = answered or len(hung) < len(some)
            self._take_for_refused(census, hung)
        if census.manner is Manner.USUAL and answered:
            census.manner = Manner.SHORT
            hellos = self.asker.asked - before
            self.unsettled.append(
                f"tolerance: {census.version.name}: it hangs up on long hellos, and was asked with short ones after {hellos}"
            )
        elif census.manner is Manner.USUAL:
            self._hangs_up = self._hangs_up or not census.silences  # that is how it refuses

    def _take_for_refused(self, census: Census, left: Sequence[str]) -> None:
        """Some servers refuse by hanging up; whether this one does is known in the end."""
        if left and census.spoken and census not in self._hung:
            self._hung.append(census)

    def _picked_out(self, census: Census, suites: Sequence[str], manner: Manner) -> Conversation[list[str]]:
        """Offer a list until none of it is picked; what was left when the server hung up or fell silent, nothing where it refused."""
        left: list[str] = list(suites)
        picks: list[str] = []
        while left and not (census.over or self.stopped):
            flight = yield from self._ask(census, left, manner)
            if flight is None:
                break
            pick = self._pick(census, flight, left)
            if not pick:
                left = []
                break
            left.remove(pick)
            picks.append(pick)
        if picks:
            census.picks.append((manner, picks))
        return left

    def _pick(self, census: Census, flight: Flight, left: Sequence[str]) -> str:
        """The suite that was picked; "" where that is none of those that were offered."""
        picked = flight.picked
        if picked is None or picked.version != census.version.code:
            census.over = not census.spoken and not census.picks and (picked is not None or flight.by_version)
            self._alerts = self._alerts or (census.spoken and flight.alert is not None and not flight.by_version)
            return ""
        if picked.code not in left:
            self._note_line(unoffered(census.version, picked.code))
            return ""
        census.spoken = True
        prime = flight.exchange.prime if flight.exchange and DH in kinds(picked.code) else 0
        self.prime = min(self.prime or prime, prime or self.prime)
        return picked.code

    def _ask(self, census: Census, suites: Sequence[str], manner: Manner) -> Conversation[Flight | None]:
        """Put one question; None where the server hangs up, or falls silent."""
        try:
            return (yield from self.asker.ask(_hello(census.version, suites, manner), _enough))
        except (PeerClosed, ProtocolError):
            pass
        except TimedOut:
            self._silent(census)
        except PeerError as error:
            self.stopped = True
            self._give_up(census, str(error))
        census.over = census.over or not census.spoken
        return None

    def _silent(self, census: Census) -> None:
        """Note a silence: each costs its whole time, so there may not be many."""
        census.silences += 1
        self.stopped = sum(each.silences for each in self.censuses.values()) >= _SILENCES_IN_ALL
        if census.spoken and census.silences >= _SILENCES:
            self._give_up(census, "it falls silent")

    def _give_up(self, census: Census, why: str) -> None:
        """Ask nothing more of this version."""
        census.over = True
        self._note(census, why)

    def _note(self, census: Census, why: str) -> None:
        """Say, once, why the suites of a version cannot be told to their end."""
        self._note_line(f"suites: {census.version.name}: {why}")

    def _note_line(self, reason: str) -> None:
        if reason not in self.unsettled:
            self.unsettled.append(reason)

    def _decide(self) -> Conversation[None]:
        """Who decides on the suite: the same few in opposite orders, without ChaCha20, which some servers pick only where the client begins with it."""
        for census in self.censuses.values() if not self.preference else ():
            for manner, codes in census.picks:
                some = [code for code in codes if code not in _CHACHA]
                if len(some) > 1:
                    first = yield from self._one_of(census, some, manner)
                    last = yield from self._one_of(census, some[::-1], manner)
                    self.preference = ("server" if first == last else "client") if first and last else ""
                    return

    def _one_of(self, census: Census, suites: Sequence[str], manner: Manner) -> Conversation[str]:
        if self.stopped:
            return ""
        flight = yield from self._ask(census, suites, manner)
        return flight.picked.code if flight and flight.picked and flight.picked.code in suites else ""

    def _merge(self, census: Census) -> Conversation[None]:
        """Bring the picks of several lists into the server's own order: of the first of each it picks the next."""
        heads = [list(codes) for _, codes in census.picks]
        manner = Manner.ALL_CURVES if any(m is Manner.ALL_CURVES for m, _ in census.picks) else census.manner
        ordered: list[str] = []
        while len(heads) > 1:
            pick = yield from self._one_of(census, [codes[0] for codes in heads], manner)
            if not pick:
                return
            ordered.append(pick)
            heads = [rest for codes in heads if (rest := [code for code in codes if code != pick])]
        census.picks = [(manner, [*ordered, *(heads[0] if heads else [])])]


@cache
def lists(version: Version) -> tuple[tuple[str, ...], ...]:
    """Every suite of a version, in the lists in which they are offered: the likely ones first, those that need a secret or a rare certificate last."""
    likely = tuple(code for code in everything(version).suites if code != RENEGOTIATION_SCSV)
    others = [suite for suite in all_suites().values() if _belongs(suite, version) and suite.code not in likely]
    others.sort(key=lambda suite: suite.exchange in _RARE and 1 + _RARE.index(suite.exchange))
    return tuple(_cut([*likely, *(suite.code for suite in others)], _AT_ONCE))


def _belongs(suite: Suite, version: Version) -> bool:
    """Whether the version has the suite; those of SSL 2.0 are asked for in its own words."""
    since = _SINCE.get(suite.since)
    if since is None:
        return False
    return since is TLS13 if version is TLS13 else since.code <= version.code


def _on_curves(census: Census) -> list[str]:
    """The suites with elliptic curves that were refused where the usual curves were offered."""
    if census.manner is Manner.SHORT or census.version in (SSL30, TLS13):
        return []
    accepted = set(census.accepted)
    offered = (code for codes in lists(census.version) for code in codes)
    return [code for code in offered if all_suites()[code].exchange.startswith("ECDH") and code not in accepted]


def _hello(version: Version, suites: Sequence[str], manner: Manner) -> Hello:
    """One that offers them. In TLS 1.3 the server is made to name its group, so that it shows the suite without a signature that costs it time."""
    if version is TLS13:
        usual = manner is not Manner.SHORT
        return Hello(version, tuple(suites), groups=GROUPS_13, shares=()) if usual else Hello(version, tuple(suites))
    with_signal = (*suites, RENEGOTIATION_SCSV)
    if manner is Manner.ALL_CURVES:
        return Hello(version, with_signal, groups=CURVES, signatures=ALL_SIGNATURES)
    return Hello(version, with_signal, bare=manner is Manner.SHORT, signatures=ALL_SIGNATURES)


def _enough(picked: ServerHello) -> int:
    """The pick is all that is wanted, and the prime where there is one."""
    return SERVER_KEY_EXCHANGE if DH in kinds(picked.code) else SERVER_HELLO


def _cut(suites: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    for at in range(0, len(suites), size):
        yield tuple(suites[at : at + size])
