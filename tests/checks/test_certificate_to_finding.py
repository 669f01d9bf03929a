"""From the bytes of a certificate to all that is found about it, by every check of certificates together."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from checks.contract import load_checks
from inventory.model import Severity
from scanner.codecs.certificates import read_certificate
from tests.made_certificates import COMMON_NAME, ORGANISATION, certificate, extension, name, oid, rsa, tlv

RECORDED = Path(__file__).parents[1] / "bytes/certificates"
CHECKS = [check for check in load_checks() if check.id.startswith("tls-certificate-")]
INFO, LOW, MEDIUM, HIGH, CRITICAL = Severity
CITY_CA = name((COMMON_NAME, b"City CA"), (ORGANISATION, b"Riverside"))
GOOD = (
    extension("2.5.29.17", tlv(0x30, tlv(0x82, b"camera.riverside.example"))),
    extension("2.5.29.37", tlv(0x30, oid("1.3.6.1.5.5.7.3.1"))),
)


@pytest.fixture
def found(make, judge):
    """(check without its beginning, severity) of each finding on the device that shows `der`."""

    def found(der, when=datetime(2026, 11, 21, 2, 0, tzinfo=UTC), **more):
        device = make(("tls", 443, read_certificate(der) | more), when=when)
        return {
            (check.id.removeprefix("tls-certificate-"), flaw.severity)
            for check in CHECKS
            for flaw in judge(check, device).flaws
        }

    return found


def test_one_of_the_citys_own_authority_causes_nothing(found):
    der = certificate(issuer=CITY_CA, extensions=GOOD)
    assert found(der, when=datetime(2026, 6, 1, tzinfo=UTC), **{"tls.server_name": "camera.riverside.example"}) == set()


def test_one_that_is_sixty_days_from_its_end_is_told(found):
    assert found(certificate(issuer=CITY_CA, extensions=GOOD)) == {("expiring", LOW)}


def test_one_that_has_expired_is_high(found):
    der = certificate(issuer=CITY_CA, extensions=GOOD, valid=(b"240101000000Z", b"250101000000Z"))
    assert found(der) == {("expired", HIGH)}


def test_one_from_the_first_seconds_of_unix_time(found):
    der = certificate(issuer=CITY_CA, extensions=GOOD, valid=(b"700101000012Z", b"19800101000012Z"))
    assert found(der) == {("default-date", INFO), ("expired", HIGH), ("hygiene", MEDIUM)}


def test_an_exponent_of_one_is_critical_and_the_strict_reader_says_so_too(found):
    der = certificate(issuer=CITY_CA, extensions=GOOD, key=rsa(exponent=b"\x01"))
    assert found(der) == {("expiring", LOW), ("weak-key", CRITICAL), ("malformed", INFO)}


def test_dates_of_zeros_are_told_and_the_rest_is_judged_all_the_same(found):
    der = certificate(
        issuer=CITY_CA, extensions=GOOD, valid=(b"000000000000Z", b"000000000000Z"), key=rsa(b"\x7f" * 64)
    )
    assert found(der) == {("malformed", LOW), ("weak-key", CRITICAL)}


def test_asked_for_by_another_name(found):
    der = certificate(issuer=CITY_CA, extensions=GOOD)
    told = found(der, when=datetime(2026, 6, 1, tzinfo=UTC), **{"tls.server_name": "gate.riverside.example"})
    assert told == {("name-mismatch", MEDIUM)}


@pytest.mark.parametrize(
    ("recorded", "causes"),
    [
        ("rsa512-md5", {("weak-key", CRITICAL), ("weak-signature", HIGH)}),
        ("rsa1024-sha1", {("weak-key", HIGH), ("weak-signature", MEDIUM)}),
        ("dsa1024-sha1", {("weak-key", HIGH), ("weak-signature", MEDIUM)}),
        ("ec256-sha256", set()),
        ("ed25519", set()),
    ],
)
def test_one_that_a_device_signed_itself_for_twenty_years_is_low_but_for_what_can_be_forged(found, recorded, causes):
    der = (RECORDED / f"{recorded}.der").read_bytes()
    assert found(der, when=datetime(2027, 1, 1, tzinfo=UTC)) == causes | {("self-signed", LOW), ("hygiene", LOW)}


def test_what_openssl_proposes_and_nobody_changed(found, tmp_path):
    made = tmp_path / "made.der"
    proposed = "/C=AU/ST=Some-State/O=Internet Widgits Pty Ltd"
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-subj",
                proposed,
            ),
            *("-days", "365", "-keyout", str(tmp_path / "key"), "-outform", "DER", "-out", str(made)),
        ],
        check=True,
        capture_output=True,
    )
    assert found(made.read_bytes(), when=datetime.now(UTC)) == {
        ("self-signed", LOW),
        ("hygiene", LOW),
        ("vendor-default", MEDIUM),
    }


def test_what_is_shown_over_udp_is_judged_as_over_tcp(make, judge):
    facts = read_certificate(certificate(extensions=GOOD, key=rsa(b"\0" + b"\xc1" * 64)))
    over = {
        protocol: {
            (check.id, flaw.title, flaw.severity)
            for check in load_checks()
            if protocol in check.needs
            for flaw in judge(check, make((protocol, 5684, facts))).flaws
        }
        for protocol in ("tls", "dtls")
    }
    assert over["dtls"] == over["tls"]
    assert "tls-certificate-weak-key" in {check for check, _, _ in over["dtls"]}


@pytest.mark.parametrize(
    "facts",
    [
        {"tls.suites": ("DTLSv1.2 0xc0a8",), "tls.certificate_error": "it wants a pre-shared key"},
        {"tls.spki_sha256": "ab" * 32, "tls.certificate_error": "it shows a raw public key"},
    ],
    ids=["pre-shared key", "raw public key"],
)
def test_who_needs_no_certificate_owes_none(make, judge, facts):
    device = make(("dtls", 5684, {"tls.versions": ("DTLSv1.2",), "tls.settled": ("versions",), **facts}))
    ended = {check.id: judge(check, device).ended for check in load_checks() if "dtls" in check.needs}
    assert set(ended.values()) <= {"passed", "skipped"}
    assert ended["tls-old-version"] == "passed"


def test_who_shows_none_over_udp_and_says_not_why_leaves_the_checks_without_a_verdict(make, judge):
    device = make(("dtls", 5684, {"tls.suites": ("DTLSv1.2 0xc02b",), "tls.certificate_error": "not seen: it hung up"}))
    ended = {judge(check, device).ended for check in CHECKS if "dtls" in check.needs}
    assert ended == {"unreached"}
