"""What a TLS endpoint was seen to do and what it was asked to its end: the two things on which every check of TLS rests.

What was seen accepted is a fact. What was not seen is one only where the question was asked to its end (`tls.settled`); anywhere else a check has a doubt
to tell, and is UNREACHED instead of passed.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from checks.cipher_suites import Suite, Weakness, all_suites
from checks.contract import Flaw, Inconclusive, Judgement
from inventory.model import Device, Observation

VERSIONS = ("SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")
"""Weakest first, in the words of the fact `tls.versions`."""
DTLS_VERSIONS = ("DTLSv1.0", "DTLSv1.2", "DTLSv1.3")
"""The same over UDP, where nobody asks more than this."""
VERSIONS_ONLY = "was asked for its versions only"
_OF_SUITES = frozenset((*(str(weakness) for weakness in Weakness), "forward-secrecy", "aead"))
_SHOWN = 5
_CODES = {"SSLv3": b"\x03\x00", "TLSv1.0": b"\x03\x01", "TLSv1.1": b"\x03\x02", "TLSv1.2": b"\x03\x03"}
_SERVER_HELLO = re.compile(
    rb"\x16\x03.{3}\x02\x00.{2}(?P<version>\x03.).{32}(?P<session>.)", re.DOTALL
)  # RFC 5246, 7.4.1.3
_AFTER_SESSION = 3  # the suite and the compression


@dataclass(frozen=True, slots=True)
class Doubt:
    """A question that was not asked to its end, and why."""

    topic: str
    reason: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """A suite that was seen accepted, and in which version."""

    version: str
    suite: Suite


@dataclass(frozen=True, slots=True)
class Spoken:
    """One endpoint: its observation, the versions it accepts (weakest first), and the suites it was seen to accept, in the order of the observation."""

    seen: Observation
    versions: tuple[str, ...]
    accepted: tuple[Accepted, ...]

    def speaks(self, *versions: str) -> bool:
        """Whether it accepts one of these versions."""
        return any(version in self.versions for version in versions)

    def flag(self, fact: str) -> bool | None:
        """A fact that is yes or no; None where it is not there."""
        value = self.seen.facts.get(fact)
        return value if isinstance(value, bool) else None

    def number(self, fact: str) -> int | None:
        """A fact that is a whole number; None where it is not there."""
        value = self.seen.facts.get(fact)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def of(self, *classes: Weakness) -> list[Accepted]:
        """What it accepts of these classes."""
        return [one for one in self.accepted if one.suite.weaknesses & set(classes)]

    def showing(self, found: list[Accepted]) -> Observation:
        """The observation with the answer that picked one of these suites as its evidence, where that was kept; a device tells more than one thing."""
        picked = {(_CODES.get(one.version), one.suite.code) for one in found}
        evidence = self.seen.evidence
        for hello in _SERVER_HELLO.finditer(evidence):
            size = hello["session"][0]
            suite = evidence[hello.end() + size : hello.end() + size + 2].hex()
            if (hello["version"], suite) in picked:
                return replace(self.seen, evidence=evidence[hello.start() : hello.end() + size + _AFTER_SESSION])
        return self.seen

    def settled(self, topic: str) -> bool:
        """Whether this was asked to its end, so that what was not seen is not there."""
        done = texts(self.seen, "tls.settled")
        if topic in done:
            return True
        if topic in ("sslv2", "versions"):
            return False
        if "versions" in done and self.versions == VERSIONS[-1:]:
            return True  # TLS 1.3 has no weak suite, group or compression to ask for (RFC 8446, sections 1.2 and 4.2.7)
        return ("suites" in done and topic in _OF_SUITES) or ("groups" in done and topic == "weak-curves")

    @property
    def examined(self) -> bool:
        """Whether more than its versions was asked."""
        return bool(set(texts(self.seen, "tls.settled")) - {"versions", "sslv2"})

    def doubt(self, topic: str) -> Doubt:
        """The doubt about a question, with the reason that the observation gives."""
        reason = self._why(topic) or (self._why("suites") if topic in _OF_SUITES else "")
        return Doubt(topic, reason or ("was not asked" if self.examined else self._why_not_examined or VERSIONS_ONLY))

    @property
    def _why_not_examined(self) -> str:
        """Why no more was asked than the versions: the reason that every class has in common."""
        return self._why(str(Weakness.NULL))

    def _why(self, topic: str) -> str:
        """Why a question was not asked to its end, as the observation tells it; once for each version, where that differs."""
        told = (line.split(": ", 1) for line in texts(self.seen, "tls.unsettled") if line.startswith(f"{topic}: "))
        return ", ".join(dict.fromkeys(why for _, why in told))

    @property
    def refusal(self) -> str:
        """Why it agreed on no version, where it said so."""
        why = self._why("versions")
        return f": {why}" if why else ""

    def doubts(self, *topics: str) -> Iterator[Doubt]:
        """The doubts about those of the questions that are not settled."""
        return (self.doubt(topic) for topic in topics if not self.settled(topic))


Look = Callable[[Spoken], Iterator[Flaw | Doubt]]


def endpoints(device: Device, *protocols: str) -> Iterator[Spoken]:
    """Every endpoint of the device where TLS was asked for, or these `protocols` of its kind."""
    for seen in device.speaking(*(protocols or ("tls",))):
        spoken = texts(seen, "tls.versions")
        versions = tuple(version for version in (*VERSIONS, *DTLS_VERSIONS) if version in spoken)
        yield Spoken(seen, versions, tuple(_accepted(seen)))


def each(device: Device, look: Look, sound: str, *protocols: str) -> Judgement:
    """Look at every endpoint of TLS, or of these `protocols`; one about which a doubt remains leaves the check without a verdict."""
    doubts: list[str] = []
    for one in endpoints(device, *protocols):
        if not one.versions:
            doubts.append(f"no version of TLS was agreed on at {one.seen.endpoint}{one.refusal}")
            continue
        unsure: dict[str, list[str]] = {}
        for said in look(one):
            if isinstance(said, Doubt):
                unsure.setdefault(said.reason, []).append(said.topic)
            else:
                yield said
        doubts += (_told(one, reason, topics) for reason, topics in unsure.items())
    if doubts:
        raise Inconclusive("; ".join(doubts))
    return sound


def listing(found: list[Accepted], limit: int = _SHOWN) -> str:
    """The names of suites and the versions that they were accepted in: 'TLS_RSA_WITH_RC4_128_SHA and 2 more, in TLSv1.0 and TLSv1.1'."""
    names = list(dict.fromkeys(one.suite.name for one in found))
    versions = [version for version in VERSIONS if any(one.version == version for one in found)]
    shown = names if len(names) <= limit + 1 else [*names[:limit], f"{len(names) - limit} more"]
    return f"{in_words(shown)}, in {in_words(versions)}"


def in_words(things: list[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    return " and ".join([", ".join(things[:-1]), things[-1]] if len(things) > 1 else things)


def texts(seen: Observation, fact: str) -> tuple[str, ...]:
    """A fact that is a list; empty where it is not there."""
    value = seen.facts.get(fact)
    return value if isinstance(value, tuple) else ()


def _accepted(seen: Observation) -> Iterator[Accepted]:
    """What the enumeration saw, then the picks; a code point that nobody named cannot be judged."""
    for line in dict.fromkeys((*texts(seen, "tls.accepted"), *texts(seen, "tls.suites"))):
        version, _, code = line.partition(" 0x")
        suite = all_suites().get(code)
        if suite is not None and version in VERSIONS:
            yield Accepted(version, suite)


def _told(one: Spoken, reason: str, topics: list[str]) -> str:
    """In the same words for all checks, where none of them had more to go by than the versions."""
    where = str(one.seen.endpoint)
    if reason == VERSIONS_ONLY:
        return f"{where} {reason}"
    named = one.examined or "versions" in topics
    return f"{where}: {', '.join(topics)}: {reason}" if named else f"{where}: {reason}"
