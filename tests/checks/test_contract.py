"""What every check owes, whatever it judges."""

import ast
import inspect
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import checks
from checks.contract import (
    Account,
    Answer,
    Check,
    FleetCheck,
    Login,
    Member,
    NotApplicable,
    Verdict,
    ask,
    examined,
    load_checks,
    load_fleet_checks,
)
from checks.rules import all_rules
from checks.shared_key import shared_key
from inventory.model import Device, Endpoint, Family, Level, Severity
from scanner.protocols import load_protocols

NOBODY = Account("nobody", "", "")
EVERY: tuple[Check | FleetCheck, ...] = (*load_checks(), *load_fleet_checks())
DATES = st.datetimes().map(str)
FACT = re.compile(rf"(?:{'|'.join(load_protocols())})\.[a-z0-9_]+")
READ = sorted(
    {
        node.value
        for path in Path(checks.__path__[0]).glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and FACT.fullmatch(node.value)
    }
    - (set(all_rules()) - {"http.hsts"})  # the rules of HTTP are named like facts, and one fact like its rule
)
SPOKEN = sorted({name.partition(".")[0] for name in READ})
JUNK = st.dictionaries(
    st.sampled_from(READ),
    st.one_of(st.text(max_size=20), st.integers(), st.booleans(), st.lists(st.text(max_size=8)).map(tuple), DATES),
    max_size=8,
)


def test_these_are_the_checks_their_families_and_severities():
    assert {check.id: (check.family, check.severity) for check in EVERY} == {
        "fleet-default-account": (Family.CREDENTIALS, Severity.CRITICAL),
        "default-credentials": (Family.CREDENTIALS, Severity.CRITICAL),
        "accepts-any-password": (Family.CREDENTIALS, Severity.CRITICAL),
        "snmp-default-community": (Family.CREDENTIALS, Severity.HIGH),
        "no-authentication": (Family.CREDENTIALS, Severity.HIGH),
        "first-run": (Family.CREDENTIALS, Severity.CRITICAL),
        "ipmi-weak-login": (Family.CREDENTIALS, Severity.HIGH),
        "tls-old-version": (Family.TLS, Severity.MEDIUM),
        "tls-no-encryption": (Family.TLS, Severity.CRITICAL),
        "tls-anonymous": (Family.TLS, Severity.CRITICAL),
        "tls-export": (Family.TLS, Severity.CRITICAL),
        "tls-weak-cipher": (Family.TLS, Severity.HIGH),
        "tls-weak-dh": (Family.TLS, Severity.HIGH),
        "tls-weak-curve": (Family.TLS, Severity.MEDIUM),
        "tls-no-forward-secrecy": (Family.TLS, Severity.MEDIUM),
        "tls-no-aead": (Family.TLS, Severity.MEDIUM),
        "tls-compression": (Family.TLS, Severity.MEDIUM),
        "tls-insecure-renegotiation": (Family.TLS, Severity.MEDIUM),
        "tls-hardening": (Family.TLS, Severity.LOW),
        "tls-advice": (Family.TLS, Severity.INFO),
        "tls-known-flaws": (Family.TLS, Severity.CRITICAL),
        "tls-clock": (Family.TLS, Severity.LOW),
        "tls-profile": (Family.TLS, Severity.MEDIUM),
        "tls-certificate-expired": (Family.TLS, Severity.HIGH),
        "tls-certificate-weak-key": (Family.TLS, Severity.HIGH),
        "tls-certificate-weak-signature": (Family.TLS, Severity.MEDIUM),
        "tls-certificate-self-signed": (Family.TLS, Severity.LOW),
        "tls-certificate-expiring": (Family.TLS, Severity.LOW),
        "tls-certificate-not-yet-valid": (Family.TLS, Severity.LOW),
        "tls-certificate-default-date": (Family.TLS, Severity.INFO),
        "tls-certificate-name-mismatch": (Family.TLS, Severity.MEDIUM),
        "tls-certificate-vendor-default": (Family.TLS, Severity.MEDIUM),
        "tls-certificate-hygiene": (Family.TLS, Severity.LOW),
        "tls-certificate-malformed": (Family.TLS, Severity.LOW),
        "http-not-redirected": (Family.TLS, Severity.MEDIUM),
        "http-no-hsts": (Family.TLS, Severity.INFO),
        "firmware-abandoned": (Family.FIRMWARE, Severity.LOW),
        "firmware-behind": (Family.FIRMWARE, Severity.LOW),
        "firmware-laggard": (Family.FIRMWARE, Severity.LOW),
        "firmware-unknown": (Family.FIRMWARE, Severity.INFO),
        "firmware-old": (Family.FIRMWARE, Severity.MEDIUM),
        "firmware-unsupported": (Family.FIRMWARE, Severity.HIGH),
        "component-old": (Family.FIRMWARE, Severity.LOW),
        "firmware-advisory": (Family.FIRMWARE, Severity.MEDIUM),
        "firmware-known-exploited": (Family.FIRMWARE, Severity.CRITICAL),
        "cleartext-administration": (Family.PORTS, Severity.MEDIUM),
        "unauthenticated-control": (Family.PORTS, Severity.HIGH),
        "management-channel": (Family.PORTS, Severity.HIGH),
        "remote-desktop": (Family.PORTS, Severity.MEDIUM),
        "smb-version-1": (Family.PORTS, Severity.MEDIUM),
        "debug-interface": (Family.PORTS, Severity.HIGH),
        "policy-deviation": (Family.PORTS, Severity.LOW),
        "cleartext-service": (Family.PORTS, Severity.HIGH),
        "open-relay": (Family.PORTS, Severity.MEDIUM),
        "amplifier": (Family.PORTS, Severity.LOW),
        "port-mapping": (Family.PORTS, Severity.MEDIUM),
        "container-api": (Family.PORTS, Severity.CRITICAL),
        "raw-printing": (Family.PORTS, Severity.MEDIUM),
        "forbidden-reach": (Family.PORTS, Severity.MEDIUM),
        "control-port": (Family.PORTS, Severity.HIGH),
        "exposed-data-store": (Family.PORTS, Severity.MEDIUM),
        "untrusted-evidence": (Family.PORTS, Severity.MEDIUM),
        "shared-key": (Family.TLS, Severity.HIGH),
        "tls-known-key": (Family.TLS, Severity.CRITICAL),
        "tls-guessable-key": (Family.TLS, Severity.CRITICAL),
        "tls-shared-prime": (Family.TLS, Severity.CRITICAL),
        "tls-fleet-expiring": (Family.TLS, Severity.MEDIUM),
        "tls-drown": (Family.TLS, Severity.HIGH),
    }


