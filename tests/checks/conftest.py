"""Hand-made devices, and a judge who puts a check's questions to a table of answers, as far as the lockout ledger allows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from checks.catalogue import Catalogue
from checks.contract import Account, Answer, Check, Flaw, Inconclusive, Login, NotApplicable, Verdict
from inventory.ledger import LooseBook
from inventory.model import Claim, Confidence, Device, Endpoint, Facts, FactValue, Gap, Observation
from scanner.ledger import Ledger
from tests.grounds import faults

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
Replies = Callable[[Login], Answer]
SETTLED = (
    *("versions", "sslv2", "null", "anonymous", "export", "rc4", "des", "3des", "md5", "cbc-sha1", "static"),
    *("forward-secrecy", "aead", "dh", "weak-curves", "compression", "fallback"),
)
"""What a posture asks to its end."""


@dataclass
class Judged:
    """What came of a check: its flaws, how it ended ("passed", "skipped" or "unreached"), why, and what reached the device."""

    flaws: list[Flaw] = field(default_factory=list)
    ended: str = ""
    reason: str = ""
    asked: list[Login] = field(default_factory=list)

    @property
    def ports(self) -> list[int]:
        return [flaw.endpoint.port for flaw in self.flaws]

    @property
    def accounts(self) -> list[Account]:
        return [question.account for question in self.asked]


def refuse(question: Login) -> Answer:
    return Answer(Verdict.REFUSED)


def held(
    check: Check,
    device: Device,
    replies: Replies = refuse,
    *,
    book: LooseBook | None = None,
    when: datetime = NOW,
    run: str = "night",
    catalogue: Catalogue | None = None,
) -> Judged:
    judged = Judged()
    ledger = Ledger(book or LooseBook(), run, lambda: when)
    judgement = check.judge(device, catalogue=catalogue) if "catalogue" in check.informed else check.judge(device)
    answer: Answer | None = None
    try:
        while True:
            said = judgement.send(answer)
            answer = None
            if isinstance(said, Login):
                answer = _answered(ledger, said, device, replies, judged)
            else:
                assert lacks(check, said) == []
                judged.flaws.append(said)
    except StopIteration as ended:
        judged.ended, judged.reason = "passed", ended.value
    except NotApplicable as excuse:
        judged.ended, judged.reason = "skipped", str(excuse)
    except Inconclusive as doubt:
        judged.ended, judged.reason = "unreached", str(doubt)
    return judged


def lacks(check: Check, flaw: Flaw) -> list[str]:
    """What the finding that this flaw becomes would lack."""
    standards, sources = flaw.standards or check.standards, flaw.sources or check.sources
    return faults(check.id, flaw.remedy or check.remedy, standards, sources, flaw.act or check.act)


def _answered(ledger: Ledger, question: Login, device: Device, replies: Replies, judged: Judged) -> Answer:
    if question.remembered:
        return ledger.remembered(question, (device.identity,))
    entered = ledger.enter(question, (device.identity,), "192.0.2.99")
    if isinstance(entered, Answer):
        return entered
    judged.asked.append(question)
    return ledger.settle(entered, replies(question), reached=True)


def opened_by(*pairs: tuple[str, str, str]) -> Replies:
    """Answers of a device that (protocol, user, password) opens, and nothing else."""

    def reply(question: Login) -> Answer:
        known = (question.protocol, question.account.user, question.account.password) in pairs
        return Answer(Verdict.OPENED, b"HTTP/1.1 200 OK") if known else Answer(Verdict.REFUSED)

    return reply


def made(
    *heard: tuple[str, int, Facts],
    claims: Mapping[str, str] | None = None,
    said: tuple[Claim, ...] = (),
    gaps: tuple[tuple[str, int, str], ...] = (),
    identity: str = "serial:1",
    when: datetime = NOW,
) -> Device:
    """A device at 192.0.2.1 that said `heard`: (protocol, port, facts). `claims` are sure, by name; `gaps` are (protocol, port, reason)."""
    seen = tuple(
        Observation(Endpoint("192.0.2.1", port), protocol, dict(facts), f"evidence of {protocol}".encode(), when)
        for protocol, port, facts in heard
    )
    sure = tuple(Claim(name, value, Confidence.CONFIRMED, "test") for name, value in (claims or {}).items())
    missing = tuple(Gap(Endpoint("192.0.2.1", port), protocol, reason) for protocol, port, reason in gaps)
    return Device(identity, ("192.0.2.1",), observations=seen, claims=sure + said, gaps=missing)


def claimed(name: str, value: str, port: int, fact: str, confidence: Confidence = Confidence.CONFIRMED) -> Claim:
    return Claim(name, value, confidence, "test", fact, Endpoint("192.0.2.1", port))


@pytest.fixture
def make() -> Callable[..., Device]:
    """`make(("http", 80, {"http.auth": "basic"}), claims={"vendor": "HID"})` is a device."""
    return made


@pytest.fixture
def judge() -> Callable[..., Judged]:
    """`judge(check, device, replies)` holds a judgement to its end."""
    return held


@pytest.fixture
def claim() -> Callable[..., Claim]:
    """`claim("component", "dropbear 2012.55", 22, "ssh.software")` is a claim with a place."""
    return claimed


@pytest.fixture
def opens() -> Callable[..., Replies]:
    """`opens(("telnet", "root", "pass"))` answers like a device that this pair opens."""
    return opened_by


@pytest.fixture
def tls() -> Callable[..., dict[str, FactValue]]:
    """The facts of a sound TLS endpoint, with what the test changes."""

    def facts(**changed: FactValue) -> dict[str, FactValue]:
        sound: dict[str, FactValue] = {
            "tls.versions": ("TLSv1.2", "TLSv1.3"),
            "tls.suites": ("TLSv1.2 0xc02f", "TLSv1.3 0x1301"),
            "tls.accepted": ("TLSv1.2 0xc02f", "TLSv1.2 0xc030", "TLSv1.3 0x1301"),
            "tls.settled": SETTLED,
            "tls.secure_renegotiation": True,
            "tls.extended_master_secret": True,
            "tls.subject": "CN=cam.riverside.example",
            "tls.not_after": "2027-06-30T12:00:00+00:00",
            "tls.key_type": "rsa",
            "tls.key_bits": 2048,
            "tls.signature_hash": "sha256",
            "tls.self_signed": False,
        }
        return sound | {f"tls.{name}": value for name, value in changed.items()}

    return facts
