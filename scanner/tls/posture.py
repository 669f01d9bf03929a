"""The posture of a TLS server: every class of weakness that a finding rests on, weakest first, in fifteen hellos at most, those before among them.

A class is settled when one of its suites was accepted in any version, or when each was refused in every version that the server speaks. So a hello offers every
suite of every class that is still open; what is picked closes its classes, and the rest is offered again until the server refuses. That is one hello a version
with a server that knows nothing weak, and one more for each class that it does know.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from checks.cipher_suites import all_suites
from inventory.errors import PeerError, ProtocolError
from inventory.model import Facts, FactValue
from inventory.text import one_line
from scanner.codecs.tls_codec import INAPPROPRIATE_FALLBACK, SSL20, SSL30, TLS13, VERSIONS, Version, vector
from scanner.codecs.tls_hello import (
    ALPN,
    ENCRYPT_THEN_MAC,
    FALLBACK_SCSV,
    HEARTBEAT,
    RENEGOTIATION_INFO,
    RENEGOTIATION_SCSV,
    SUITES_AT_ONCE,
    TRUNCATED_HMAC,
    USUAL_GROUPS,
    Hello,
)
from scanner.conversation import Conversation, Depth, Heard
from scanner.tls.asking import Asker, Flight
from scanner.tls.facts import evidence_of, facts_of, names
from scanner.tls.group_names import GROUP_NAMES, WEAK_CURVES, WEAKEST_CURVES
from scanner.tls.knowledge import Knowledge
from scanner.tls.offers import RIDERS, everything, few
from scanner.tls.preference import Pick, decides
from scanner.tls.questioning import HELLOS, HELLOS_IN_FULL, Enough, Questioning
from scanner.tls.suites import AEAD, BROKEN, DH, FORWARD_SECRECY, KINDS, STALE, candidates, kinds

CLASSES = (
    "versions",
    "sslv2",
    *BROKEN,
    DH,
    "weak-curves",
    "compression",
    FORWARD_SECRECY,
    AEAD,
    "fallback",
    *STALE,
    "nameless",
)
"""All that a posture settles, weakest first."""
_DEFLATE_OR_NOT = b"\x01\x00"
_LOOK = (
    *RIDERS,
    (HEARTBEAT, b"\x02"),  # peer_not_allowed_to_send: no heartbeat is asked for, nor wanted (RFC 6520, section 2)
    (TRUNCATED_HMAC, b""),
    (ALPN, vector(2, b"".join(vector(1, name) for name in (b"http/1.1", b"h2")))),
)
_NIST_CURVES = (23, 24, 25)
_CBC_RIDER = ((ENCRYPT_THEN_MAC, b""),)


def posture(asker: Asker, before: Facts) -> Conversation[Heard]:
    """Ask what the facts `before` leave open; never raises for what the server does, for what was heard before it fell silent is true all the same."""
    return (yield from _Posture(asker, before).ask())


def left_open(facts: Facts, why: str) -> tuple[str, ...]:
    """`tls.unsettled` of an endpoint of which no posture was asked."""
    settled = names(facts, "tls.settled")
    kept = tuple(text for text in names(facts, "tls.unsettled") if text.partition(":")[0] in ("versions", "suites"))
    return (*kept, *(f"{name}: {why}" for name in CLASSES[1:] if name not in settled))


@dataclass(slots=True)
class _Posture:
    asker: Asker
    before: Facts
    known: Knowledge = field(init=False)
    put: Questioning = field(init=False)
    settled: set[str] = field(default_factory=set)
    why: dict[str, str] = field(default_factory=dict)
    found: dict[str, FactValue] = field(default_factory=dict)
    failed: PeerError | None = None
    older: tuple[str, ...] = ()
    _without_weak_curves: set[Version] = field(default_factory=set)
    _asked_for_weak_curves: list[Version] = field(default_factory=list)
    _weak_curve_seen: bool = False
    _weaker: tuple[tuple[Version, tuple[int, ...]], ...] = ()

    def __post_init__(self) -> None:
        asked = self.before.get("tls.hellos", 0)
        self.known = Knowledge.of(self.before)
        most = HELLOS if self.asker.target.depth is not Depth.FULL else HELLOS_IN_FULL
        self.put = Questioning(self.asker, most - (asked if isinstance(asked, int) else 0), self.known, most)
        self.settled.update(names(self.before, "tls.settled"), () if self._named else ("nameless",))

    def ask(self) -> Conversation[Heard]:
        reason = ""
        try:
            yield from self._all()
        except Enough as enough:
            reason, self.failed = str(enough), enough.error
        if unsure := (yield from self.put.control()):
            self.why = dict.fromkeys(CLASSES, unsure) | self.why
        self._prefer()
        return self._heard(reason or "it was not asked for")

    def _all(self) -> Conversation[None]:
        """Every question, weakest first."""
        yield from self._versions_again()
        yield from self._ssl2()
        yield from self._sieve(BROKEN)
        yield from self._sieve((DH,))
        yield from self._weak_curves(self._with_ecdhe)
        yield from self._second_look()
        yield from self._sieve((FORWARD_SECRECY, AEAD))
        yield from self._fallback()
        yield from self._sieve(STALE)
        yield from self._weak_curves(self._clear)
        yield from self._nameless()
        yield from self._weaker_still()

    @property
    def _clear(self) -> tuple[Version, ...]:
        """The versions up to TLS 1.2: the best, the worst, then those between, the better first."""
        found = [version for version in reversed(self.known.versions) if version is not TLS13]
        return (*found[:1], *found[1:][-1:], *found[1:-1])

    @property
    def _with_ecdhe(self) -> tuple[Version, ...]:
        """A version in which ECDHE was seen, else the best."""
        return tuple(version for version in self._clear if self._has_ecdhe(version))[:1] or self._clear[:1]

    def _has_ecdhe(self, version: Version) -> bool:
        return any(_is_ecdhe(code) for code in self.known.accepted(version))

    def _of_itself(self) -> Iterable[str]:
        """What needs no question, if it is known which versions are spoken: it cannot be there in these."""
        clear = self._clear
        if not clear:
            yield "compression"
        if all(version is SSL30 for version in clear):
            yield "weak-curves"
        if len(clear) < 2 or TLS13 in self.known.versions:
            yield "fallback"  # RFC 7507 has nothing to protect, or RFC 8446, 4.1.3 does it

    @property
    def _named(self) -> bool:
        """Whether a server name is sent at all."""
        hello, name = everything(TLS13), self.asker.target.name
        return hello.record(bytes(32), name) != hello.record(bytes(32))

    def _versions_again(self) -> Conversation[None]:
        """Offer a few suites in the versions whose first hello was left without an answer: some servers choke on a long one, others on the version."""
        open_ = [v for v in VERSIONS if any(text.startswith(f"versions: {v.name}:") for text in self._unanswered)]
        silent = unsure = False
        for version in open_:
            flight = None if silent else (yield from self.put.ask(few(version)))
            if flight is not None and flight.picked is not None and flight.took(version):
                self._speaks(version, flight.picked.code)
            else:
                silent = silent or flight is None
                unsure = unsure or (flight is not None and flight.picked is None and not flight.by_version)
                self.put.doubt(flight or Flight(None), lambda: self.settled.discard("versions"))
        if open_ and not unsure:
            self.settled.add("versions")

    def _speaks(self, version: Version, code: str) -> None:
        self.known.speaks(version, few(version), code)
        spoken = self.known.versions
        self.found["tls.versions"] = tuple(one.name for one in spoken)
        self.found["tls.suites"] = tuple(f"{v.name} 0x{code}" for v in spoken for code in self.known.accepted(v)[:1])

    @property
    def _unanswered(self) -> tuple[str, ...]:
        return tuple(text for text in names(self.before, "tls.unsettled") if text.startswith("versions:"))

    def _ssl2(self) -> Conversation[None]:
        """SSL 2.0 names all that it has in one answer."""
        if "sslv2" in self.settled:
            return
        try:
            answer = yield from self.put.ask_ssl2()
        except ProtocolError as error:
            self.why["sslv2"] = one_line(str(error))
            return
        self.settled.add("sslv2")
        if answer is not None:
            spoken = names({**self.before, **self.found}, "tls.versions")
            self.found["tls.versions"] = (SSL20.name, *spoken)
            self.older = tuple(f"{SSL20.name} 0x{code}" for code in answer.suites)

    def _sieve(self, wanted: Sequence[str]) -> Conversation[None]:
        """Settle these kinds of suites in every version."""
        for version in (*self._clear, *self.known.versions[-1:]):
            asked_for = wanted if version in self._clear[:1] else self._with_room(version, wanted)
            while suites := self.known.left(version, asked_for)[: self._at_once(version)]:
                flight = yield from self.put.ask(_hello(version, suites, _CBC_RIDER))
                why = _no_answer(flight, version, suites)
                if flight is None or why:
                    self.why |= {kind: why for kind in asked_for if not self.known.settled(kind)}
                    break
                if not set(suites).intersection(self.known.accepted(version)):
                    self.known.refuse(version, suites)
                    self.put.doubt(flight, partial(self.known.forget, version, suites))

    def _with_room(self, version: Version, wanted: Sequence[str]) -> Sequence[str]:
        """These kinds, and those to be asked for later that fit into the same hello: one refusal then settles all of them in that version."""
        for kind in KINDS if self.known.left(version, wanted) else ():
            if len(self.known.left(version, {*wanted, kind})) <= self._at_once(version):
                wanted = (*wanted, kind)
        return wanted

    def _at_once(self, version: Version) -> int:
        """How many suites a hello of that version may offer, besides the sign of RFC 5746 where that is one of them."""
        return self.put.at_once - (version is SSL30)

    def _weak_curves(self, versions: Sequence[Version]) -> Conversation[None]:
        """Offer curves below 224 bits alone, in one version with ECDHE, or in each where none is known to have it."""
        for version in versions:
            if (
                version not in (SSL30, *self._asked_for_weak_curves) and not self._curves_settled()
            ):  # SSL 3.0 cannot name a curve
                self._asked_for_weak_curves.append(version)
                yield from self._weak_curves_in(version)
        if self._curves_settled():
            self.settled.add("weak-curves")

    def _curves_settled(self) -> bool:
        if "weak-curves" in self.settled or self._weak_curve_seen:
            return True
        asked = self._without_weak_curves
        return any(self._has_ecdhe(version) for version in asked) or (
            bool(asked) and asked.issuperset(set(self._clear) - {SSL30})
        )

    def _weak_curves_in(self, version: Version) -> Conversation[None]:
        """Weakest first. Alone, and then before the curve of its own certificate, without which some have nothing to offer (RFC 8422, section 5.1.1)."""
        for own in dict.fromkeys(((), self._own_curves())):
            flight = yield from self.put.ask(_hello(version, _WITH_CURVES[version], groups=(*WEAK_CURVES, *own)))
            curve = flight.exchange.curve if flight and flight.picked and flight.exchange else 0
            if flight is None or (flight.picked and not curve):
                self.why["weak-curves"] = f"it did not answer where they were offered in {version.name}"
                return
            if curve in WEAK_CURVES:
                self._weak_curve_seen = True
                self._weaker = () if curve in WEAKEST_CURVES else ((version, own),)
                return
            self._without_weak_curves.add(version)
            self.put.doubt(flight, lambda: self._without_weak_curves.discard(version))

    def _weaker_still(self) -> Conversation[None]:
        """Whether it also takes the weakest, where it picked a better one of the weak curves: worth a hello that nothing else needs."""
        for version, own in self._weaker:
            yield from self.put.ask(_hello(version, _WITH_CURVES[version], groups=(*WEAKEST_CURVES, *own)))

    def _own_curves(self) -> tuple[int, ...]:
        """The curve of its certificate's key, or all that it may be."""
        named = tuple(
            c for c in USUAL_GROUPS if c not in WEAK_CURVES and GROUP_NAMES[c] == self.before.get("tls.curve")
        )
        return named or (_NIST_CURVES if self.before.get("tls.key_type") == "ec" else ())

    def _second_look(self) -> Conversation[None]:
        """What the best version up to TLS 1.2 accepted is offered once more the other way round, and with it what an answer may agree to."""
        for version in self._clear[:1]:
            suites = self._backwards(version)
            for extensions in (_LOOK, ()) if version is not SSL30 else ((),):
                flight = yield from self.put.ask(_hello(version, suites, extensions, compressions=_DEFLATE_OR_NOT))
                if flight and _compresses_or_not(flight, version):
                    self.found["tls.compression"] = flight.picked is not None and flight.picked.compression != 0
                    self.settled.add("compression")
                    return
            self.why["compression"] = "it did not agree to a hello with it"

    def _backwards(self, version: Version) -> tuple[str, ...]:
        """What it accepted of its first hello, the last of that first."""
        offered, accepted = everything(version).suites, self.known.accepted(version)
        return tuple(code for code in reversed(offered) if code in accepted) or offered[:-1]

    def _fallback(self) -> Conversation[None]:
        """Offer the second best version as if the best had failed (RFC 7507, section 3)."""
        if "fallback" in self._of_itself():
            return
        version = self.known.versions[-2]
        suites = self.known.accepted(version) or everything(version).suites[:-1]
        flight = yield from self.put.ask(_hello(version, (*suites[: SUITES_AT_ONCE - 2], FALLBACK_SCSV)))
        refused = flight is not None and flight.alert == INAPPROPRIATE_FALLBACK
        if refused or (flight is not None and flight.took(version)):
            self.found["tls.fallback_scsv"] = refused
            self.settled.add("fallback")
        else:
            self.why["fallback"] = "it neither took nor refused a fallback"

    def _nameless(self) -> Conversation[None]:
        """Ask without the server's name."""
        if "nameless" in self.settled:
            return
        if not self.known.versions:
            self.settled.add("nameless")  # SSL 2.0 knows no names
            return
        if not self._clear:
            self.why["nameless"] = "its certificate is shown inside TLS 1.3 alone"
            return
        flight = yield from self.put.ask(everything(self._clear[0]), named=False)
        if flight is None:
            self.why["nameless"] = "it did not answer a hello without a name"
            return
        self.settled.add("nameless")
        self.put.doubt(flight, lambda: self.settled.discard("nameless"))
        leaf = hashlib.sha256(flight.chain[0]).hexdigest() if flight.chain else ""
        if leaf and leaf != self.before.get("tls.sha256"):
            self.found["tls.nameless_sha256"] = leaf

    # What came of it

    def _prefer(self) -> None:
        """Conclude who decides on the suite, by the first version of which that can be said."""
        for version in self._clear:
            if who := decides(self._picks(version), self.known.accepted(version)):
                self.found["tls.preference"] = who
                self.settled.add("server-preference")
                return

    def _picks(self, version: Version) -> Iterable[Pick]:
        """What was picked in that version out of what, where the usual groups were offered."""
        for text in names(self.before, "tls.suites"):
            if text.startswith(f"{version.name} 0x"):
                yield everything(version).suites, text[-4:]
        for one in self.put.asked:
            if one.hello.version is version and one.flight.picked and one.agreed and one.hello.groups == USUAL_GROUPS:
                yield one.hello.suites, one.flight.picked.code

    def _heard(self, reason: str) -> Heard:
        sure = "versions" in self.settled
        settled = self.settled.union(k for k in KINDS if self.known.seen(k) or (sure and self.known.settled(k)))
        settled |= set(self._of_itself()) if sure else set()
        before = () if sure else self._unanswered
        strange = tuple(text for text in names(self.before, "tls.unsettled") if text.startswith("suites:"))
        if not sure:
            settled -= set() if self._weak_curve_seen else {"weak-curves"}
            self.why = dict.fromkeys((*KINDS, "weak-curves"), "it is not known which versions it speaks") | self.why
        unsettled = [f"{name}: {self.why.get(name, reason)}" for name in CLASSES[1:] if name not in settled]
        used = self.before.get("tls.hellos", 0)
        facts: dict[str, FactValue] = {
            "tls.depth": "posture",
            "tls.hellos": (used if isinstance(used, int) else 0) + self.put.used,
            "tls.accepted": self.known.texts((*names(self.before, "tls.accepted"), *self.older)),
            "tls.settled": tuple(name for name in (*CLASSES, "server-preference") if name in settled),
            "tls.unsettled": (*before, *strange, *unsettled),
        }
        return Heard(facts | facts_of(self.put.asked, self.before) | self.found, self._evidence(), failed=self.failed)

    def _evidence(self) -> bytes:
        """The beginnings of the answers that picked something broken, else of all."""
        broken = [
            one for one in self.put.asked if one.flight.picked and kinds(one.flight.picked.code).intersection(BROKEN)
        ]
        return evidence_of(broken or self.put.asked)