@pytest.mark.parametrize("check", load_checks(), ids=lambda check: check.id)
def test_what_a_check_is_told_by_keyword_it_can_do_without(check):
    parameters = inspect.signature(check.judge).parameters
    assert all(parameters[name].default is not inspect.Parameter.empty for name in check.informed)


def test_no_two_checks_have_one_id():
    assert len({check.id for check in EVERY}) == len(EVERY)


def test_only_checks_that_try_logins_need_the_login_level():
    assert {check.id for check in load_checks() if check.level is Level.LOGIN} == {
        "default-credentials",
        "accepts-any-password",
        "snmp-default-community",
    }


@pytest.mark.parametrize("check", EVERY, ids=lambda check: check.id)
def test_the_manual_says_what_why_it_matters_in_a_city_and_how_to_fix(check):
    parts = check.manual.split("\n\n")
    for opening in ("What:", "Why it matters in a city:", "How to fix:"):
        assert [part for part in parts if part.startswith(opening)], f"{opening} is missing"


@pytest.mark.parametrize("check", EVERY, ids=lambda check: check.id)
def test_the_title_is_a_phrase_and_the_remedy_an_act(check):
    assert 10 <= len(check.title) <= 70
    assert check.remedy.endswith(".")
    assert len(check.remedy.split()) >= 5


@pytest.mark.parametrize("check", load_checks(), ids=lambda check: check.id)
def test_a_device_that_said_nothing_is_judged_without_a_finding(judge, make, check):
    assert judge(check, make()).flaws == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # these fixtures are plain functions
@given(st.lists(st.tuples(st.sampled_from(SPOKEN), st.integers(0, 65535), JUNK), max_size=5))
def test_no_fact_whatever_its_value_makes_a_check_fail(judge, make, heard):
    device = make(*heard, claims={"vendor": "APC", "component": "dropbear 9", "firmware_date": "never"})
    assert {judge(check, device).ended for check in load_checks()} <= {"passed", "skipped", "unreached"}
    for check in load_fleet_checks():
        assert all(flaw.devices == (device.identity,) for flaw in check.judge([Member(device)]))
    assert list(shared_key.judge([Member(device)])) == []


@pytest.mark.parametrize("fact", READ)
def test_every_fact_that_a_check_reads_is_declared_by_a_protocol(fact):
    declared = {name for protocol in load_protocols().values() for name in protocol.FACTS}
    assert fact in declared


@pytest.mark.parametrize("protocol", sorted({need for check in load_checks() for need in check.needs}))
def test_every_protocol_that_a_check_needs_exists(protocol):
    assert protocol in load_protocols()


def test_a_question_that_nobody_answers_was_not_tried():
    asking = ask(Login(Endpoint("192.0.2.1", 80), "http", NOBODY))
    next(asking)
    with pytest.raises(StopIteration) as ended:
        asking.send(None)
    assert ended.value.value == Answer(Verdict.NOT_TRIED, reason="the question was not answered")


def test_a_device_is_judged_as_of_its_latest_observation(make):
    device = make(("http", 80, {}))
    assert examined(device) == device.observations[0].when
    with pytest.raises(NotApplicable):
        examined(Device("a", ("192.0.2.1",)))
