from checks.contract import Member
from checks.shared_key import shared_key

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
