"""Known flaws of TLS servers: Heartbleed, CCS injection and ROBOT, each tested by a request that reads nothing of the device's memory.

Asked only where the operator asked for it by name (ON_REQUEST), at level login, and never of control equipment or of a device that is not surely known for
something else (`scanner/tls/flaws/spared.py`). Fourteen connections at most, one after the other, each with a handshake that is not finished:

- CCS injection: one to three, with an early ChangeCipherSpec and a byte behind it (`early_ccs.py`);
- ROBOT: seven to ten, each with a secret of our own in another padding (`robot.py`);
- Heartbleed: one connection, a heartbeat of three bytes that a mended server discards and a vulnerable one answers with nothing (`heartbleed.py`).

Ticketbleed (CVE-2016-9244) has no test that does not bring 31 bytes of the device's memory with it, so none is sent; the version tells of it.
"""

from collections.abc import Callable

from inventory.errors import PeerError
from inventory.model import Device, FactValue
from inventory.text import one_line
from scanner.codecs.heartbeat import TOO_SHORT_PATTERN
from scanner.codecs.key_exchange import FINISHING_PATTERN, KEY_EXCHANGE_PATTERN
from scanner.codecs.tls_codec import TLS10, TLS11, TLS12, Version
from scanner.codecs.tls_hello import pattern
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Safety, Say, Target
from scanner.tls.asking import Asker
from scanner.tls.flaws import early_ccs, robot
from scanner.tls.flaws.early_ccs import early_ccs as ask_ccs
from scanner.tls.flaws.heartbleed import heartbleed as ask_heartbleed
from scanner.tls.flaws.robot import robot as ask_robot
from scanner.tls.flaws.spared import spares
from scanner.tls.flaws.verdict import Verdict, Word

NAME = "tls_flaws"
TRANSPORT = "tcp"
PORTS = ()
SAFETY = Safety.C
OVER_TLS = False
SPEAKS_FIRST = False
LAST = True
ON_REQUEST = True
CONNECTIONS = 1 + early_ccs.CONNECTIONS + robot.CONNECTIONS
_VERSIONS = (TLS12, TLS11, TLS10)
"""Those in which the flaws are, the best first. TLS 1.3 has neither RSA key exchange nor early keys, and SSL 3.0 is a finding of its own."""
SAYS = (
    *(Say.like(f"client-hello {version.name}", pattern(version)) for version in _VERSIONS),
    Say.like("heartbeat without payload", TOO_SHORT_PATTERN),
    Say.like("finished too early", rb"\x16\x03[\x01-\x03]\x00\x04\x14\x00\x00\x00"),
    Say.like("change-cipher-spec", rb"\x14\x03[\x01-\x03]\x00\x01\x01"),
    Say.like("first byte of a client-key-exchange", rb"\x16\x03[\x01-\x03]\x00\x01\x10"),
    Say.like("client-key-exchange", KEY_EXCHANGE_PATTERN),
    Say.like("finished", FINISHING_PATTERN),
    Say.like("close-alert", rb"\x15\x03[\x01-\x03]\x00\x02\x02\x28"),
)
FACTS = {
    "tls_flaws.version": "the version in which it was tested",
    "tls_flaws.heartbleed": "CVE-2014-0160: 'vulnerable: …', 'likely: …', 'sound: …', 'unclear: …' or 'not asked: …', each with the reason",
    "tls_flaws.ccs": "CVE-2014-0224, in the same words",
    "tls_flaws.robot": "CVE-2017-13099 and its like, in the same words",
}
_TESTS: dict[str, Callable[[Asker, Version], Conversation[Verdict]]] = {
    "tls_flaws.ccs": ask_ccs,
    "tls_flaws.robot": ask_robot,
    "tls_flaws.heartbleed": ask_heartbleed,
}


def invited(device: Device) -> tuple[Target, ...]:
    """Each endpoint where TLS 1.0 to 1.2 is spoken at once, unless the device is one that is spared."""
    if spares(device):
        return ()
    return tuple(
        Target(seen.endpoint, before=seen.facts)
        for seen in device.speaking("tls")
        if _best(seen.facts.get("tls.versions")) and not seen.facts.get("tls.starttls")
    )


def probe(target: Target) -> Conversation[Heard]:
    """One test after the other; what keeps one from its end is told in its fact, and ends the conversation."""
    asker, version = Asker(target), _best(target.before.get("tls.versions")) or TLS12
    facts: dict[str, FactValue] = {"tls_flaws.version": version.name}
    evidence, ended = b"", ""
    for fact, test in _TESTS.items():
        verdict = Verdict(Word.UNCLEAR, f"left out, for the test before it {ended}")
        if not ended:
            try:
                verdict = yield from test(asker, version)
            except PeerError as error:
                ended = f"did not come to its end: {error}"
                verdict = Verdict(Word.UNCLEAR, f"the test {ended}")
        facts[fact] = one_line(str(verdict))
        evidence += verdict.evidence if verdict.flawed else b""
    return Heard(facts, evidence[:EVIDENCE_LIMIT])


def _best(versions: object) -> Version | None:
    """The best version to test in, of the fact `tls.versions`."""
    spoken = versions if isinstance(versions, tuple) else ()
    return next((version for version in _VERSIONS if version.name in spoken), None)
