"""Known flaws of the TLS library: what a test found, what a version points to, and that by default nothing is said to be sound."""

import pytest

from checks.rules import all_rules
from checks.tls_flaws import OFF, tls_known_flaws
from inventory.model import Confidence, Severity

ONLY_12 = {"versions": ("TLSv1.2",)}
SOUND = {
    "tls_flaws.heartbleed": "sound: it discards what is too short",
    "tls_flaws.ccs": "sound: it refuses",
    "tls_flaws.robot": "sound: it answers to every padding with the same (alert 20)",
}


def test_by_default_it_is_skipped_with_how_to_ask_for_it(make, judge, tls):
    judged = judge(tls_known_flaws, make(("tls", 443, tls())))
    assert (judged.flaws, judged.ended, judged.reason) == ([], "skipped", OFF)
    assert "--tls vulnerabilities" in OFF


def test_a_gap_of_tls_does_not_leave_it_unreached(make, judge):
    assert judge(tls_known_flaws, make(gaps=(("tls", 443, "silent"),))).ended == "skipped"


def test_what_speaks_tls_1_3_alone_has_none_of_them(make, judge, tls):
    judged = judge(tls_known_flaws, make(("tls", 443, tls(versions=("TLSv1.3",)))))
    assert (judged.ended, "TLSv1.3 alone" in judged.reason) == ("passed", True)


def test_what_was_found_sound_passes(make, judge, tls):
    judged = judge(tls_known_flaws, make(("tls", 443, tls()), ("tls_flaws", 443, SOUND)))
    assert (judged.flaws, judged.ended) == ([], "passed")


@pytest.mark.parametrize(
    ("fact", "rule", "severity"),
    [
        ("heartbleed", "vuln.heartbleed", Severity.CRITICAL),
        ("ccs", "vuln.ccs", Severity.HIGH),
        ("robot", "vuln.robot", Severity.HIGH),
    ],
)
def test_what_was_found_vulnerable_is_confirmed_by_what_it_said(make, judge, tls, fact, rule, severity):
    facts = SOUND | {f"tls_flaws.{fact}": "vulnerable: it answers"}
    (flaw,) = judge(tls_known_flaws, make(("tls", 443, tls()), ("tls_flaws", 443, facts))).flaws
    assert (flaw.severity, flaw.confidence, flaw.facet) == (severity, Confidence.CONFIRMED, f"tcp/443 {rule}")
    assert (flaw.title, flaw.standards) == (all_rules()[rule].title, all_rules()[rule].standards)
    assert flaw.evidence == b"evidence of tls_flaws"
    assert flaw.detail.endswith("): it answers.")


@pytest.mark.parametrize("told", ["unclear: it fell silent", "unclear"])
def test_a_test_without_a_verdict_does_not_pass(make, judge, tls, told):
    judged = judge(tls_known_flaws, make(("tls", 443, tls()), ("tls_flaws", 443, SOUND | {"tls_flaws.ccs": told})))
    assert judged.ended == "unreached"
    assert judged.reason.startswith("192.0.2.1:443/tcp: ccs")


def test_what_was_not_asked_for_a_reason_passes(make, judge, tls):
    facts = SOUND | {"tls_flaws.heartbleed": "not asked: it takes no heartbeats"}
    assert judge(tls_known_flaws, make(("tls", 443, tls()), ("tls_flaws", 443, facts))).ended == "passed"


def test_an_endpoint_that_was_left_out_does_not_pass_with_another(make, judge, tls):
    heard = (("tls", 25, tls(starttls="smtp")), ("tls", 443, tls()), ("tls_flaws", 443, SOUND))
    judged = judge(tls_known_flaws, make(*heard))
    assert (judged.ended, judged.reason) == ("unreached", "192.0.2.1:25/tcp was not tested")


def test_a_test_that_could_not_be_made_leaves_it_unreached(make, judge, tls):
    judged = judge(tls_known_flaws, make(("tls", 443, tls()), gaps=(("tls_flaws", 443, "used up"),)))
    assert judged.ended == "unreached"
    assert "used up" in judged.reason


def named(make, claim, tls, version, *tests, port=443, **facts):
    """A device whose web server names a version of OpenSSL."""
    said = (claim("component", f"openssl {version}", port, "http.server"),)
    return make(("http", port, {"http.server": version}), ("tls", 443, tls(**(ONLY_12 | facts))), *tests, said=said)


