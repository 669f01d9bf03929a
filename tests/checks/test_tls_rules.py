"""The table of rules: what each breach is worth on a private network, and what says so."""

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest

import checks
from checks.rules import all_rules, breach
from inventory.model import Confidence, Endpoint, Observation, Severity

EXPECTED = {
    "proto.sslv2": "critical",
    "proto.sslv3": "critical",
    "proto.tls10": "medium",
    "proto.tls11": "medium",
    "proto.no12": "high",
    "proto.dtls10": "medium",
    "proto.no_dtls12": "high",
    "proto.no13": "info",
    "proto.intolerance": "low",
    "cipher.null": "critical",
    "cipher.anon": "critical",
    "cipher.export": "critical",
    "cipher.rc4": "high",
    "cipher.des_low": "high",
    "cipher.3des": "medium",
    "cipher.cbc_sha1": "low",
    "cipher.static": "low",
    "cipher.no_pfs": "medium",
    "cipher.no_aead": "medium",
    "cipher.order": "info",
    "kx.dh_512": "critical",
    "kx.dh_1024": "high",
    "kx.weak_curve": "medium",
    "ext.ems": "low",
    "ext.scsv": "low",
    "ext.trunc_hmac": "low",
    "ext.early_data": "low",
    "ext.ticket_lifetime": "info",
    "ext.heartbeat": "info",
    "ocsp.staple": "info",
    "vuln.crime": "medium",
    "vuln.reneg_insecure": "medium",
    "clock.wrong": "low",
    "cert.expired": "high",
    "cert.expiring": "low",
    "cert.not_yet": "low",
    "cert.default_date": "info",
    "cert.rsa_512": "critical",
    "cert.rsa_1024": "high",
    "cert.rsa_lt2048": "medium",
    "cert.ec_small": "high",
    "cert.dsa": "low",
    "cert.rsa_e1": "critical",
    "cert.sig_md5": "high",
    "cert.sig_sha1": "medium",
    "cert.self_signed": "low",
    "cert.name_mismatch": "medium",
    "key.vendor_default_cert": "medium",
    "cert.ca_leaf": "medium",
    "cert.validity_10y": "medium",
    "cert.hygiene": "low",
    "cert.no_san": "low",
    "cert.address_mismatch": "low",
    "cert.validity_5y": "low",
    "cert.reversed": "low",
    "cert.ca_self": "low",
    "cert.key_usage": "low",
    "cert.explicit_curve": "low",
    "cert.rsa_e3": "low",
    "cert.unreadable": "low",
    "http.downgrade": "medium",
    "http.hsts": "info",
    "key.known_private": "critical",
    "key.malware": "critical",
    "key.debian": "critical",
    "key.roca": "high",
    "key.fermat_shared_prime": "critical",
    "vuln.heartbleed": "critical",
    "vuln.ccs": "high",
    "vuln.robot": "high",
    "vuln.ticketbleed": "high",
}
READ = {
    node.value
    for path in Path(checks.__path__[0]).glob("*.py")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(node, ast.Constant) and isinstance(node.value, str)
}


@pytest.mark.parametrize(("rule", "severity"), EXPECTED.items(), ids=EXPECTED)
def test_a_rule_is_as_severe_as_expected_of_a_device_on_a_private_network(rule, severity):
    assert all_rules()[rule].severity.label == severity


def test_no_rule_is_left_out_of_the_expectation():
    assert set(all_rules()) == set(EXPECTED)


@pytest.mark.parametrize("rule", EXPECTED)
def test_some_check_tells_the_rule(rule):
    assert rule in READ


@pytest.mark.parametrize("rule", EXPECTED)
def test_its_title_is_a_phrase_and_its_remedy_an_act(rule):
    row = all_rules()[rule]
    assert 10 <= len(row.title) <= 70
    assert not row.title.endswith(".")
    assert row.remedy.endswith(".")
    assert len(row.remedy.split()) >= 5


def test_a_breach_is_the_rules_own_and_the_observations():
    seen = Observation(Endpoint("192.0.2.1", 8443), "tls", {}, b"\x15\x03", datetime(2026, 11, 21, tzinfo=UTC))
    flaw = breach("clock.wrong", seen, "Its clock says 1970-01-01.")
    row = all_rules()["clock.wrong"]
    assert (flaw.title, flaw.severity, flaw.remedy) == (row.title, Severity.LOW, row.remedy)
    assert (flaw.confidence, flaw.standards) == (Confidence.LIKELY, row.standards)
    assert (flaw.act, flaw.sources) == (row.act, row.sources)
    assert (flaw.endpoint, flaw.evidence, flaw.facet) == (seen.endpoint, b"\x15\x03", "tcp/8443 clock.wrong")