def _no_answer(flight: Flight | None, version: Version, suites: Sequence[str]) -> str:
    """Why a flight says nothing of the suites that were offered; "" where it does."""
    if flight is None:
        return f"it did not answer where they were offered in {version.name}"
    if flight.picked is not None and flight.took(version) and flight.picked.code not in suites:
        return f"it picked 0x{flight.picked.code} in {version.name}, which was not offered"
    return ""


def _hello(
    version: Version,
    suites: Sequence[str],
    extensions: tuple[tuple[int, bytes], ...] = (),
    groups: tuple[int, ...] = USUAL_GROUPS,
    compressions: bytes = b"\x00",
) -> Hello:
    """A hello of a version, with the sign of RFC 5746 up to TLS 1.2: a suite in SSL 3.0, which knows no extensions, else an extension."""
    if version is TLS13:
        return Hello(version, tuple(suites))
    if version is SSL30:
        return Hello(version, (*suites, RENEGOTIATION_SCSV), compressions=compressions)
    return Hello(version, tuple(suites), groups, compressions, (*extensions, (RENEGOTIATION_INFO, b"\x00")))


def _compresses_or_not(flight: Flight, version: Version) -> bool:
    """Whether it agreed to that version with DEFLATE, or without, which was what it was offered."""
    return flight.took(version) and flight.picked is not None and flight.picked.compression in _DEFLATE_OR_NOT


def _is_ecdhe(code: str) -> bool:
    suite = all_suites().get(code)
    return suite is not None and suite.exchange == "ECDH"


_WITH_CURVES = {version: tuple(code for code in candidates(version) if _is_ecdhe(code)) for version in VERSIONS}
