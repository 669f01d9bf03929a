"""Which of a device's marks becomes its identity."""

from datetime import UTC, datetime

import pytest

from inventory.identity import candidates, identity_of
from inventory.model import Claim, Confidence, Endpoint, FactValue, Observation

ADDRESS = "10.77.0.10"
MAC = "44:19:b6:01:02:03"
KEY = "ab" * 32


def claim(name: str, value: str, confidence: Confidence = Confidence.CONFIRMED) -> Claim:
    return Claim(name, value, confidence, "test", "upnp.serial_number", Endpoint(ADDRESS, 49152))


def heard(protocol: str, port: int, address: str = ADDRESS, **facts: FactValue) -> Observation:
    named = {f"{protocol}.{name}": value for name, value in facts.items()}
    return Observation(Endpoint(address, port), protocol, named, b"", datetime(2026, 11, 1, tzinfo=UTC))


EVERYTHING = (
    heard("tls", 443, spki_sha256="cd" * 32),
    heard("ssh", 22, hostkey_sha256=KEY, software="dropbear_2012.55"),
    heard("snmp", 161, engine_id="80001f8803aabbccddeeff"),
)


def test_goes_down_from_the_serial_number_to_the_address():
    claims = (claim("vendor", "Hikvision"), claim("serial", "DS-2CD20170305AAWR7"), claim("model", "DS-2CD2142FWD-I"))
    found = [identity for identity, _ in candidates(claims, MAC, EVERYTHING, ADDRESS)]
    assert found[:5] == [
        "serial:hikvision:DS-2CD20170305AAWR7",
        "mac:44:19:b6:01:02:03",
        f"key:{KEY[:32]}",
        f"key:{'cd' * 16}",
        "engine:80001f8803aabbccddeeff",
    ]
    assert found[5].startswith("model:ds-2cd2142fwd-i:")
    assert found[6:] == ["address:10.77.0.10"]


def test_says_where_the_serial_number_was_stated():
    assert identity_of((claim("serial", "ACCC8E012345"),), None, (), ADDRESS) == (
        "serial:-:ACCC8E012345",
        "It states its serial number (upnp.serial_number at 10.77.0.10:49152/tcp).",
    )


def test_the_surest_serial_number_counts():
    claims = (claim("serial", "GUESS-12", Confidence.LIKELY), claim("serial", "TRUE-12"))
    assert identity_of(claims, None, (), ADDRESS)[0] == "serial:-:TRUE-12"


@pytest.mark.parametrize(
    "text", ["00000000", "12345678", "123456789", "none", "N/A", "Serial Number", "xxxxxxxx", "1234", "----"]
)
def test_a_word_for_nothing_is_no_serial_number(text):
    assert identity_of((claim("serial", text),), MAC, (), ADDRESS)[0] == f"mac:{MAC}"


def test_an_inferred_serial_number_is_none():
    assert (
        identity_of((claim("serial", "ACCC8E012345", Confidence.INFERRED),), None, (), ADDRESS)[0]
        == f"address:{ADDRESS}"
    )


def test_a_local_mac_address_is_never_an_identity():
    assert identity_of((), "02:42:0a:4d:00:0a", EVERYTHING, ADDRESS)[0] == f"key:{KEY[:32]}"


def test_a_mac_address_is_one_however_it_is_written():
    assert identity_of((), "44-19-B6-01-02-03", (), ADDRESS) == identity_of((), MAC, (), ADDRESS)


def test_an_update_and_a_new_address_do_not_change_a_device_known_by_its_banner():
    model = (claim("model", "TD-2708"),)
    before = candidates(model, None, (heard("http", 80, server="lighttpd/1.4.35", realm="TD-2708"),), ADDRESS)
    after = candidates(
        model, None, (heard("http", 80, "10.77.0.99", server="lighttpd/1.4.76", realm="TD-2708"),), "10.77.0.99"
    )
    assert before[0] == after[0]
    assert before[0][0].startswith("model:td-2708:")


def test_an_empty_engine_id_is_none():
    assert identity_of((), None, (heard("snmp", 161, engine_id="0000000000"),), ADDRESS)[0] == f"address:{ADDRESS}"


def test_the_order_in_which_things_were_heard_does_not_matter():
    assert candidates((), None, EVERYTHING, ADDRESS) == candidates((), None, EVERYTHING[::-1], ADDRESS)