@pytest.mark.parametrize(
    ("version", "heartbleed", "ccs"),
    [
        ("1.0.1", True, Severity.HIGH),
        ("1.0.1a", True, Severity.HIGH),
        ("1.0.1f", True, Severity.HIGH),
        ("1.0.1g", False, Severity.HIGH),
        ("1.0.1h", False, None),
        ("1.0.1u", False, None),
        ("1.0.0", False, Severity.MEDIUM),
        ("1.0.0l", False, Severity.MEDIUM),
        ("1.0.0m", False, None),
        ("0.9.8y", False, Severity.MEDIUM),
        ("0.9.8za", False, None),
        ("0.9.8zh", False, None),
        ("0.9.7m", False, Severity.MEDIUM),
        ("1.0.2", False, None),
        ("1.1.1w", False, None),
        ("3.0.2", False, None),
        ("10.0.1", False, None),
    ],
)
def test_a_version_points_to_what_its_advisory_says(make, judge, claim, tls, version, heartbleed, ccs):
    flaws = judge(tls_known_flaws, named(make, claim, tls, version, heartbeat=True)).flaws
    expected = {"vuln.heartbleed": Severity.CRITICAL} if heartbleed else {}
    expected |= {"vuln.ccs": ccs} if ccs is not None else {}
    assert {flaw.facet.removeprefix("tcp/443 "): flaw.severity for flaw in flaws} == expected
    assert {flaw.confidence for flaw in flaws} <= {Confidence.INFERRED}
    assert all(version in flaw.detail and "without changing that number" in flaw.detail for flaw in flaws)
    assert all(flaw.evidence == b"evidence of http" for flaw in flaws)


@pytest.mark.parametrize("offers", [False, "?"])
def test_a_version_without_heartbeats_says_nothing_of_heartbleed(make, judge, claim, tls, offers):
    flaws = judge(tls_known_flaws, named(make, claim, tls, "1.0.1e", heartbeat=offers)).flaws
    assert [flaw.facet for flaw in flaws] == ["tcp/443 vuln.ccs"]


def test_a_test_goes_before_a_version(make, judge, claim, tls):
    judged = judge(tls_known_flaws, named(make, claim, tls, "1.0.1e", ("tls_flaws", 443, SOUND), heartbeat=True))
    assert (judged.flaws, judged.ended) == ([], "passed")
    facts = SOUND | {"tls_flaws.ccs": "vulnerable: it takes it"}
    flaws = judge(tls_known_flaws, named(make, claim, tls, "1.0.1e", ("tls_flaws", 443, facts))).flaws
    assert [(flaw.facet, flaw.confidence) for flaw in flaws] == [("tcp/443 vuln.ccs", Confidence.CONFIRMED)]


def test_a_version_stands_where_the_test_came_to_no_verdict(make, judge, claim, tls):
    facts = SOUND | {"tls_flaws.heartbleed": "unclear: silent"}
    device = named(make, claim, tls, "1.0.1e", ("tls_flaws", 443, facts), heartbeat=True)
    assert [flaw.facet for flaw in judge(tls_known_flaws, device).flaws] == ["tcp/443 vuln.heartbleed"]


def test_a_version_that_is_named_in_the_clear_is_that_of_tls_beside_it(make, judge, claim, tls):
    flaws = judge(tls_known_flaws, named(make, claim, tls, "1.0.1e", port=80)).flaws
    assert [flaw.endpoint.port for flaw in flaws] == [443]


def test_a_version_of_another_tls_endpoint_is_not_this_ones(make, judge, claim, tls):
    said = (claim("component", "openssl 1.0.1e", 8443, "http.server"),)
    device = make(("tls", 443, tls(**ONLY_12)), ("tls", 8443, tls(**ONLY_12)), said=said)
    assert [flaw.endpoint.port for flaw in judge(tls_known_flaws, device).flaws] == [8443]


def test_what_speaks_tls_1_3_is_not_that_old_openssl(make, judge, claim, tls):
    device = named(make, claim, tls, "1.0.1e", versions=("TLSv1.2", "TLSv1.3"), heartbeat=True)
    assert judge(tls_known_flaws, device).flaws == []


@pytest.mark.parametrize(
    ("firmware", "tickets", "severity"),
    [
        ("12.1.2", True, Severity.HIGH),
        ("11.6.1", True, Severity.HIGH),
        ("BIG-IP 11.4.0 Build 2384.0", True, Severity.HIGH),
        ("13.0.0", True, None),
        ("11.2.1", True, None),
        ("unknown", True, Severity.LOW),
        ("12.1.2", False, None),
        ("12.1.2", "?", None),
    ],
)
def test_ticketbleed_is_told_by_version_only(make, judge, tls, firmware, tickets, severity):
    device = make(("tls", 443, tls(tickets=tickets)), claims={"vendor": "F5", "firmware": firmware})
    flaws = judge(tls_known_flaws, device).flaws
    told = [(flaw.facet, flaw.severity, flaw.confidence) for flaw in flaws]
    expected = [("tcp/443 vuln.ticketbleed", severity, Confidence.INFERRED)] if severity is not None else []
    assert told == expected


def test_who_did_not_make_a_big_ip_has_no_ticketbleed(make, judge, tls):
    device = make(("tls", 443, tls(tickets=True)), claims={"vendor": "Axis", "firmware": "12.1.2"})
    assert judge(tls_known_flaws, device).flaws == []


def test_the_rules_are_as_severe_as_the_flaws():
    severities = {rule: all_rules()[rule].severity.label for rule in all_rules() if "bleed" in rule or "ccs" in rule}
    assert severities == {"vuln.heartbleed": "critical", "vuln.ccs": "high", "vuln.ticketbleed": "high"}
    assert all_rules()["vuln.robot"].severity is Severity.HIGH
