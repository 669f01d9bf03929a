"""What is known of the suites that a server accepts, as far as it was asked: which it accepted in which version, and which it refused. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from inventory.model import Facts
from scanner.codecs.tls_codec import VERSIONS, Version
from scanner.codecs.tls_hello import Hello
from scanner.tls.asking import Flight
from scanner.tls.facts import names
from scanner.tls.suites import kinds, telling

_BY_NAME = {version.name: version for version in VERSIONS}


@dataclass(slots=True)
class Knowledge:
    """The versions it speaks, weakest first, and the suites by version; SSL 2.0, where what is accepted says nothing of TLS, is not among them."""

    versions: tuple[Version, ...]
    _accepted: dict[tuple[Version, str], None] = field(default_factory=dict)
    _refused: dict[Version, set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, facts: Facts) -> "Knowledge":
        """What facts say."""
        known = cls(tuple(version for version in VERSIONS if version.name in names(facts, "tls.versions")))
        for text in (*names(facts, "tls.suites"), *names(facts, "tls.accepted")):
            version, _, code = text.partition(" 0x")
            if version in _BY_NAME:
                known._accepted[_BY_NAME[version], code] = None
        return known

    def take(self, hello: Hello, flight: Flight) -> None:
        """Take note of what was picked, if it was offered."""
        picked = flight.picked
        version = next((one for one in self.versions if flight.took(one)), None)
        if picked is not None and version is not None and picked.code in hello.suites:
            self._accepted[version, picked.code] = None

    def speaks(self, version: Version, hello: Hello, suite: str) -> None:
        """It speaks one more version, and picked that suite of the hello, if it was in it."""
        self.versions = tuple(one for one in VERSIONS if one is version or one in self.versions)
        if suite in hello.suites:
            self._accepted[version, suite] = None

    def refuse(self, version: Version, suites: Iterable[str]) -> None:
        """None of these was accepted in that version."""
        self._refused.setdefault(version, set()).update(suites)

    def forget(self, version: Version, suites: Iterable[str]) -> None:
        """It is not sure that these were refused."""
        self._refused[version].difference_update(suites)

    def accepted(self, version: Version) -> tuple[str, ...]:
        """The suites that it accepted in that version, in the order of their finding."""
        return tuple(code for spoken, code in self._accepted if spoken is version)

    def seen(self, kind: str) -> bool:
        """Whether a suite of that kind was accepted in any version."""
        return any(kind in kinds(code) for _, code in self._accepted)

    def left(self, version: Version, wanted: Collection[str]) -> tuple[str, ...]:
        """What is still to be asked in that version so that each of these kinds is seen, or is known not to be there; weakest first."""
        unseen = [kind for kind in wanted if not self.seen(kind)]
        gone = self._refused.get(version, set()).union(self.accepted(version))
        return tuple(code for code in telling(version, unseen) if code not in gone)

    def settled(self, kind: str) -> bool:
        """Whether a suite of that kind was seen, or every one was refused in every version."""
        return not any(self.left(version, (kind,)) for version in self.versions)

    def texts(self, before: Iterable[str] = ()) -> tuple[str, ...]:
        """What was accepted, as facts write it: by version, after what was known `before` of others."""
        own = [f"{version.name} 0x{code}" for version in self.versions for code in self.accepted(version)]
        return (*(text for text in before if text.partition(" ")[0] not in _BY_NAME), *own)
