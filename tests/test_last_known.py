"""What is known of a device after several scans, none of which saw all that the others did."""

from dataclasses import replace
from datetime import timedelta

import pytest

from checks.contract import load_checks
from inventory.ages import FirmwareAge
from inventory.findings import Finding, Outcome, Score
from inventory.model import Confidence, Device, Endpoint, Family, Level, Severity, Status
from inventory.quarantine import Quarantine
from inventory.report import Assessment, Coverage, Scan
from inventory.store import Store
from scanner.last_known import CHECKS_OF_LOGIN, last_known
from tests.riverside import NOON

AT = "10.77.0.10"
SEEN = replace(Scan("scan", NOON, ("10.77.0.0/24",), Level.LOGIN, "CISO", "0.1.0"), vantage="office", ended=NOON)
TONIGHT = NOON + timedelta(days=9)
IDENTITIES = ("mac:00:80:f4:0c:1c:25", "address:10.77.0.10")


def flaw(check, port, facet=""):
    return Finding(
        f"{check}-{port}",
        check,
        Family.PORTS,
        Severity.HIGH,
        Confidence.CONFIRMED,
        Endpoint(AT, port),
        f"The title of {check}",
        "A detail.",
        "",
        "Mend it.",
        facet=facet,
    )


ACCOUNT, TELNET, WEB = (
    flaw("default-credentials", 80),
    flaw("cleartext-administration", 23),
    flaw("tls-old-version", 443),
)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "inventory.db") as opened:
        yield opened


def scanned(store, day, *findings, ports=(23, 80, 443), identity=IDENTITIES[0], held=False, **changed):
    """A scan on that day that saw the device with these ports and findings."""
    when = NOON + timedelta(days=day)
    scan = replace(SEEN, id=f"scan-{day}", started=when, ended=when, **changed)
    device = Device(identity, (AT,), open_ports=tuple(Endpoint(AT, port) for port in ports))
    outcomes = tuple(Outcome(one.check, Status.FOUND, "", (one,)) for one in findings)
    quarantine = Quarantine(identity, AT, None, "it fell silent", "", when, scan.id) if held else None
    assessment = Assessment(
        device, outcomes, Score(70.0, Severity.HIGH, ""), FirmwareAge(), when, quarantine=quarantine
    )
    store.begin(scan, f"plan {day}")
    store.save(scan.id, assessment)
    store.finish(scan.id, scan, (), Coverage())


def left(store, now=TONIGHT):
    """The checks whose findings are known of the one device."""
    (brief,) = last_known(store, now).briefs
    return {finding.check for finding in brief.assessment.findings}


def test_the_checks_of_level_login_are_those_that_are_written_down():
    assert {check.id for check in load_checks() if check.level is Level.LOGIN} == CHECKS_OF_LOGIN


LESSER = [
    pytest.param({"level": Level.IDENTIFY}, {"default-credentials"}, id="a scan that opens no account"),
    pytest.param(
        {"vantage": "guest-wifi", "ports": (80, 443)}, {"cleartext-administration"}, id="a place that reaches less"
    ),
    pytest.param(
        {"checks": ("tls-old-version",)}, {"default-credentials", "cleartext-administration"}, id="one check alone"
    ),
    pytest.param(
        {"held": True, "ports": (), "level": Level.IDENTIFY},
        {one.check for one in (ACCOUNT, TELNET, WEB)},
        id="a device left alone",
    ),
    pytest.param({}, set(), id="a scan that looked for all"),
]


@pytest.mark.parametrize(("changed", "stay"), LESSER)
def test_what_a_later_scan_did_not_look_for_stays(store, changed, stay):
    scanned(store, 1, ACCOUNT, TELNET, WEB)
    scanned(store, 2, **changed)
    assert left(store) == stay


def test_what_a_later_scan_did_not_ask_for_stays(store):
    scanned(store, 1, TELNET, WEB)
    when = NOON + timedelta(days=2)
    scan = replace(SEEN, id="scan-2", started=when, ended=when, ports="80,400-500")
    device = Device(IDENTITIES[0], (AT,), open_ports=(Endpoint(AT, 80),))
    store.begin(scan, "plan")
    store.save(scan.id, Assessment(device, (), Score(0.0, Severity.INFO, ""), FirmwareAge(), when))
    store.finish(scan.id, scan, (), Coverage())
    assert left(store) == {"cleartext-administration"}


def test_what_the_next_scan_of_that_kind_does_not_find_is_gone(store):
    scanned(store, 1, ACCOUNT, TELNET)
    scanned(store, 2, level=Level.IDENTIFY)
    scanned(store, 3, vantage="guest-wifi", ports=(80,), level=Level.IDENTIFY)
    assert left(store) == {"default-credentials"}
    scanned(store, 4)
    assert left(store) == set()


def test_what_was_found_again_is_told_once_and_as_it_was_found_last(store):
    scanned(store, 1, TELNET)
    scanned(store, 2, replace(TELNET, severity=Severity.LOW), vantage="guest-wifi")
    (brief,) = last_known(store, TONIGHT).briefs
    assert [finding.severity for finding in brief.assessment.findings] == [Severity.LOW]


def test_what_was_found_longer_ago_than_a_month_does_not_stay(store):
    scanned(store, 1, ACCOUNT)
    scanned(store, 30, level=Level.IDENTIFY)
    assert left(store, NOON + timedelta(days=30)) == {"default-credentials"}
    assert left(store, NOON + timedelta(days=32)) == set()


def test_what_only_listened_settles_nothing_and_stands_for_nothing(store):
    scanned(store, 1, TELNET)
    scanned(store, 2, engine="listen", vantage="")
    assert left(store) == {"cleartext-administration"}


def test_a_device_that_goes_by_its_address_from_elsewhere_is_one_device(store):
    scanned(store, 1, ACCOUNT, TELNET)
    scanned(store, 2, vantage="guest-wifi", ports=(80,), identity=IDENTITIES[1])
    known = last_known(store, TONIGHT)
    (brief,) = known.briefs
    assert {finding.check for finding in brief.assessment.findings} == {"cleartext-administration"}
    assert (brief.known.first_seen.day, brief.known.last_seen.day, brief.known.scans) == (21, 22, 2)
    assert known.named(AT) == known.every()[0]


def test_two_devices_that_had_one_address_in_turn_stay_two(store):
    scanned(store, 1, TELNET)
    scanned(store, 2, vantage="guest-wifi", identity="mac:00:80:f4:0c:1c:99")
    assert len(last_known(store, TONIGHT).briefs) == 2


def test_a_record_has_what_stays_with_its_words_and_where_they_are_from(store):
    scanned(store, 1, ACCOUNT)
    scanned(store, 2, TELNET, level=Level.IDENTIFY)
    known = last_known(store, TONIGHT)
    record = known.whole(known.briefs[0])
    assert {finding.title for finding in record.findings} == {ACCOUNT.title, TELNET.title}
    (outcome,) = (one for one in record.outcomes if one.check == ACCOUNT.check)
    assert outcome.status is Status.FOUND
    assert outcome.reason == "found by scan scan-1 (from office, level login), and not looked for since"
    assert (known.count, known.every()[0].assessment) == (1, record)


def test_one_scan_is_known_as_it_was(store):
    scanned(store, 1, ACCOUNT)
    known = last_known(store, TONIGHT)
    assert (known.briefs, known.carried) == (store.briefs.newest(), {})
