"""One outcome for every check and device, whatever the check does."""

from collections.abc import Callable
from datetime import UTC, datetime

from checks.contract import (
    Account,
    Answer,
    Check,
    Flaw,
    Inconclusive,
    Judgement,
    Login,
    NotApplicable,
    Verdict,
    load_checks,
    load_fleet_checks,
)
from checks.untrusted_evidence import untrusted_evidence
from inventory.ages import FirmwareAge
from inventory.findings import Outcome
from inventory.model import Device, Endpoint, Facts, Family, Gap, Level, Observation, Severity, Status
from inventory.report import Assessment
from scanner.assess import assess, assess_fleet
from scanner.score import score

WEB = Endpoint("192.0.2.7", 80)
SEEN = Observation(WEB, "http", {"http.status": 200}, b"HTTP/1.1 200 OK", datetime(2026, 11, 1, tzinfo=UTC))
DEVICE = Device("mac:02:00:00:00:00:07", ("192.0.2.7",), open_ports=(WEB,), observations=(SEEN,))


def declared(judge: Callable[[Device], Judgement], needs: tuple[str, ...] = (), level: Level = Level.IDENTIFY) -> Check:
    return Check("a-check", "Title", Severity.HIGH, Family.PORTS, "Do this.", judge, needs, level=level)


async def nobody(question: Login) -> Answer:
    raise AssertionError(f"asked {question}")


async def outcome(check: Check, device: Device = DEVICE, level: Level = Level.IDENTIFY) -> Outcome:
    (ended,) = await assess(device, [check], level, nobody)
    return ended


async def test_a_flaw_becomes_a_finding_with_evidence_and_the_checks_own_words():
    def judge(device: Device) -> Judgement:
        yield Flaw(WEB, "It is open.", b"HTTP/1.1 200\x1b[2J")
        return ""

    ended = await outcome(declared(judge))
    assert ended.status is Status.FOUND
    (finding,) = ended.findings
    assert (finding.title, finding.remedy, finding.severity) == ("Title", "Do this.", Severity.HIGH)
    assert finding.evidence == "HTTP/1.1 200\\x1b[2J"


async def test_what_the_generator_returns_is_the_reason_for_passing():
    def judge(device: Device) -> Judgement:
        yield from ()
        return "all is well"

    assert await outcome(declared(judge)) == Outcome("a-check", Status.PASSED, "all is well")


async def test_what_was_found_is_never_told_beside_the_reason_for_passing():
    def judge(device: Device) -> Judgement:
        yield Flaw(WEB, "It is open.")
        return "all is well"

    def doubts(device: Device) -> Judgement:
        yield Flaw(WEB, "It is open.")
        raise Inconclusive("the other port hung up")

    assert [(await outcome(declared(each))).reason for each in (judge, doubts)] == ["", "the other port hung up"]


async def test_a_check_whose_protocol_is_not_spoken_is_skipped():
    def judge(device: Device) -> Judgement:
        yield from ()
        return ""

    ended = await outcome(declared(judge, needs=("modbus",)))
    assert (ended.status, ended.reason) == (Status.SKIPPED, "speaks no modbus")


async def test_a_protocol_that_could_not_be_examined_is_unreached_and_never_passed():
    def judge(device: Device) -> Judgement:
        yield from ()
        return "all is well"

    gap = Gap(Endpoint("192.0.2.7", 443), "tls", "the device did not answer in time")
    silent = Device("x", ("192.0.2.7",), gaps=(gap,))
    ended = await outcome(declared(judge, needs=("tls",)), silent)
    assert ended.status is Status.UNREACHED
    assert "192.0.2.7:443/tcp" in ended.reason
    partly = Device("x", ("192.0.2.7",), observations=(SEEN,), gaps=(gap,))
    assert (await outcome(declared(judge, needs=("http", "tls")), partly)).status is Status.UNREACHED


