from datetime import UTC, datetime

import pytest

from checks.contract import Member
from checks.shared_key import shared_key
from inventory.model import Claim, Confidence, Device, Endpoint, Observation, Severity

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
KEY = "9f" * 32
OTHER = "a0" * 32


def test_one_tls_key_on_two_devices_is_found(make):
    fleet = [make(("tls", 443, {"tls.spki_sha256": KEY}), identity=name) for name in ("b", "a")]
    found = list(shared_key.judge(map(Member, fleet)))
    assert [(flaw.devices, flaw.facet) for flaw in found] == [(("a", "b"), KEY)]
    assert "TLS key" in found[0].detail


def test_one_ssh_host_key_on_two_devices_is_found(make):
    fleet = [make(("ssh", 22, {"ssh.hostkey_sha256": KEY}), identity=name) for name in ("a", "b")]
    assert "SSH host key" in next(iter(shared_key.judge(map(Member, fleet)))).detail


def test_one_key_on_two_ports_of_one_device_is_not_shared(make):
    device = make(("tls", 443, {"tls.spki_sha256": KEY}), ("tls", 8443, {"tls.spki_sha256": KEY}))
    assert list(shared_key.judge(map(Member, [device]))) == []


def test_devices_with_keys_of_their_own_pass(make):
    fleet = [make(("tls", 443, {"tls.spki_sha256": key}), identity=key) for key in (KEY, OTHER)]
    assert list(shared_key.judge(map(Member, fleet))) == []


def test_findings_come_in_the_order_of_the_keys(make):
    fleet = [
        make(("tls", 443, {"tls.spki_sha256": OTHER}), ("tls", 8443, {"tls.spki_sha256": KEY}), identity=name)
        for name in ("a", "b")
    ]
    assert [flaw.facet for flaw in shared_key.judge(map(Member, fleet))] == [KEY, OTHER]


CERTIFICATE = "c3" * 32


def shown(address, name="", **facts):
    """A device with a certificate that another has too, at its own address, under its own name."""
    seen = Observation(
        Endpoint(address, 443), "tls", {"tls.spki_sha256": KEY, "tls.sha256": CERTIFICATE, **facts}, b"", NOON
    )
    claims = (Claim("name", name, Confidence.CONFIRMED, "test"),) if name else ()
    return Member(Device(f"address:{address}", (address,), observations=(seen,), claims=claims))


def found(*members):
    return [(flaw.severity, flaw.detail) for flaw in shared_key.judge(members)]


def test_one_certificate_on_several_devices_is_named_as_such():
    facts = {"tls.subject": "CN=default"}
    assert found(shown("10.0.0.1", **facts), shown("10.0.0.2", **facts)) == [
        (None, f"2 devices show the same certificate of CN=default, and so have one private key (SHA-256 {KEY[:16]}…).")
    ]


def test_one_key_in_certificates_of_their_own_is_told_too():
    (detail,) = [text for _, text in found(shown("10.0.0.1"), shown("10.0.0.2", **{"tls.sha256": "d4" * 32}))]
    assert detail == f"2 devices show the same TLS key (SHA-256 {KEY[:16]}…) in 2 certificates."


@pytest.mark.parametrize(
    ("names", "listed"),
    [
        (("cam1.city.example", "CAM2.city.example."), ("*.city.example",)),
        (("cam1.city.example", "cam2.city.example"), ("cam1.city.example", "cam2.city.example")),
        (("cam1", "cam2"), ("cam1.city.example", "cam2.city.example")),
        (("", ""), ("10.0.0.1", "10.0.0.2")),
    ],
)
def test_a_certificate_that_names_all_its_devices_is_likely_intended(names, listed):
    members = [shown(f"10.0.0.{at}", name, **{"tls.sans": listed}) for at, name in enumerate(names, 1)]
    ((severity, detail),) = found(*members)
    assert severity is Severity.MEDIUM
    assert "likely intended" in detail


@pytest.mark.parametrize(
    ("names", "listed"),
    [
        (("cam1.city.example", "cam2.other.example"), ("*.city.example",)),
        (("cam1.city.example", "a.cam2.city.example"), ("*.city.example",)),
        (("cam1.city.example", ""), ("cam1.city.example",)),
        (("", ""), ("*",)),
        (("cam1.city.example", "city.example"), ("*.city.example",)),
    ],
)
def test_a_certificate_that_does_not_name_one_of_them_is_not(names, listed):
    members = [shown(f"10.0.0.{at}", name, **{"tls.sans": listed}) for at, name in enumerate(names, 1)]
    ((severity, detail),) = found(*members)
    assert severity is None
    assert "intended" not in detail


def test_opc_ua_and_tls_may_share_a_key(make):
    fleet = [
        make(("opcua", 4840, {"opcua.certificate_spki_sha256": KEY}), identity="a"),
        make(("tls", 443, {"tls.spki_sha256": KEY}), identity="b"),
    ]
    (flaw,) = shared_key.judge(map(Member, fleet))
    assert flaw.detail == f"2 devices show the same TLS key and OPC UA key (SHA-256 {KEY[:16]}…)."
    assert flaw.facet == KEY
