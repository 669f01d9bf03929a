from dataclasses import replace

import pytest

from checks.contract import Member
from checks.tls_drown import tls_drown
from inventory.model import Endpoint

KEY, OTHER = "9f" * 32, "a0" * 32
OLD = {"tls.versions": ("SSLv2", "TLSv1.0"), "tls.spki_sha256": KEY, "tls.key_type": "rsa"}
NEW = {"tls.versions": ("TLSv1.2", "TLSv1.3"), "tls.spki_sha256": KEY, "tls.key_type": "rsa"}


def found(*devices):
    return list(tls_drown.judge(map(Member, devices)))


def test_ssl_2_on_one_device_gives_away_another_with_the_same_key(make):
    (flaw,) = found(make(("tls", 443, NEW), identity="b"), make(("tls", 995, OLD), identity="a"))
    assert (flaw.devices, flaw.facet) == (("a", "b"), KEY)
    assert flaw.detail.startswith(
        "192.0.2.1:995/tcp accepts SSL 2.0 with the key (SHA-256 9f9f9f9f9f9f9f9f…) that 192.0.2.1:443/tcp"
    )


def test_another_port_of_the_same_device_is_given_away_too(make):
    (flaw,) = found(make(("tls", 443, NEW), ("tls", 465, OLD), ("tls", 8443, NEW)))
    assert flaw.devices == ("serial:1",)
    assert "192.0.2.1:443/tcp and 1 more" in flaw.detail


def test_ssl_2_with_a_key_of_its_own_is_another_checks_matter(make):
    assert found(make(("tls", 443, NEW | {"tls.spki_sha256": OTHER}), ("tls", 465, OLD))) == []


def test_a_shared_key_without_ssl_2_is_none(make):
    assert found(make(("tls", 443, NEW), identity="a"), make(("tls", 443, NEW), identity="b")) == []


def test_two_addresses_of_one_service_are_not_two(make):
    device = make(("tls", 443, OLD))
    seen = device.observations[0]
    twice = replace(device, observations=(seen, replace(seen, endpoint=Endpoint("fd00::1", 443))))
    assert found(twice) == []


@pytest.mark.parametrize("kind", ["ec", "dsa"])
def test_only_rsa_keys_are_affected(make, kind):
    old, new = OLD | {"tls.key_type": kind}, NEW | {"tls.key_type": kind}
    assert found(make(("tls", 443, new), ("tls", 465, old))) == []