async def test_a_check_of_a_higher_level_is_skipped_and_asks_nothing():
    def judge(device: Device) -> Judgement:
        yield Login(WEB, "http", Account("x", "admin", "admin"))
        return ""

    ended = await outcome(declared(judge, level=Level.LOGIN))
    assert ended.status is Status.SKIPPED
    assert "level login" in ended.reason


async def test_no_ground_to_judge_is_skipped_and_no_verdict_is_unreached():
    def skips(device: Device) -> Judgement:
        yield from ()
        raise NotApplicable("a printer has no login")

    def doubts(device: Device) -> Judgement:
        yield from ()
        raise Inconclusive("it hung up")

    assert await outcome(declared(skips)) == Outcome("a-check", Status.SKIPPED, "a printer has no login")
    assert await outcome(declared(doubts)) == Outcome("a-check", Status.UNREACHED, "it hung up")


async def test_a_bug_in_a_check_fails_that_check_alone():
    def broken(device: Device) -> Judgement:
        yield from ()
        raise KeyError("a bug of ours")

    def sound(device: Device) -> Judgement:
        yield from ()
        return "all is well"

    first, second = await assess(DEVICE, [declared(broken), declared(sound)], Level.IDENTIFY, nobody)
    assert (first.status, second.status) == (Status.FAILED, Status.PASSED)
    assert "KeyError" in first.reason


async def test_the_same_login_question_is_asked_once():
    asked: list[Login] = []

    async def ask(question: Login) -> Answer:
        asked.append(question)
        return Answer(Verdict.REFUSED)

    def judge(device: Device) -> Judgement:
        answer = yield Login(WEB, "http", Account("control:random", "u", "p"))
        assert answer is not None
        return answer.verdict.value

    ended = await assess(DEVICE, [declared(judge, level=Level.LOGIN)] * 2, Level.LOGIN, ask)
    assert [outcome.reason for outcome in ended] == ["refused", "refused"]
    assert len(asked) == 1


SPOOFED = Device("address:192.0.2.7", ("192.0.2.7",), observations=(SEEN,), untrusted="it opens all")


async def test_of_what_proves_nothing_one_finding_comes_and_no_question_is_put():
    outcomes = await assess(SPOOFED, load_checks(), Level.LOGIN, nobody)
    (found,) = [outcome for outcome in outcomes if outcome.status is not Status.SKIPPED]
    assert (found.check, found.status) == ("untrusted-evidence", Status.FOUND)
    (finding,) = found.findings
    assert (finding.endpoint, finding.detail, finding.act) == (Endpoint("192.0.2.7", 0), "It opens all.", "investigate")
    assert finding.evidence == "HTTP/1.1 200 OK"
    others = {outcome.reason for outcome in outcomes if outcome is not found}
    assert others == {"what it answers proves nothing: it opens all"}


async def test_a_device_like_others_passes_that_check():
    (outcome,) = await assess(DEVICE, [untrusted_evidence], Level.IDENTIFY, nobody)
    assert outcome == Outcome("untrusted-evidence", Status.PASSED, "nothing speaks against what it says")


def keyed(number: int, untrusted: str = "") -> Assessment:
    """One of several devices that show one and the same key."""
    address = f"192.0.2.{number}"
    facts: Facts = {"tls.spki_sha256": "ab" * 32, "tls.versions": ("TLSv1.2",)}
    seen = Observation(Endpoint(address, 443), "tls", facts, b"", SEEN.when)
    device = Device(f"address:{address}", (address,), observations=(seen,), untrusted=untrusted)
    return Assessment(device, (), score(()), FirmwareAge(), SEEN.when)


def test_the_key_of_what_proves_nothing_is_compared_with_nobodys():
    together = assess_fleet([keyed(1), keyed(2), keyed(3, "it opens all")], load_fleet_checks())
    assert [(one.check, one.devices) for one in together] == [
        ("shared-key", ("address:192.0.2.1", "address:192.0.2.2"))
    ]
    assert assess_fleet([keyed(1), keyed(3, "it opens all")], load_fleet_checks()) == ()
